"""A payment list: who paid premiums according to the tax or insurance system, from its receipt to its end."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.comparison.domain.payment_row import NotedPayment
from identity.intake.domain import FileProblem
from kernel.values.china_time import china_date
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, not_found


class ListStatus(StrEnum):
    """Where a list is on its way."""

    RECEIVED = "RECEIVED"  # waits, or is being read
    APPLIED = "APPLIED"
    REFUSED = "REFUSED"  # the file as a whole; nothing of it counts


class ListSent(msgspec.Struct, frozen=True, kw_only=True):
    """How a payment list is described by who sends it."""

    area: str
    month: str
    as_of: datetime
    media_type: str
    file_name: str | None = None


class PaymentList(ListSent, frozen=True, kw_only=True):
    """A file as it was received: who of ``area`` paid, for the comparison of ``month``, as of a moment.

    Of several lists of an area and month the newest by ``as_of`` counts, whenever it arrived; the others stay readable.
    """

    list_id: str
    received_at: datetime
    sent_by: str
    size: int
    sha256: str

    @property
    def year(self) -> int:
        """The year of the insurance that the month's comparison is about."""
        return int(self.month[:4])


class ReceiveList(msgspec.Struct, frozen=True):
    """Take a file in."""

    payment_list: PaymentList


class RefuseList(msgspec.Struct, frozen=True):
    """The file as a whole cannot be taken."""

    problem: FileProblem


class FinishList(msgspec.Struct, frozen=True):
    """Every row was looked at; ``outcomes`` counts rows by what they came to."""

    outcomes: dict[str, int]


Command: TypeAlias = ReceiveList | RefuseList | FinishList


class PaymentListReceived(msgspec.Struct, frozen=True):
    payment_list: PaymentList


class PaymentListRefused(msgspec.Struct, frozen=True):
    problem: FileProblem


class PaymentsNoted(msgspec.Struct, frozen=True):
    """Rows of a list from ``first_row`` to ``last_row``; ``unmarked`` of them are of no interest here.

    It has a stream of its own, so that deciding about a list never loads its rows.
    """

    list_id: str
    first_row: int
    last_row: int
    unmarked: int
    payments: tuple[NotedPayment, ...]


class PaymentListApplied(msgspec.Struct, frozen=True):
    outcomes: dict[str, int]


Event: TypeAlias = PaymentListReceived | PaymentListRefused | PaymentsNoted | PaymentListApplied


class State(msgspec.Struct, frozen=True):
    """A list and where it is."""

    payment_list: PaymentList
    status: ListStatus


def check_list(month: str, as_of: datetime, now: datetime) -> None:
    """Refuse a list of a moment to come, or of a month that had not begun then: DATE_IN_FUTURE."""
    if as_of > now:
        raise Refused("DATE_IN_FUTURE", f"as_of {as_of.isoformat()} is still to come")
    if month > china_date(as_of).strftime("%Y-%m"):
        raise Refused("DATE_IN_FUTURE", f"{month} had not begun at {as_of.isoformat()}, for which the list speaks")


def decide(command: Command, state: State | None) -> Sequence[Event]:
    """What a command brings about; raises Refused."""
    if isinstance(command, ReceiveList):
        return [] if state is not None else [PaymentListReceived(command.payment_list)]
    if state is None:
        raise list_unknown()
    if state.status is not ListStatus.RECEIVED:
        return []
    match command:
        case RefuseList(problem=problem):
            return [PaymentListRefused(problem)]
        case FinishList(outcomes=outcomes):
            return [PaymentListApplied(outcomes)]
        case _:
            assert_never(command)


def evolve(state: State | None, event: Event) -> State | None:
    """The list after an event."""
    if isinstance(event, PaymentListReceived):
        return State(event.payment_list, ListStatus.RECEIVED)
    assert state is not None, "a list is received first"
    match event:
        case PaymentListRefused():
            return State(state.payment_list, ListStatus.REFUSED)
        case PaymentListApplied():
            return State(state.payment_list, ListStatus.APPLIED)
        case PaymentsNoted():
            return state
        case _:
            assert_never(event)


DECIDER: Final[Decider[Command, State | None, Event]] = Decider(None, decide, evolve)


def list_unknown() -> Refused:
    """The refusal of a list that nobody sent."""
    return not_found("PAYMENT_LIST_UNKNOWN", "there is no such payment list")
