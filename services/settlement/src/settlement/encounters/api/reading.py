"""Reading an encounter back over HTTP: how it stands, its lines, its settlements, what is left of the year's limits."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from kernel.http import (
    Json,
    Page,
    PageRequest,
    Router,
    SignedYuan,
    Wire,
    Yuan,
    allow,
    answer,
    of_division,
    page_of,
    paging,
)
from kernel.security import Principal, Role
from settlement.encounters.api.answers import SettlementAnswer, settlement_answer
from settlement.encounters.commands.limits import LimitsOfEncounter
from settlement.encounters.domain.bill_lines import LineOnBill
from settlement.encounters.domain.fees import CostClass, FeeSums
from settlement.encounters.domain.limits import Limit
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.encounters.queries.reading import EncounterOnFile, ReadingQueries

Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]


State = Literal["ADMITTED", "DISCHARGED", "SETTLED", "CANCELLED"]


class BatchAnswer(Wire, frozen=True):
    """A batch that is on the bill."""

    batch: int
    lines: int
    total_fen: Yuan


class EncounterAnswer(Wire, frozen=True, kw_only=True):
    """An encounter as it stands; ``settled_by`` is the settlement that stands, ``settlements`` all that there were."""

    encounter_id: str
    person_id: str
    hospital_id: str
    kind: str
    state: State
    admitted_on: date
    deposit_required: bool
    category: str | None
    clause: str | None
    referral_id: str | None
    disease: str | None
    diagnoses: tuple[str, ...]
    inpatient_number: str | None
    operator: str | None
    message_id: str | None
    discharged_on: date | None
    cause: str | None
    total_fen: Yuan
    compliant_fen: Yuan
    self_pay_first_fen: Yuan
    over_limit_fen: Yuan
    out_of_catalogue_fen: Yuan
    excluded_fen: Yuan
    lines: int
    batches: tuple[BatchAnswer, ...]
    exception_approved_by: tuple[str, ...]
    settled_by: str | None
    settlements: tuple[str, ...]


class LineAnswer(Wire, frozen=True, kw_only=True):
    """A line that is on the bill: its batch, and its place in that; ``returns`` is the number of what it gives back."""

    batch: int
    line: int
    item: str
    amount_fen: SignedYuan
    cost_class: CostClass
    excluded: bool
    number: str | None
    on: date | None
    code: str | None
    quantity: str | None
    returns: str | None


class LimitAnswer(Wire, frozen=True, kw_only=True):
    """One yearly limit. ``own`` says that it bounds what the person pays in the year, not what the payer does."""

    policy: str
    payer: str
    name: str
    clause: str
    accumulator: str
    limit_fen: Yuan
    used_fen: Yuan
    left_fen: Yuan
    own: bool


class LimitsAnswer(Wire, frozen=True):
    """What is left of the year's limits for such care of this person, by the policies in force."""

    encounter_id: str
    year: int
    limits: tuple[LimitAnswer, ...]


def reading(queries: ReadingQueries, places: EncounterQueries, limits: LimitsOfEncounter) -> Router:
    """The reading routes of /v1/encounters/{encounter_id}."""
    of_encounter = of_division("encounter_id", places.county_of_encounter)
    router = Router(prefix="/v1/encounters/{encounter_id}", tags=["encounters"], dependencies=[of_encounter])

    @router.get("")
    async def get_encounter(encounter_id: str, caller: Reader) -> Json[EncounterAnswer]:
        """One encounter: who, since when, until when, what is on the bill, which settlements there were."""
        return answer(_encounter(await queries.encounter(encounter_id, caller.own_hospital)))

    @router.get("/fees")
    async def list_lines(
        encounter_id: str, caller: Reader, page: Annotated[PageRequest, paging(int, int)]
    ) -> Json[Page[LineAnswer]]:
        """The lines that are on the bill, in the order in which they came."""
        after = (int(page.after[0]), int(page.after[1])) if page.after else (0, 0)
        found = await queries.lines(encounter_id, caller.own_hospital)
        lines = [line for line in found if (line.batch, line.line) > after]
        answers = [_line(line) for line in lines[: page.limit + 1]]
        return answer(page_of(answers, page, lambda line: (line.batch, line.line)))

    @router.get("/settlements")
    async def list_settlements(encounter_id: str, caller: Reader) -> Json[tuple[SettlementAnswer, ...]]:
        """Every settlement that it ever had, the first one first, each with supplements and its mirror."""
        found = (await queries.encounter(encounter_id, caller.own_hospital)).settlements
        return answer(tuple(settlement_answer(each.settlement, each.supplements, each.revocation) for each in found))

    @router.get("/limits")
    async def get_limits(encounter_id: str, caller: Reader) -> Json[LimitsAnswer]:
        """What is left of the year's limits, for the hospital that treats."""
        year, found = await limits.of(encounter_id, caller.own_hospital)
        return answer(LimitsAnswer(encounter_id, year, tuple(_limit(each) for each in found)))

    return router


def _encounter(found: EncounterOnFile) -> EncounterAnswer:
    opened = found.opened
    admission, discharge = opened.admission, opened.discharge
    return EncounterAnswer(
        encounter_id=admission.encounter_id,
        person_id=admission.person_id,
        hospital_id=admission.hospital_id,
        kind=admission.kind,
        state=_state(found),
        admitted_on=admission.admitted_on,
        deposit_required=admission.deposit_required,
        category=admission.category,
        clause=admission.clause,
        referral_id=admission.referral_id,
        disease=admission.disease,
        diagnoses=admission.diagnoses,
        inpatient_number=admission.inpatient_number,
        operator=admission.operator,
        message_id=admission.message_id,
        discharged_on=discharge.discharged_on if discharge else None,
        cause=discharge.cause if discharge else None,
        **_sums(opened.fees),
        lines=opened.fees.lines,
        batches=tuple(BatchAnswer(n, sums.lines, Yuan(sums.total_fen)) for n, sums in opened.batches.items()),
        exception_approved_by=opened.exception_approved_by,
        settled_by=found.settled_by,
        settlements=tuple(each.settlement.settlement_id for each in found.settlements),
    )


def _state(found: EncounterOnFile) -> State:
    if found.cancelled:
        return "CANCELLED"
    if found.settled_by is not None:
        return "SETTLED"
    return "ADMITTED" if found.opened.discharge is None else "DISCHARGED"


def _sums(sums: FeeSums) -> dict[str, Yuan]:
    names = ("total", "compliant", "self_pay_first", "over_limit", "out_of_catalogue", "excluded")
    return {f"{name}_fen": Yuan(getattr(sums, f"{name}_fen")) for name in names}


def _line(line: LineOnBill) -> LineAnswer:
    told = msgspec.structs.asdict(line.fee) | {"amount_fen": SignedYuan(line.fee.amount_fen)}
    return LineAnswer(batch=line.batch, line=line.line, **told)


def _limit(limit: Limit) -> LimitAnswer:
    return LimitAnswer(
        policy=limit.policy_id,
        payer=limit.payer,
        name=limit.name,
        clause=limit.clause,
        accumulator=limit.accumulator,
        limit_fen=Yuan(limit.limit_fen),
        used_fen=Yuan(limit.used_fen),
        left_fen=Yuan(max(0, limit.limit_fen - limit.used_fen)),
        own=limit.own,
    )
