"""Clinics on paper over HTTP: with which centre each settles, what is handed over, and what the centre paid it."""

from datetime import date

from fund_ledger.institutions.api.codes import Agency, Institution, Reader
from fund_ledger.institutions.commands.clinics import ClinicCommands
from fund_ledger.institutions.domain.clinic import Clinic
from fund_ledger.institutions.queries import InstitutionQueries
from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    SignedYuan,
    Wire,
    Yuan,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyQuery, DivisionCode, Identifier, NameInPath, after_of
from kernel.running.requested import Requests
from kernel.security import Principal
from kernel.values.division_table import check_division
from kernel.values.refusals import not_found


class CentreBody(RequestBody, frozen=True):
    """The health centre with which the clinic settles, in the books of a county."""

    county: DivisionCode
    centre_id: Identifier


class CountyBody(RequestBody, frozen=True):
    """In whose books."""

    county: DivisionCode


class ClinicPaidBody(RequestBody, frozen=True):
    """What the centre paid the clinic."""

    county: DivisionCode
    amount_fen: Yuan
    value_on: date


class ClinicMoved(Wire, frozen=True):
    """The clinic, its centre, and the journal where one was booked."""

    clinic_id: str
    centre_id: str
    journal_id: str | None = None


class FundOwed(Wire, frozen=True):
    """What the centre owes the clinic of a fund's money; below zero the clinic got too much."""

    fund: str
    owed_fen: SignedYuan


class ClinicAnswer(Wire, frozen=True, kw_only=True):
    """A clinic's account with its centre."""

    clinic_id: str
    county: str
    centre_id: str
    assigned_on: date
    owed_fen: SignedYuan
    funds: tuple[FundOwed, ...]


def clinics(commands: ClinicCommands, found: InstitutionQueries, requests: Requests) -> Router:
    """The routes of /v1/clinic-accounts."""
    router = Router(prefix="/v1/clinic-accounts", tags=["institutions"])

    @router.post("/{clinic_id}/centre")
    async def assign(
        clinic_id: NameInPath, caller: Agency, command: Sent[CentreBody], key: IdempotencyKey
    ) -> Json[ClinicMoved]:
        """Say with which health centre a clinic settles (003 四(十)); another only once the two are settled."""
        caller.must_act_in(command.county)
        check_division(command.county, requests.today.year)
        context = requests.by(caller, key)
        clinic = Clinic(
            clinic_id=clinic_id,
            county=command.county,
            centre_id=command.centre_id,
            assigned_on=context.today,
            assigned_by=caller.subject,
        )
        return answered(await commands.assign(context, clinic))

    @router.post("/{clinic_id}/handovers")
    async def hand_over(
        clinic_id: NameInPath, caller: Agency, command: Sent[CountyBody], key: IdempotencyKey
    ) -> Json[ClinicMoved]:
        """Hand over what the funds owe a clinic: they owe it to the centre now, and the centre to the clinic."""
        caller.must_act_in(command.county)
        return answered(await commands.hand_over(requests.by(caller, key), clinic_id, command.county))

    @router.post("/{clinic_id}/payments")
    async def pay(
        clinic_id: NameInPath, caller: Institution, command: Sent[ClinicPaidBody], key: IdempotencyKey
    ) -> Json[ClinicMoved]:
        """Say what the caller, its centre, paid a clinic; never more than is owed."""
        of = await _seen(found, caller, command.county, clinic_id)
        caller.must_act_for(of.centre_id)
        amount = int(command.amount_fen)
        return answered(await commands.pay(requests.by(caller, key), of, amount, command.value_on))

    @router.get("")
    async def list_clinics(caller: Reader, page: ById, county: CountyQuery) -> Json[Page[ClinicAnswer]]:
        """The clinics of a county: all, a centre's, or a clinic itself."""
        caller.must_act_in(county)
        rows = await found.clinics(county, caller.own_hospital, after_of(page), page.limit + 1)
        return paged([_told(row) for row in rows], page, "clinic_id")

    @router.get("/{clinic_id}")
    async def get_clinic(clinic_id: NameInPath, caller: Reader, county: CountyQuery) -> Json[ClinicAnswer]:
        """A clinic's account with its centre."""
        return answer(_told(await _seen(found, caller, county, clinic_id)))

    return router


async def _seen(found: InstitutionQueries, caller: Principal, county: str, clinic_id: str) -> Clinic:
    """A clinic that the caller may see: its centre, itself, or the county's staff."""
    caller.must_act_in(county)
    clinic = await found.one_clinic(county, clinic_id)
    if clinic is None or caller.own_hospital not in (None, clinic.centre_id, clinic.clinic_id):
        raise not_found("CLINIC_WITHOUT_CENTRE", f"no health centre settles with {clinic_id} in {county}")
    return clinic


def _told(of: Clinic) -> ClinicAnswer:
    return ClinicAnswer(
        clinic_id=of.clinic_id,
        county=of.county,
        centre_id=of.centre_id,
        assigned_on=of.assigned_on,
        owed_fen=SignedYuan(of.left_fen),
        funds=tuple(FundOwed(fund, SignedYuan(fen)) for fund, fen in sorted(of.owed.items())),
    )
