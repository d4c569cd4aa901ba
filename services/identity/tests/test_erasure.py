"""The specification of erasures: one asks, another confirms, and once done it is done."""

from datetime import UTC, datetime

import msgspec

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.erasure import (
    DECIDER,
    AskErasure,
    ConfirmErasure,
    DeclineErasure,
    Erasure,
    ErasureAsked,
    ErasureConfirmed,
    ErasureDeclined,
    ErasureReason,
    ErasureState,
    Event,
    erase,
)
from kernel.testing.specification import given

NOW = datetime(2019, 8, 1, tzinfo=UTC)
REASON = ErasureReason.RETENTION_ENDED
WAITING = Erasure(person_id="p1", revision=1, state=ErasureState.ASKED, reason=REASON, asked_by="li", asked_at=NOW)
ASKED: list[Event] = [ErasureAsked(WAITING)]
CONFIRM = ConfirmErasure(("p1", "p2"), ("t1",), "wang", NOW)
DONE = msgspec.structs.replace(
    WAITING,
    revision=2,
    state=ErasureState.CONFIRMED,
    decided_by="wang",
    decided_at=NOW,
    records=("p1", "p2"),
    number_tokens=("t1",),
)


def test_one_asks_and_another_confirms() -> None:
    given(DECIDER).when(AskErasure("p1", REASON, "li", NOW)).then(*ASKED)
    given(DECIDER, ASKED).when(CONFIRM).then(ErasureConfirmed(DONE))
    own = msgspec.structs.replace(CONFIRM, by="li")
    given(DECIDER, ASKED).when(own).then_refused("ERASURE_SAME_PERSON")


def test_nothing_is_erased_that_nobody_asked_for() -> None:
    given(DECIDER).when(CONFIRM).then_refused("ERASURE_NOT_ASKED")
    given(DECIDER).when(DeclineErasure("wang", NOW)).then_refused("ERASURE_NOT_ASKED")
    given(DECIDER, ASKED).when(AskErasure("p1", REASON, "wang", NOW)).then_refused("ERASURE_ASKED")


def test_a_declined_erasure_may_be_asked_for_again() -> None:
    declined = msgspec.structs.replace(
        WAITING, revision=2, state=ErasureState.DECLINED, decided_by="li", decided_at=NOW
    )
    given(DECIDER, ASKED).when(DeclineErasure("li", NOW)).then(ErasureDeclined(declined))
    past: list[Event] = [*ASKED, ErasureDeclined(declined)]
    given(DECIDER, past).when(CONFIRM).then_refused("ERASURE_NOT_ASKED")
    again = msgspec.structs.replace(WAITING, revision=3)
    given(DECIDER, past).when(AskErasure("p1", REASON, "li", NOW)).then(ErasureAsked(again))


def test_what_is_erased_stays_so() -> None:
    past: list[Event] = [*ASKED, ErasureConfirmed(DONE)]
    for command in (AskErasure("p1", REASON, "li", NOW), CONFIRM, DeclineErasure("wang", NOW)):
        given(DECIDER, past).when(command).then_refused("PERSON_ERASED")


def test_an_erased_person_keeps_what_was_said_without_a_name() -> None:
    erased = erase(Entitlement(person_id="p1", revision=4, county="445201"), ("t1",))
    assert erased.entitlement == Entitlement(person_id="p1", revision=5, county="445201", erased=True)
