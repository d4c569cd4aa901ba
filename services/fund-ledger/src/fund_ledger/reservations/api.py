"""Reservations over HTTP: finance or the agency keep money and let it go, finance pays of it."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Query

from fund_ledger.journals.domain import accounts
from fund_ledger.reservations.commands import ReservationCommands
from fund_ledger.reservations.domain import LINES_MAX, Line, Reservation, VoidReason
from fund_ledger.reservations.queries import ReservationQueries
from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    SignedYuan,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyQuery, DivisionCode, Identifier, NameInPath, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.division_table import check_division
from kernel.values.refusals import Refused, not_found

CODES: Final = (
    ErrorCode("RESERVATION_TERM", 422, "The last day is before today, or too far away"),
    ErrorCode("RESERVATION_UNKNOWN", 404, "No such reservation"),
    ErrorCode("RESERVATION_ENDED", 409, "The reservation was paid, voided or has expired"),
    ErrorCode("RESERVATION_RUN_OUT", 409, "The reservation's last day is over"),
    ErrorCode("RESERVATION_NOT_OVER", 409, "The reservation's last day is not over"),
    ErrorCode("RESERVATION_LINE_UNKNOWN", 422, "The reservation has no such line"),
    ErrorCode("RESERVATION_EXCEEDED", 409, "More than what is left of the line"),
)

Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Keeper = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
FundCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
Number = Annotated[int, msgspec.Meta(ge=1, le=LINES_MAX)]
Status = Annotated[str, Query(pattern=r"^(open|paid|voided|expired)$")]


class LineBody(RequestBody, frozen=True, kw_only=True):
    """What is kept for a hospital or a person, out of which fund."""

    fund: FundCode
    amount_fen: Yuan
    hospital_id: Identifier | None = None
    person_id: Identifier | None = None


class ReservationBody(RequestBody, frozen=True, kw_only=True):
    """Money that is to be kept ``about`` something, such as a stay or a payment run, through ``expires_on``."""

    county: DivisionCode
    about: Identifier
    expires_on: date
    lines: Annotated[tuple[LineBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


class PartBody(RequestBody, frozen=True):
    """So much of a line."""

    number: Number
    amount_fen: Yuan


class PartsBody(RequestBody, frozen=True):
    """What is paid together on a day."""

    value_on: date
    parts: Annotated[tuple[PartBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


class VoidBody(RequestBody, frozen=True):
    """Why the rest is let go."""

    reason: VoidReason


class ReservationMoved(Wire, frozen=True):
    """Where a reservation stands now."""

    reservation_id: str
    status: str


class PartsPaid(Wire, frozen=True):
    """Where it stands now, and the journals of what was paid, in the order of the parts."""

    reservation_id: str
    status: str
    journal_ids: tuple[str, ...]


class LineAnswer(Wire, frozen=True, kw_only=True):
    """A line: what was kept, and what of it is paid."""

    number: int
    account: str
    amount_fen: Yuan
    paid_fen: Yuan


class ReservationAnswer(Wire, frozen=True, kw_only=True):
    """A reservation as it stands; an open one keeps nothing after ``expires_on``."""

    reservation_id: str
    county: str
    about: str
    status: str
    expires_on: date
    reserved_on: date
    reserved_by: str
    ended_on: date | None
    ended_by: str | None
    reason: str | None
    lines: tuple[LineAnswer, ...]


class BankAnswer(Wire, frozen=True, kw_only=True):
    """A fund's bank account by the books, what of it is kept for somebody, and what may be paid otherwise."""

    fund: str
    booked_fen: SignedYuan
    reserved_fen: Yuan
    free_fen: SignedYuan


class BanksAnswer(Wire, frozen=True):
    """The bank accounts of a county."""

    county: str
    on: date
    banks: tuple[BankAnswer, ...]


