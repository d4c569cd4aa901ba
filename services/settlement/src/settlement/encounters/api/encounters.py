"""Encounters over HTTP: from the door to the bill, each hospital its own."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec

from kernel.http import (
    ById,
    IdempotencyKey,
    Json,
    Page,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    keyless,
    paged,
)
from kernel.http.fields import after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from settlement.encounters.api.answers import ForecastAnswer, SettlementAnswer, forecast_answer, settled_text, text
from settlement.encounters.api.bodies import AdmitBody, DischargeBody, FeesBody, ReferBody, SettleBody, hospital_of
from settlement.encounters.commands.encounters import Arriving, EncounterCommands
from settlement.encounters.domain.commands import Discharge, Presented, UploadFees, VoidFees
from settlement.encounters.domain.events import EncounterAdmitted, EncounterEvent, FeeBatchVoided, FeeLinesUploaded
from settlement.encounters.domain.fees import FeeLine
from settlement.encounters.queries.encounters import EncounterQueries, EncounterRow

Hospital = Annotated[Principal, allow(Role.HOSPITAL)]


class Admitted(Wire, frozen=True):
    """The answer at the door: no deposit is asked where ``deposit_required`` is false."""

    encounter_id: str
    deposit_required: bool
    category: str | None
    clause: str | None


class FeesAnswer(Wire, frozen=True):
    """A batch as it was taken; the number voids it again."""

    encounter_id: str
    batch: int
    batch_total_fen: Yuan
    lines: int


class Referred(Wire, frozen=True):
    """The referral that the stay rests on."""

    encounter_id: str
    referral_id: str


class Discharged(Wire, frozen=True):
    """The stay has ended."""

    encounter_id: str
    discharged_on: date


def encounters(commands: EncounterCommands, queries: EncounterQueries, requests: Requests) -> Router:
    """The routes of /v1/encounters."""
    router = Router(prefix="/v1/encounters", tags=["encounters"])
    _add_life(router, commands, queries, requests)
    _add_bill(router, commands, requests)
    return router


def _add_life(router: Router, commands: EncounterCommands, queries: EncounterQueries, requests: Requests) -> None:
    @router.post("", status_code=201)
    async def admit(caller: Hospital, command: Sent[AdmitBody], key: IdempotencyKey) -> Json[Admitted]:
        """Admit a person, or register a visit. The answer says whether a deposit may be asked, and by which clause."""
        arriving = Arriving(**msgspec.structs.asdict(command))
        return answered(await commands.admit(requests.by(caller, key), hospital_of(caller), arriving, _admitted))

    @router.get("")
    async def list_encounters(caller: Hospital, page: ById) -> Json[Page[EncounterRow]]:
        """The caller's encounters."""
        found = await queries.encounters(hospital_of(caller), after_of(page), page.limit + 1)
        return paged(found, page, "encounter_id")

    @router.post("/{encounter_id}/referral")
    async def refer(
        encounter_id: str, caller: Hospital, command: Sent[ReferBody], key: IdempotencyKey
    ) -> Json[Referred]:
        """Name the referral of a stay that began without one, such as an emergency's that was filed afterwards."""
        context, named = requests.by(caller, key), text(Referred(encounter_id, command.referral_id))
        return answered(
            await commands.refer(context, hospital_of(caller), encounter_id, command.referral_id, lambda _events: named)
        )

    @router.post("/{encounter_id}/discharge")
    async def discharge(
        encounter_id: str, caller: Hospital, command: Sent[DischargeBody], key: IdempotencyKey
    ) -> Json[Discharged]:
        """End a stay. Fees may still be uploaded until it is settled."""
        context, ended = requests.by(caller, key), text(Discharged(encounter_id, command.discharged_on))
        end = Discharge(today=context.today, **msgspec.structs.asdict(command))
        return answered(await commands.change(context, hospital_of(caller), encounter_id, end, lambda _events: ended))


def _add_bill(router: Router, commands: EncounterCommands, requests: Requests) -> None:
    @router.post("/{encounter_id}/fees", status_code=201)
    async def upload_fees(
        encounter_id: str, caller: Hospital, command: Sent[FeesBody], key: IdempotencyKey
    ) -> Json[FeesAnswer]:
        """Add a batch of fee lines to the bill."""
        upload = UploadFees(
            tuple(FeeLine(line.item, int(line.amount_fen), line.cost_class, line.excluded) for line in command.lines)
        )
        context = requests.by(caller, key)
        return answered(await commands.change(context, hospital_of(caller), encounter_id, upload, _batch, status=201))

    @router.post("/{encounter_id}/fees/{batch}/void")
    async def void_fees(encounter_id: str, batch: str, caller: Hospital, key: IdempotencyKey) -> Json[FeesAnswer]:
        """Take a batch off the bill again."""
        context = requests.by(caller, key)
        return answered(
            await commands.change(context, hospital_of(caller), encounter_id, VoidFees(_number(batch)), _batch)
        )

    @router.post("/{encounter_id}/pre-settlement", dependencies=[keyless("it writes nothing")])
    async def pre_settle(encounter_id: str, caller: Hospital, command: Sent[SettleBody]) -> Json[ForecastAnswer]:
        """What settling now would come to, with what would be left of the year, also in words. Nothing is written."""
        result, lines = await commands.pre_settle(
            hospital_of(caller), encounter_id, _presented(command), requests.clock()
        )
        return answer(forecast_answer(result, lines))

    @router.post("/{encounter_id}/settlement", status_code=201)
    async def settle(
        encounter_id: str, caller: Hospital, command: Sent[SettleBody], key: IdempotencyKey
    ) -> Json[SettlementAnswer]:
        """Settle the bill: who pays which fen, by which clause. Durable when answered."""
        context = requests.by(caller, key)
        return answered(
            await commands.settle(context, hospital_of(caller), encounter_id, _presented(command), settled_text)
        )


def _admitted(events: Sequence[EncounterEvent]) -> str:
    event = events[0]
    assert isinstance(event, EncounterAdmitted)
    return text(Admitted(event.encounter_id, event.deposit_required, event.category, event.clause))


def _batch(events: Sequence[EncounterEvent]) -> str:
    event = events[0]
    assert isinstance(event, FeeLinesUploaded | FeeBatchVoided)
    return text(FeesAnswer(event.encounter_id, event.batch, Yuan(event.sums.total_fen), event.sums.lines))


def _number(batch: str) -> int:
    if not batch.isdecimal() or len(batch) > 6:
        raise Refused("FEE_BATCH_UNKNOWN", f"{batch} is not the number of a fee batch")
    return int(batch)


def _presented(command: SettleBody) -> Presented:
    given_fen = {payer: int(amount) for payer, amount in command.payers_fen.items()}
    return Presented(given_fen, _optional(command.total_fen), _optional(command.patient_prepaid_fen))


def _optional(amount: Yuan | None) -> int | None:
    return None if amount is None else int(amount)
