"""Advances over HTTP: the agency applies, finance pays, takes back and writes off; each step by another person."""

from datetime import date
from typing import Annotated, Final

from fastapi import Query

from fund_ledger.advances.commands import AdvanceCommands
from fund_ledger.advances.domain.advance import Advance, Apply, Kind, PaidToPerson, Pay, TakeBack, WriteOff
from fund_ledger.advances.queries import AdvanceQueries
from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyFilter, DivisionCode, Identifier, NameInPath, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, check_not_to_come, not_found

CODES: Final = (
    ErrorCode("ADVANCE_EXCEEDS_FUND", 409, "The fund holds less than the advance"),
    ErrorCode("PAYMENT_EXCEEDS_ADVANCE", 409, "More than was advanced"),
    ErrorCode("ADVANCE_WITHOUT_RULE", 422, "No document in force there has a fund for such advances"),
    ErrorCode("ADVANCE_PARTY_MISSING", 422, "The advance does not name whom it concerns"),
    ErrorCode("ADVANCE_EXISTS", 409, "There is an advance for this stay or settlement"),
    ErrorCode("ADVANCE_NOT_ELIGIBLE", 409, "The document does not allow an advance here"),
    ErrorCode("ADVANCE_EXCEEDS_DEBT", 409, "The insurer owes the hospital less"),
    ErrorCode("ADVANCE_UNKNOWN", 404, "No such advance"),
    ErrorCode("ADVANCE_NOT_IN_STATE", 409, "The advance is in another state"),
    ErrorCode("ADVANCE_OF_PERSON", 409, "A person owes the advance already"),
)

Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
Status = Annotated[str, Query(pattern=r"^(applied|open|repaid|written_off)?$")]


class AdvanceBody(RequestBody, frozen=True, kw_only=True):
    """A RESCUE of a person for a stay, with what the stay has cost; or a CLAIM of a hospital on an insurer for a
    settlement. ``about`` names the stay or the settlement."""

    county: DivisionCode
    kind: Kind
    about: Identifier
    amount_fen: Yuan
    person_id: Identifier | None = None
    insurer: Identifier | None = None
    hospital_id: Identifier | None = None
    poor: bool = False
    at_risk: bool = False
    out_county_inpatient: bool = False
    cost_fen: Yuan | None = None


class DayBody(RequestBody, frozen=True):
    """On which day it was paid."""

    value_on: date


class RepaymentBody(RequestBody, frozen=True):
    """What the reimbursement, or the insurer's payment, came to."""

    amount_fen: Yuan
    value_on: date


class PersonBody(RequestBody, frozen=True):
    """Whom the insurer has paid."""

    person_id: Identifier


class AdvanceStands(Wire, frozen=True, kw_only=True):
    """Where the advance stands now; ``to_person`` is what a reimbursement leaves for the patient."""

    advance_id: str
    status: str
    journal_id: str | None = None
    to_person_fen: Yuan | None = None


class AdvanceAnswer(Wire, frozen=True, kw_only=True):
    """An advance: what it is for, who has to give it back, what is outstanding and for how many days."""

    advance_id: str
    kind: str
    county: str
    fund: str
    about: str
    status: str
    debtor_kind: str
    debtor_id: str
    hospital_id: str | None
    amount_fen: Yuan
    repaid_fen: Yuan
    written_off_fen: Yuan
    outstanding_fen: Yuan
    clause: str
    applied_on: date
    paid_on: date | None
    days_outstanding: int


