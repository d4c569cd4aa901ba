"""A reservation: sums in the bank of one or several funds, kept for payees, paid in parts, and the rest let go.

All of it is kept or nothing. It is no entry: nobody owes or has anything else by it, there is only less to spend.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.charts.domain import Chart
from fund_ledger.journals.domain import accounts
from fund_ledger.payments.domain.apart import check_not_apart
from fund_ledger.payments.domain.checks import check_bank
from fund_ledger.payments.domain.limit import Limit
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, forbidden, not_found

#: Money of a year is for that year: what is kept longer is reserved again.
DAYS_MAX: Final = 366
LINES_MAX: Final = 50

Status = Literal["open", "paid", "voided", "expired"]
VoidReason = Literal["NOT_NEEDED", "ENTERED_WRONGLY", "PAID_OTHERWISE"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept for one payee: ``account`` is what the fund owes or will owe, out of ``bank`` it is paid."""

    number: int
    account: str
    amount_fen: int
    paid_fen: int = 0

    @property
    def bank(self) -> str:
        """The bank account that it is kept on."""
        name = accounts.parse(self.account)
        return accounts.bank(name.county, name.fund)

    @property
    def left_fen(self) -> int:
        """What of it is still to be paid."""
        return self.amount_fen - self.paid_fen


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is kept ``about`` something, such as a stay or a payment run, through ``expires_on``."""

    reservation_id: str
    county: str
    about: str
    lines: tuple[Line, ...]
    expires_on: date
    status: Status = "open"
    reserved_on: date
    reserved_by: str
    ended_on: date | None = None
    ended_by: str | None = None
    reason: VoidReason | None = None

    def kept_on(self, bank: str) -> int:
        """What of it is still kept on a bank account, in fen."""
        return sum(line.left_fen for line in self.lines if line.bank == bank)


class Reserve(msgspec.Struct, frozen=True, kw_only=True):
    """Keep this money. ``free_fen`` is what each bank account has that is kept for nobody."""

    reservation: Reservation
    chart: Chart
    free_fen: Mapping[str, int]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a line is paid, booked as ``journal_id``."""

    number: int
    amount_fen: int
    journal_id: str


class PayParts(msgspec.Struct, frozen=True, kw_only=True):
    """Pay these parts together. ``booked_fen`` is what one person booked today on each account; see ``check_limit``."""

    reservation_id: str
    parts: tuple[Part, ...]
    by: str
    on: date
    limit: Limit | None = None
    booked_fen: Mapping[str, int] = {}


class Void(msgspec.Struct, frozen=True, kw_only=True):
    """Let the rest go, as it is not to be paid."""

    reservation_id: str
    by: str
    on: date
    reason: VoidReason


class Expire(msgspec.Struct, frozen=True, kw_only=True):
    """Note that its last day is over; the money is free since then."""

    reservation_id: str
    by: str
    on: date


ReservationCommand = Reserve | PayParts | Void | Expire


class MoneyReserved(msgspec.Struct, frozen=True):
    """Money is kept."""

    reservation: Reservation


class ReservedPaid(msgspec.Struct, frozen=True):
    """Parts of it were paid; the reservation is as it stands after it."""

    reservation: Reservation
    parts: tuple[Part, ...]


class ReservationVoided(msgspec.Struct, frozen=True):
    """The rest of it is free again."""

    reservation: Reservation


class ReservationExpired(msgspec.Struct, frozen=True):
    """Its last day was over, and the rest of it is free."""

    reservation: Reservation


ReservationEvent = MoneyReserved | ReservedPaid | ReservationVoided | ReservationExpired


def decide(command: ReservationCommand, state: Reservation | None) -> Sequence[ReservationEvent]:
    """What a command brings about.

    Raises Refused, in this order: of what is to be kept FUND_UNKNOWN, FUND_HELD_ELSEWHERE, PAID_BY_REPORT,
    AMOUNT_NOT_POSITIVE, RESERVATION_TERM, BANK_SHORT; of what is kept RESERVATION_UNKNOWN, RESERVATION_ENDED,
    RESERVATION_RUN_OUT or RESERVATION_NOT_OVER, RESERVATION_LINE_UNKNOWN, AMOUNT_NOT_POSITIVE, RESERVATION_EXCEEDED,
    RELEASE_SAME_PERSON. What the books say of a payment comes after it.
    """
    if isinstance(command, Reserve):
        return _reserve(command) if state is None else ()
    of = command.reservation_id
    if state is None:
        raise not_found("RESERVATION_UNKNOWN", f"there is no reservation {of}", reservation_id=of)
    if state.status != "open":
        detail = f"{of} was {state.status} on {state.ended_on} by {state.ended_by}"
        raise conflict("RESERVATION_ENDED", detail, reservation_id=of, status=state.status)
    ended = msgspec.structs.replace(state, ended_on=command.on, ended_by=command.by)
    match command:
        case PayParts():
            return (_pay(command, state),)
        case Void(reason=reason):
            return (ReservationVoided(msgspec.structs.replace(ended, status="voided", reason=reason)),)
        case Expire(on=on):
            if on <= state.expires_on:
                detail = f"{of} runs through {state.expires_on}; until then it is voided"
                raise conflict("RESERVATION_NOT_OVER", detail, reservation_id=of)
            return (ReservationExpired(msgspec.structs.replace(ended, status="expired")),)
        case _:
            assert_never(command)


