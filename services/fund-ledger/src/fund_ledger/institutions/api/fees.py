"""Consultation fees over HTTP: the centre reports, the agency checks, finance pays, the centre passes all of it on."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Query

from fund_ledger.institutions.api.codes import Agency, Finance, Institution, LongName, Month, Reader, amount_of
from fund_ledger.institutions.commands.fees import FeeCommands, Reported
from fund_ledger.institutions.domain.fee import (
    ApproveFees,
    Fees,
    FindRetained,
    PassOn,
    PayFees,
    Route,
    SendBack,
    SentBackFor,
)
from fund_ledger.institutions.queries import InstitutionQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyFilter, DivisionCode, Identifier, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal
from kernel.values.division_table import check_division
from kernel.values.money import fen_from_yuan
from kernel.values.refusals import not_found

_CLINICS_MAX = 500
Due = Annotated[str, Query(pattern=r"^([0-9]{1,12}\.[0-9]{2})?$")]
Status = Annotated[str, Query(pattern=r"^(reported|sent_back|approved|paid|done)?$")]


class VisitsBody(RequestBody, frozen=True):
    """A clinic's visits in the month."""

    clinic_id: Identifier
    visits: Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class ReportBody(RequestBody, frozen=True, kw_only=True):
    """A month's visits. DIRECT where the clinics settle in the system, THROUGH_CENTRE where the centre passes it on."""

    county: DivisionCode
    month: Month
    route: Route
    clinics: Annotated[tuple[VisitsBody, ...], msgspec.Meta(min_length=1, max_length=_CLINICS_MAX)]
    #: Beside the first report of a month: for the other route, or what an approved one left out.
    number: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1


class SentBackBody(RequestBody, frozen=True):
    """Why the report is to be made again."""

    reason: SentBackFor


class FeesPaidOn(RequestBody, frozen=True):
    """On which day it was paid, and how much. ``amount`` must be given; without it the answer says what is due."""

    value_on: date
    amount_fen: Yuan | None = None


class PassedBody(RequestBody, frozen=True):
    """What a clinic got."""

    clinic_id: Identifier
    amount_fen: Yuan


class PassedOnBody(RequestBody, frozen=True, kw_only=True):
    """What the clinics got on a day. ``all_of_it`` says that nothing more follows: what is left is a breach then."""

    clinics: Annotated[tuple[PassedBody, ...], msgspec.Meta(max_length=_CLINICS_MAX)]
    value_on: date
    all_of_it: bool = False


class FeesStand(Wire, frozen=True):
    """Where the report stands now, and the journal where one was booked."""

    fees_id: str
    status: str
    journal_id: str | None = None


class ClinicFeeAnswer(Wire, frozen=True, kw_only=True):
    """A clinic's part, what it got, and what it lacks once the centre was paid."""

    clinic_id: str
    visits: int
    due_fen: Yuan
    passed_fen: Yuan


class FeesAnswer(Wire, frozen=True, kw_only=True):
    """A month's report. ``days_waiting`` count from the report until it is paid.

    ``left`` stays with the centre, and must come to 0.00; ``days_held`` since it was paid.

    ``found_on`` is the last day on which it was found that something stayed there.
    """

    fees_id: str
    county: str
    fund: str
    centre_id: str
    month: str
    route: str
    status: str
    unit_fee_fen: Yuan
    due_fen: Yuan
    passed_fen: Yuan
    left_fen: Yuan
    days_waiting: int
    days_held: int
    clinics: tuple[ClinicFeeAnswer, ...]
    clause: str
    reported_on: date
    paid_on: date | None
    sent_back_for: str | None
    found_on: date | None