def reservations(commands: ReservationCommands, found: ReservationQueries, requests: Requests) -> Router:
    """The routes of /v1/reservations."""
    router = Router(prefix="/v1/reservations", tags=["money"])

    @router.post("", status_code=201)
    async def reserve(caller: Keeper, command: Sent[ReservationBody], key: IdempotencyKey) -> Json[ReservationMoved]:
        """Keep money of one or several funds, all of it or nothing; nobody else pays out of it meanwhile."""
        caller.must_act_in(command.county)
        check_division(command.county, requests.today.year)
        context = requests.by(caller, key)
        wanted = Reservation(
            reservation_id=context.new_id("reservation"),
            county=command.county,
            about=command.about,
            lines=tuple(_line(number, command.county, one) for number, one in enumerate(command.lines, start=1)),
            expires_on=command.expires_on,
            reserved_on=context.today,
            reserved_by=caller.subject,
        )
        return answered(await commands.reserve(context, wanted))

    @router.post("/{reservation_id}/payments", status_code=201)
    async def pay(
        reservation_id: NameInPath, caller: Finance, command: Sent[PartsBody], key: IdempotencyKey
    ) -> Json[PartsPaid]:
        """Pay parts of what is kept, never more and never more than is owed; all of them or none.

        Above the county's sum by somebody other than who reserved it.
        """
        of = await _seen(found, caller, reservation_id)
        parts = [(part.number, int(part.amount_fen)) for part in command.parts]
        return answered(await commands.pay(requests.by(caller, key), of, parts, command.value_on))

    @router.post("/{reservation_id}/voiding")
    async def void(
        reservation_id: NameInPath, caller: Keeper, command: Sent[VoidBody], key: IdempotencyKey
    ) -> Json[ReservationMoved]:
        """Let what is left of it go."""
        of = await _seen(found, caller, reservation_id)
        return answered(await commands.void(requests.by(caller, key), of, command.reason))

    @router.post("/{reservation_id}/expiry")
    async def expire(reservation_id: NameInPath, caller: Keeper, key: IdempotencyKey) -> Json[ReservationMoved]:
        """Note that its last day is over; its money is free since then, noted or not."""
        of = await _seen(found, caller, reservation_id)
        return answered(await commands.expire(requests.by(caller, key), of))

    _add_reads(router, found)
    return router


def bank_standings(found: ReservationQueries, requests: Requests) -> Router:
    """The route of /v1/bank-balances."""
    router = Router(prefix="/v1", tags=["accounts"])

    @router.get("/bank-balances")
    async def list_banks(caller: Reader, county: CountyQuery) -> Json[BanksAnswer]:
        """What each fund of a county has in the bank by the books, what of it is kept today, and what is free."""
        caller.must_act_in(county)
        today = requests.today
        rows = await found.banks(county, today)
        banks = tuple(
            BankAnswer(
                fund=row.fund,
                booked_fen=SignedYuan(row.booked_fen),
                reserved_fen=Yuan(row.reserved_fen),
                free_fen=SignedYuan(row.booked_fen - row.reserved_fen),
            )
            for row in rows
        )
        return answer(BanksAnswer(county, today, banks))

    return router


def _add_reads(router: Router, found: ReservationQueries) -> None:
    @router.get("")
    async def list_reservations(
        caller: Reader, county: CountyQuery, page: ById, status: Status = "open"
    ) -> Json[Page[ReservationAnswer]]:
        """The reservations of a county, by default those that are open."""
        caller.must_act_in(county)
        rows = await found.reservations(county, status, after_of(page), page.limit + 1)
        return paged([_told(row) for row in rows], page, "reservation_id")

    @router.get("/{reservation_id}")
    async def get_reservation(reservation_id: NameInPath, caller: Reader) -> Json[ReservationAnswer]:
        """One reservation."""
        return answer(_told(await _seen(found, caller, reservation_id)))


async def _seen(found: ReservationQueries, caller: Principal, reservation_id: str) -> Reservation:
    of = await found.one_reservation(reservation_id)
    if of is None:
        raise not_found(
            "RESERVATION_UNKNOWN", f"there is no reservation {reservation_id}", reservation_id=reservation_id
        )
    caller.must_act_in(of.county)
    return of


def _line(number: int, county: str, body: LineBody) -> Line:
    match body.hospital_id, body.person_id:
        case str(hospital_id), None:
            account = accounts.payable_to_hospital(hospital_id, county, body.fund)
        case None, str(person_id):
            account = accounts.payable_to_person(person_id, county, body.fund)
        case _:
            raise Refused("PAYEE_UNCLEAR", f"line {number} is for one hospital or one person; name exactly one of them")
    return Line(number=number, account=account, amount_fen=int(body.amount_fen))


def _told(of: Reservation) -> ReservationAnswer:
    return ReservationAnswer(
        reservation_id=of.reservation_id,
        county=of.county,
        about=of.about,
        status=of.status,
        expires_on=of.expires_on,
        reserved_on=of.reserved_on,
        reserved_by=of.reserved_by,
        ended_on=of.ended_on,
        ended_by=of.ended_by,
        reason=of.reason,
        lines=tuple(
            LineAnswer(
                number=line.number,
                account=line.account,
                amount_fen=Yuan(line.amount_fen),
                paid_fen=Yuan(line.paid_fen),
            )
            for line in of.lines
        ),
    )