def _reserve(command: Reserve) -> Sequence[ReservationEvent]:
    wanted = command.reservation
    for line in wanted.lines:
        fund = accounts.parse(line.account).fund
        command.chart.must_hold(fund)
        check_not_apart(command.chart, fund)
    for line in wanted.lines:
        _check_positive(line.amount_fen)
    if not timedelta(0) <= wanted.expires_on - wanted.reserved_on <= timedelta(days=DAYS_MAX):
        detail = f"{wanted.expires_on} is not within {DAYS_MAX} days from {wanted.reserved_on}, its first day, on"
        raise Refused("RESERVATION_TERM", detail)
    for bank in sorted({line.bank for line in wanted.lines}):
        check_bank(bank, command.free_fen[bank], wanted.kept_on(bank))
    return (MoneyReserved(wanted),)


def _check_positive(amount_fen: int) -> None:
    if amount_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", f"{yuan_from_fen(amount_fen)} yuan keeps nothing; it must be above zero")


def _pay(command: PayParts, state: Reservation) -> ReservedPaid:
    of = state.reservation_id
    if command.on > state.expires_on:
        raise conflict("RESERVATION_RUN_OUT", f"{of} ran through {state.expires_on}; reserve it again")
    known = {line.number: line for line in state.lines}
    for part in command.parts:
        if part.number not in known:
            detail = f"{of} has no line {part.number}; it has 1 to {len(known)}"
            raise Refused("RESERVATION_LINE_UNKNOWN", detail)
    for part in command.parts:
        _check_positive(part.amount_fen)
    paid: Counter[int] = Counter()
    for part in command.parts:
        paid[part.number] += part.amount_fen
        if paid[part.number] > (left := known[part.number].left_fen):
            detail = f"line {part.number} of {of} has {yuan_from_fen(left)} yuan left"
            raise conflict("RESERVATION_EXCEEDED", f"{detail}, so {yuan_from_fen(paid[part.number])} cannot be paid")
    _check_other_person(command, state, known)
    lines = tuple(msgspec.structs.replace(line, paid_fen=line.paid_fen + paid[line.number]) for line in state.lines)
    after = msgspec.structs.replace(state, lines=lines)
    if all(line.left_fen == 0 for line in lines):
        after = msgspec.structs.replace(after, status="paid", ended_on=command.on, ended_by=command.by)
    return ReservedPaid(after, command.parts)


def _check_other_person(command: PayParts, state: Reservation, known: Mapping[int, Line]) -> None:
    """Refuse who reserved what is above the county's sum, and who set that sum: RELEASE_SAME_PERSON (0043)."""
    limit, of = command.limit, state.reservation_id
    if limit is None:
        return
    if command.by == limit.set_by:
        raise forbidden("RELEASE_SAME_PERSON", f"{command.by} set the sum of {limit.county}; somebody else pays {of}")
    if command.by != state.reserved_by:
        return
    for account, amount in _by_account(command.parts, known).items():
        if amount + command.booked_fen.get(account, 0) > limit.above_fen:
            detail = f"{command.by} reserved it, and {account} is above {yuan_from_fen(limit.above_fen)} yuan"
            raise forbidden("RELEASE_SAME_PERSON", f"{detail}; somebody else pays {of}")


def _by_account(parts: Iterable[Part], known: Mapping[int, Line]) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for part in parts:
        sums[known[part.number].account] += part.amount_fen
    return sums


def evolve(_state: Reservation | None, event: ReservationEvent) -> Reservation:
    """The state after an event."""
    return event.reservation


DECIDER: Final[Decider[ReservationCommand, Reservation | None, ReservationEvent]] = Decider(None, decide, evolve)


def stream_of(reservation_id: str) -> str:
    """The stream of a reservation."""
    return f"reservation/{reservation_id}"