def fees(commands: FeeCommands, found: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/consultation-fees that write."""
    router = Router(prefix="/v1/consultation-fees", tags=["institutions"])

    @router.post("", status_code=201)
    async def report(caller: Institution, command: Sent[ReportBody], key: IdempotencyKey) -> Json[FeesStand]:
        """Report a month of the caller's clinics (003 四(十一)); what was sent back is reported again."""
        assert caller.organisation is not None, "a hospital's token names the hospital"
        month = date.fromisoformat(f"{command.month}-01")
        check_division(command.county, month.year)
        reported = Reported(
            county=command.county,
            centre_id=caller.organisation,
            month=month,
            route=command.route,
            visits=tuple((clinic.clinic_id, clinic.visits) for clinic in command.clinics),
            number=command.number,
        )
        return answered(await commands.report(requests.by(caller, key), reported))

    @router.post("/{fees_id}/sending-back")
    async def send_back(
        fees_id: LongName, caller: Agency, command: Sent[SentBackBody], key: IdempotencyKey
    ) -> Json[FeesStand]:
        """Send a report back, to be made again."""
        of = await seen_fees(found, caller, fees_id)
        command_ = SendBack(fees_id=fees_id, why=command.reason)
        return answered(await commands.say(requests.by(caller, key), of, command_))

    @router.post("/{fees_id}/approval")
    async def approve(fees_id: LongName, caller: Agency, key: IdempotencyKey, due: Due = "") -> Json[FeesStand]:
        """Approve a report that comes to ``due`` yuan, which must be given: from now on all of it is owed."""
        of = await seen_fees(found, caller, fees_id)
        approved = ApproveFees(fees_id=fees_id, due_fen=fen_from_yuan(due) if due else None, by=caller.subject)
        return answered(await commands.book(requests.by(caller, key), of, approved, requests.today))

    @router.post("/{fees_id}/payment")
    async def pay(
        fees_id: LongName, caller: Finance, command: Sent[FeesPaidOn], key: IdempotencyKey
    ) -> Json[FeesStand]:
        """Book that what was approved was paid in full, by somebody who did not approve it."""
        of = await seen_fees(found, caller, fees_id)
        paid = PayFees(
            fees_id=fees_id,
            amount_fen=amount_of(command.amount_fen),
            by=caller.subject,
            paid_on=command.value_on,
            today=requests.today,
        )
        return answered(await commands.book(requests.by(caller, key), of, paid, command.value_on))

    @router.post("/{fees_id}/passing-on")
    async def pass_on(
        fees_id: LongName, caller: Institution, command: Sent[PassedOnBody], key: IdempotencyKey
    ) -> Json[FeesStand]:
        """Say what the clinics got of it; in the end each has all of its fee (全额支付给村卫生室)."""
        of = await seen_fees(found, caller, fees_id)
        passed = PassOn(
            fees_id=fees_id,
            passed_fen=tuple((clinic.clinic_id, int(clinic.amount_fen)) for clinic in command.clinics),
            passed_on=command.value_on,
            all_of_it=command.all_of_it,
            today=requests.today,
        )
        return answered(await commands.book(requests.by(caller, key), of, passed, command.value_on))

    @router.post("/{fees_id}/finding")
    async def find(fees_id: LongName, caller: Agency, key: IdempotencyKey) -> Json[FeesStand]:
        """Find that the centre still keeps a part of what it was paid: operations registers the breach."""
        of = await seen_fees(found, caller, fees_id)
        retained = FindRetained(fees_id=fees_id, today=requests.today)
        return answered(await commands.say(requests.by(caller, key), of, retained))

    return router


def fees_read(found: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/consultation-fees that read."""
    router = Router(prefix="/v1/consultation-fees", tags=["institutions"])

    @router.get("")
    async def list_fees(
        caller: Reader, page: ById, county: CountyFilter = "", status: Status = ""
    ) -> Json[Page[FeesAnswer]]:
        """Reports in the order of their names; those that are ``paid`` are with the centre."""
        counties = counties_of(caller, county or None)
        rows = await found.all_fees(counties, caller.own_hospital, status, after_of(page), page.limit + 1)
        return paged([_told(row, requests.today) for row in rows], page, "fees_id")

    @router.get("/{fees_id}")
    async def get_fees(fees_id: LongName, caller: Reader) -> Json[FeesAnswer]:
        """One report: its centre's, a clinic's that is in it, or the county's."""
        return answer(_told(await seen_fees(found, caller, fees_id, clinics_too=True), requests.today))

    return router


async def seen_fees(found: InstitutionQueries, caller: Principal, fees_id: str, *, clinics_too: bool = False) -> Fees:
    """A report that the caller may see; another centre's is not there for it."""
    of = await found.one_fees(fees_id)
    if of is not None:
        seers = {None, of.centre_id, *(clinic.clinic_id for clinic in of.clinics if clinics_too)}
        if caller.own_hospital in seers:
            caller.must_act_in(of.county)
            return of
    raise not_found("FEES_UNKNOWN", f"there is no report {fees_id}", fees_id=fees_id)


def _told(of: Fees, today: date) -> FeesAnswer:
    return FeesAnswer(
        fees_id=of.fees_id,
        county=of.county,
        fund=of.fund,
        centre_id=of.centre_id,
        month=f"{of.month:%Y-%m}",
        route=of.route,
        status=of.status,
        unit_fee_fen=Yuan(of.unit_fee_fen),
        due_fen=Yuan(of.due_fen),
        passed_fen=Yuan(of.passed_fen),
        left_fen=Yuan(of.left_fen),
        days_waiting=((of.paid_on or today) - of.reported_on).days,
        days_held=(today - of.paid_on).days if of.paid_on and of.left_fen else 0,
        clinics=tuple(
            ClinicFeeAnswer(
                clinic_id=clinic.clinic_id,
                visits=clinic.visits,
                due_fen=Yuan(clinic.due_fen),
                passed_fen=Yuan(clinic.passed_fen),
            )
            for clinic in of.clinics
        ),
        clause=of.clause,
        reported_on=of.reported_on,
        paid_on=of.paid_on,
        sent_back_for=of.sent_back_for,
        found_on=of.found_on,
    )