def advances(commands: AdvanceCommands, found: AdvanceQueries, requests: Requests) -> Router:
    """The routes of /v1/advances."""
    router = Router(prefix="/v1/advances", tags=["advances"])

    @router.post("", status_code=201)
    async def apply(caller: Agency, command: Sent[AdvanceBody], key: IdempotencyKey) -> Json[AdvanceStands]:
        """Apply for an advance, one for each stay or settlement, as the place's document allows (000 一(二)3)."""
        caller.must_act_in(command.county)
        asked = _asked(commands, command, caller.subject, requests.today)
        return answered(await commands.apply(requests.by(caller, key), asked))

    @router.post("/{advance_id}/payment")
    async def pay(
        advance_id: NameInPath, caller: Finance, command: Sent[DayBody], key: IdempotencyKey
    ) -> Json[AdvanceStands]:
        """Book that the advance was paid out, as far as the fund reaches."""
        of = await _seen(found, caller, advance_id)
        day = _moved_on(command.value_on, requests)

        def paying(bank_fen: int, owed_fen: int) -> Pay:
            return Pay(advance_id=advance_id, by=caller.subject, bank_fen=bank_fen, owed_fen=owed_fen, paid_on=day)

        return answered(await commands.move(requests.by(caller, key), of, paying, day))

    @router.post("/{advance_id}/repayments")
    async def take_back(
        advance_id: NameInPath, caller: Finance, command: Sent[RepaymentBody], key: IdempotencyKey
    ) -> Json[AdvanceStands]:
        """Book what came back: of a reimbursement the fund's part first, of an insurer never more than it owes."""
        of = await _seen(found, caller, advance_id)
        taken = TakeBack(advance_id=advance_id, paid_fen=int(command.amount_fen))
        day = _moved_on(command.value_on, requests)
        return answered(await commands.move(requests.by(caller, key), of, lambda _bank, _owed: taken, day))

    @router.post("/{advance_id}/debtor")
    async def paid_to_person(
        advance_id: NameInPath, caller: Finance, command: Sent[PersonBody], key: IdempotencyKey
    ) -> Json[AdvanceStands]:
        """Say that the insurer paid the person: now the person has to give the advance back."""
        of = await _seen(found, caller, advance_id)
        said = PaidToPerson(advance_id=advance_id, person_id=command.person_id)
        return answered(await commands.move(requests.by(caller, key), of, lambda _bank, _owed: said, requests.today))

    @router.post("/{advance_id}/write-off")
    async def write_off(advance_id: NameInPath, caller: Finance, key: IdempotencyKey) -> Json[AdvanceStands]:
        """Write off what is outstanding and will not come, by a third person (AMB-L7)."""
        of = await _seen(found, caller, advance_id)
        said = WriteOff(advance_id=advance_id, by=caller.subject)
        return answered(await commands.move(requests.by(caller, key), of, lambda _bank, _owed: said, requests.today))

    @router.get("")
    async def list_advances(
        caller: Reader, page: ById, county: CountyFilter = "", status: Status = ""
    ) -> Json[Page[AdvanceAnswer]]:
        """Advances in the order of their names, each with its age."""
        rows = await found.advances(counties_of(caller, county or None), status, after_of(page), page.limit + 1)
        return paged([_told(row, requests.today) for row in rows], page, "advance_id")

    @router.get("/{advance_id}")
    async def get_advance(advance_id: NameInPath, caller: Reader) -> Json[AdvanceAnswer]:
        """One advance."""
        return answer(_told(await _seen(found, caller, advance_id), requests.today))

    return router


def _asked(commands: AdvanceCommands, body: AdvanceBody, by: str, today: date) -> Apply:
    rescue = body.kind == "RESCUE"
    debtor = body.person_id if rescue else body.insurer
    if debtor is None or (not rescue and body.hospital_id is None):
        raise Refused("ADVANCE_PARTY_MISSING", "a RESCUE names its person, a CLAIM its insurer and its hospital")
    rule, clause = commands.rule(body.county, body.kind, today)
    return Apply(
        advance_id=f"{body.county}-{body.kind}-{body.about}",
        rule=rule,
        kind=body.kind,
        county=body.county,
        about=body.about,
        debtor_id=debtor,
        hospital_id=None if rescue else body.hospital_id,
        amount_fen=int(body.amount_fen),
        clause=clause,
        by=by,
        today=today,
        poor=body.poor,
        at_risk=body.at_risk,
        out_county_inpatient=body.out_county_inpatient,
        cost_fen=int(body.cost_fen or 0),
    )


def _moved_on(day: date, requests: Requests) -> date:
    check_not_to_come("value_on", day, requests.today)
    return day


async def _seen(found: AdvanceQueries, caller: Principal, advance_id: str) -> Advance:
    advance = await found.one_advance(advance_id)
    if advance is None:
        raise not_found("ADVANCE_UNKNOWN", f"there is no advance {advance_id}")
    caller.must_act_in(advance.county)
    return advance


def _told(advance: Advance, today: date) -> AdvanceAnswer:
    waits = advance.paid_on is not None and advance.outstanding_fen > 0
    return AdvanceAnswer(
        advance_id=advance.advance_id,
        kind=advance.kind,
        county=advance.county,
        fund=advance.fund,
        about=advance.about,
        status=advance.status,
        debtor_kind=advance.debtor_kind,
        debtor_id=advance.debtor_id,
        hospital_id=advance.hospital_id,
        amount_fen=Yuan(advance.amount_fen),
        repaid_fen=Yuan(advance.repaid_fen),
        written_off_fen=Yuan(advance.written_off_fen),
        outstanding_fen=Yuan(advance.outstanding_fen),
        clause=advance.clause,
        applied_on=advance.applied_on,
        paid_on=advance.paid_on,
        days_outstanding=(today - advance.paid_on).days if waits and advance.paid_on else 0,
    )
