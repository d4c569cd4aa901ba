"""What a review item allows: given what was found, when asked, then this."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from kernel.testing.specification import given
from law import Membership, Standing
from settlement.reviews.domain.events import (
    ReviewObsolete,
    ReviewOpened,
    ReviewProposed,
    ReviewRefreshed,
    ReviewRejected,
    ReviewReleased,
)
from settlement.reviews.domain.finding import BillDifference, Finding, LayerDifference
from settlement.reviews.domain.review import DECIDER, Note, Propose, Reject, Release

NOW = datetime(2019, 9, 1, 9, 0, tzinfo=UTC)
TEKUN = Standing((Membership(category="TEKUN", valid_from=date(2019, 1, 1)),))
LAYER = LayerDifference(
    payer="MA",
    before_fen=320_000,
    after_fen=400_000,
    clause="004 三(二)2(1)",
    funds_before=("MA",),
    funds_after=("MA",),
)
BILL = BillDifference(
    settlement_id="S1",
    encounter_id="E1",
    hospital_id="H1",
    because="FACTS",
    layers=(LAYER,),
    patient_before_fen=80_000,
    patient_after_fen=0,
    accumulators_fen={"aid_in": 400_000},
    counted_as=("TEKUN",),
)
FINDING = Finding(settlement_id="S1", identity_revision=2, noticed_at=NOW, old=Standing(), new=TEKUN, bills=(BILL,))
OTHER = msgspec.structs.replace(FINDING, bills=(msgspec.structs.replace(BILL, patient_after_fen=10),))
ABOUT: dict[str, Any] = {"review_id": "R1", "person_id": "P1", "area": "445200", "year": 2019, "county": "445202"}
OPENED = ReviewOpened(**ABOUT, finding=FINDING)
PROPOSED = ReviewProposed("R1", "ADJUST", "名单补报", "wang", NOW)
RELEASE = Release("R1", "li", FINDING, ("S1-supplement-1",), NOW)


def note(finding: Finding | None) -> Note:
    return Note(**ABOUT, finding=finding, at=NOW)


def test_a_difference_opens_an_item_and_none_opens_nothing() -> None:
    given(DECIDER).when(note(FINDING)).then(OPENED)
    given(DECIDER).when(note(None)).then_nothing()


def test_the_same_difference_found_again_changes_nothing() -> None:
    again = msgspec.structs.replace(FINDING, identity_revision=7, noticed_at=datetime(2020, 1, 1, tzinfo=UTC))
    given(DECIDER, [OPENED, PROPOSED]).when(note(again)).then_nothing()


def test_another_difference_makes_a_proposal_lapse() -> None:
    refreshed = ReviewRefreshed(**ABOUT, finding=OTHER)
    given(DECIDER, [OPENED, PROPOSED]).when(note(OTHER)).then(refreshed)
    given(DECIDER, [OPENED, PROPOSED, refreshed]).when(RELEASE).then_refused("REVIEW_NOT_PROPOSED")


def test_a_difference_that_grows_by_another_bill_keeps_the_moment_of_its_fact() -> None:
    later = msgspec.structs.replace(OTHER, noticed_at=datetime(2020, 1, 1, tzinfo=UTC))
    given(DECIDER, [OPENED]).when(note(later)).then(ReviewRefreshed(**ABOUT, finding=OTHER))
    newer = msgspec.structs.replace(later, identity_revision=3)
    given(DECIDER, [OPENED]).when(note(newer)).then(ReviewRefreshed(**ABOUT, finding=newer))


def test_no_difference_any_more_closes_it_and_a_later_one_opens_it_again() -> None:
    obsolete = ReviewObsolete("R1", NOW)
    given(DECIDER, [OPENED]).when(note(None)).then(obsolete)
    given(DECIDER, [OPENED, obsolete]).when(note(None)).then_nothing()
    given(DECIDER, [OPENED, obsolete]).when(note(OTHER)).then(ReviewOpened(**ABOUT, finding=OTHER))


def test_one_proposes_and_another_releases() -> None:
    given(DECIDER, [OPENED]).when(Propose("R1", "ADJUST", "名单补报", "wang", NOW)).then(PROPOSED)
    released = ReviewReleased(
        review_id="R1",
        decision="ADJUST",
        proposed_by="wang",
        released_by="li",
        at=NOW,
        supplements=("S1-supplement-1",),
    )
    given(DECIDER, [OPENED, PROPOSED]).when(RELEASE).then(released)
    given(DECIDER, [OPENED, PROPOSED, released]).when(RELEASE).then_refused("REVIEW_NOT_OPEN")


def test_leaving_it_pays_nothing() -> None:
    left = msgspec.structs.replace(PROPOSED, decision="LEAVE")
    released = ReviewReleased(review_id="R1", decision="LEAVE", proposed_by="wang", released_by="li", at=NOW)
    given(DECIDER, [OPENED, left]).when(RELEASE).then(released)


@pytest.mark.parametrize(
    "command", [msgspec.structs.replace(RELEASE, released_by="wang"), Reject("R1", "证据不足", "wang", NOW)]
)
def test_whoever_proposed_cannot_decide_about_it(command: Any) -> None:
    given(DECIDER, [OPENED, PROPOSED]).when(command).then_refused("REVIEW_SAME_PERSON")


def test_a_rejected_proposal_leaves_the_item_open() -> None:
    rejected = ReviewRejected("R1", "证据不足", "li", NOW)
    given(DECIDER, [OPENED, PROPOSED]).when(Reject("R1", "证据不足", "li", NOW)).then(rejected)
    again = Propose("R1", "LEAVE", "按原结算", "zhao", NOW)
    event = given(DECIDER, [OPENED, PROPOSED, rejected]).when(again).events[0]
    assert isinstance(event, ReviewProposed)


@pytest.mark.parametrize("finding", [None, OTHER])
def test_what_differs_otherwise_by_now_is_not_released(finding: Finding | None) -> None:
    stale = msgspec.structs.replace(RELEASE, finding=finding)
    given(DECIDER, [OPENED, PROPOSED]).when(stale).then_refused("REVIEW_STALE")


def test_what_cannot_be_decided_can_only_be_left() -> None:
    opened = ReviewOpened(
        **ABOUT, finding=msgspec.structs.replace(FINDING, bills=(), undecidable="EXIT_DATE_MISSING: …")
    )
    given(DECIDER, [opened]).when(Propose("R1", "ADJUST", "x", "wang", NOW)).then_refused("REVIEW_UNDECIDABLE")
    given(DECIDER, [opened]).when(Propose("R1", "LEAVE", "x", "wang", NOW)).then(
        msgspec.structs.replace(PROPOSED, decision="LEAVE", reason="x")
    )


def test_nothing_can_be_asked_of_an_item_that_is_not_there() -> None:
    given(DECIDER).when(RELEASE).then_refused("REVIEW_UNKNOWN")
    given(DECIDER, [OPENED, PROPOSED]).when(Propose("R1", "LEAVE", "x", "li", NOW)).then_refused("REVIEW_NOT_OPEN")
