"""Visit records over HTTP: a health centre enters the books of its clinics, record by record in one request."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec

from kernel.http import ErrorCode, Json, RequestBody, Router, Sent, Wire, Yuan, allow, answer, keyless
from kernel.http.fields import Identifier, NameInPath
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from settlement.encounters.domain.events import SettlementConfirmed
from settlement.encounters.domain.fees import CostClass, FeeLine
from settlement.visit_records.commands import VisitRecordCommands
from settlement.visit_records.domain import VisitRecord, check_enters
from settlement.visit_records.queries import VisitQueries

Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
#: Each is a settlement; a request has ten seconds.
RECORDS_MAX: Final = 50
_CREATED: Final = 201
CODES: Final = (
    ErrorCode("CLINIC_FOREIGN", 403, "The clinic's book is entered by another institution"),
    ErrorCode("CLINIC_SETTLES_ITSELF", 409, "The clinic settles each visit itself"),
    ErrorCode("RECORD_CHANGED", 409, "The record's number stands for another content"),
    ErrorCode("VISIT_KNOWN", 409, "The visit is settled already"),
)
_OwnNumber = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
_Payer = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{1,16}$")]
_Icd10 = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][0-9]{2}(\.[0-9A-Za-z]{1,8})?[+*]?$")]


class RecordLineBody(RequestBody, frozen=True, kw_only=True):
    """What was given at the visit, and for how much."""

    item: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    amount_fen: Yuan
    cost_class: CostClass


class VisitRecordBody(RequestBody, frozen=True, kw_only=True):
    """One record of the book. ``number`` is the clinic's own, ``on`` the day of the visit, at the latest today.

    ``collected`` is what the doctor took of the patient, who pays only the own part (只收取患者个人应付部分).
    Another record of the same person, day and sum is taken for this one written twice, unless ``second_visit`` is said.
    """

    number: _OwnNumber
    person_id: Identifier
    on: date
    lines: Annotated[tuple[RecordLineBody, ...], msgspec.Meta(min_length=1, max_length=100)]
    payers_fen: Annotated[dict[_Payer, Yuan], msgspec.Meta(max_length=12)]
    collected_fen: Yuan
    kind: Literal["village_visit", "outpatient", "chronic_outpatient", "special_outpatient"] = "village_visit"
    disease: Identifier | None = None
    diagnoses: Annotated[tuple[_Icd10, ...], msgspec.Meta(max_length=20)] = ()
    second_visit: bool = False


class VisitRecordsBody(RequestBody, frozen=True):
    """Records of one clinic."""

    records: Annotated[tuple[VisitRecordBody, ...], msgspec.Meta(min_length=1, max_length=RECORDS_MAX)]


class RecordAnswer(Wire, frozen=True, kw_only=True):
    """What became of a record: SETTLED, REPEATED (entered before, nothing changed) or REFUSED with its code.

    ``to_refund`` is what was collected beyond the patient's part, ``to_collect`` what is missing of it.
    """

    number: str
    outcome: Literal["SETTLED", "REPEATED", "REFUSED"]
    encounter_id: str | None = None
    settlement_id: str | None = None
    total_fen: Yuan | None = None
    patient_pays_fen: Yuan | None = None
    to_refund_fen: Yuan | None = None
    to_collect_fen: Yuan | None = None
    code: str | None = None
    detail: str | None = None


class RecordsAnswer(Wire, frozen=True, kw_only=True):
    """The outcome of every record, in the order in which they came."""

    settled: int
    repeated: int
    refused: int
    records: tuple[RecordAnswer, ...]


def visit_records(commands: VisitRecordCommands, queries: VisitQueries, requests: Requests) -> Router:
    """The routes of /v1/clinics/{clinic_id}/visit-records."""
    router = Router(prefix="/v1/clinics/{clinic_id}/visit-records", tags=["visit-records"])
    by_number = keyless("the clinic's number names each record: the same again is the same record")

    @router.post("", dependencies=[by_number])
    async def enter_records(
        clinic_id: NameInPath, caller: Hospital, command: Sent[VisitRecordsBody]
    ) -> Json[RecordsAnswer]:
        """Enter records of a clinic on paper (先记账后结算): each is settled as of its day, or refused, by itself.

        The clinic, or the health centre with which it settles, as the registry has it. What was entered before is told
        so; a request that broke off may be sent again.
        """
        assert caller.organisation is not None, "a hospital's token names the hospital"
        check_enters(await queries.clinic(clinic_id), caller.organisation)
        answers = []
        for body in command.records:
            try:
                done = await commands.enter(caller.subject, clinic_id, _record(body), requests.clock(), _settled(body))
            except Refused as refused:
                code, detail = refused.code, refused.detail
                answers.append(RecordAnswer(number=body.number, outcome="REFUSED", code=code, detail=detail))
                continue
            again = done.replayed or done.status != _CREATED
            told: dict[str, Any] = _read(msgspec.json.decode(done.body))
            answers.append(RecordAnswer(number=body.number, outcome="REPEATED" if again else "SETTLED", **told))
        return answer(_counted(answers))

    return router


def _counted(answers: Sequence[RecordAnswer]) -> RecordsAnswer:
    counts = {name: sum(one.outcome == name.upper() for one in answers) for name in ("settled", "repeated", "refused")}
    return RecordsAnswer(records=tuple(answers), **counts)


def _record(body: VisitRecordBody) -> VisitRecord:
    told = msgspec.structs.asdict(body)
    lines, payers, collected = told.pop("lines"), told.pop("payers_fen"), told.pop("collected_fen")
    return VisitRecord(
        **told,
        lines=tuple(
            FeeLine(item=line.item, amount_fen=int(line.amount_fen), cost_class=line.cost_class) for line in lines
        ),
        given_fen={payer: int(amount) for payer, amount in payers.items()},
        collected_fen=int(collected),
    )


def _settled(body: VisitRecordBody) -> Any:
    def told(event: SettlementConfirmed) -> dict[str, Any]:
        result, collected = event.adjudication, int(body.collected_fen)
        return {
            "encounter_id": event.encounter_id,
            "settlement_id": event.settlement_id,
            "total_fen": result.total_fen,
            "patient_pays_fen": result.patient_pays_fen,
            "to_refund_fen": max(0, collected - result.patient_pays_fen),
            "to_collect_fen": max(0, result.patient_pays_fen - collected),
        }

    return told


def _read(told: dict[str, Any]) -> dict[str, Any]:
    return {name: Yuan(value) if name.endswith("_fen") else value for name, value in told.items()}
