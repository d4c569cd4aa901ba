"""What an event of a story says in Chinese, and who is said to have done it."""

from datetime import UTC, datetime

import pytest

from identity.persons.domain.categories import Category, Department
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import EndReason, Membership
from identity.persons.domain.person import MembershipAsserted, MembershipEnded
from onestop.step_words import actor_of, words_of_step
from onestop.trace import Step
from settlement.encounters.domain.events import EncounterCancelled
from settlement.reviews.domain.events import ReviewProposed

NOW = datetime(2026, 11, 30, tzinfo=UTC)
HELD = Membership(
    membership_id="m-1",
    department=Department.CIVIL_AFFAIRS,
    category=Category.DIBAO,
    valid_from=NOW.date(),
    evidence="样表",
)
KNOWN = Entitlement(person_id="p-1", revision=1, county="445202", memberships=(HELD,))
GONE = EncounterCancelled(encounter_id="e", person_id="p", hospital_id="h", reason="<b>换院</b>", cancelled_at=NOW)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (MembershipAsserted("m-1", KNOWN), "最低生活保障，2026-11-30 起"),
        (MembershipEnded("m-1", EndReason.DIED, KNOWN), "最低生活保障，2026-11-30 起，原因：死亡"),
        (ReviewProposed("r", "ADJUST", "核对无误", "li", NOW), "意见：调整"),
        (GONE, "原因：<b>换院</b>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_says_its_most_in_a_line(event: object, said: str) -> None:
    assert words_of_step(Step("identity", "", NOW, event)) == said


def test_a_service_is_called_a_system_where_it_did_it_and_a_person_never() -> None:
    assert actor_of(Step("settlement", "ReviewOpened", NOW, None, "settlement")) == "系统（结算）"
    # Somebody whose token calls them "operations" is a person all the same.
    assert actor_of(Step("settlement", "ReviewProposed", NOW, None, "operations")) == "operations"
