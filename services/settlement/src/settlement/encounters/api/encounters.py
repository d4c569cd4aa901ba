"""Encounters over HTTP: from the door to the bill, each hospital its own."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec

from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    Router,
    Wire,
    Yuan,
    allow,
    answer,
    body,
    keyless,
    page_of,
    paging,
    stored_answer,
)
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from settlement.encounters.api.answers import ForecastAnswer, SettlementAnswer, forecast_answer, settled_text, text
from settlement.encounters.api.bodies import AdmitBody, DischargeBody, FeesBody, ReferBody, SettleBody
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


def encounters(commands: EncounterCommands, queries: EncounterQueries) -> Router:
    """The routes of /v1/encounters."""
    router = Router(prefix="/v1/encounters", tags=["encounters"])
    _add_life(router, commands, queries)
    _add_bill(router, commands)
    return router


def _add_life(router: Router, commands: EncounterCommands, queries: EncounterQueries) -> None:
    @router.post("", status_code=201)
    async def admit(
        caller: Hospital, command: Annotated[AdmitBody, body(AdmitBody)], key: IdempotencyKey
    ) -> Json[Admitted]:
        """Admit a person, or register a visit. The answer says whether a deposit may be asked, and by which clause."""
        done = await commands.admit(caller, key, Arriving(**msgspec.structs.asdict(command)), _admitted)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.get("")
    async def list_encounters(caller: Hospital, page: Annotated[PageRequest, paging(str)]) -> Json[Page[EncounterRow]]:
        """The caller's encounters."""
        after = str(page.after[0]) if page.after else ""
        found = await queries.encounters(caller.organisation or "", after, page.limit + 1)
        return answer(page_of(found, page, key=lambda row: (row.encounter_id,)))

    @router.post("/{encounter_id}/referral")
    async def refer(
        encounter_id: str, caller: Hospital, command: Annotated[ReferBody, body(ReferBody)], key: IdempotencyKey
    ) -> Json[Referred]:
        """Name the referral of a stay that began without one, such as an emergency's that was filed afterwards."""
        answered = text(Referred(encounter_id, command.referral_id))
        done = await commands.refer(caller, key, encounter_id, command.referral_id, lambda _events: answered)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/{encounter_id}/discharge")
    async def discharge(
        encounter_id: str, caller: Hospital, command: Annotated[DischargeBody, body(DischargeBody)], key: IdempotencyKey
    ) -> Json[Discharged]:
        """End a stay. Fees may still be uploaded until it is settled."""
        ended = Discharge(today=commands.today, **msgspec.structs.asdict(command))
        answered = text(Discharged(encounter_id, command.discharged_on))
        done = await commands.change(caller, key, encounter_id, ended, lambda _events: answered)
        return stored_answer(done.status, done.body, replayed=done.replayed)


def _add_bill(router: Router, commands: EncounterCommands) -> None:
    @router.post("/{encounter_id}/fees", status_code=201)
    async def upload_fees(
        encounter_id: str, caller: Hospital, command: Annotated[FeesBody, body(FeesBody)], key: IdempotencyKey
    ) -> Json[FeesAnswer]:
        """Add a batch of fee lines to the bill."""
        lines = tuple(
            FeeLine(line.item, int(line.amount_fen), line.cost_class, line.excluded) for line in command.lines
        )
        done = await commands.change(caller, key, encounter_id, UploadFees(lines), _batch, status=201)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/{encounter_id}/fees/{batch}/void")
    async def void_fees(encounter_id: str, batch: str, caller: Hospital, key: IdempotencyKey) -> Json[FeesAnswer]:
        """Take a batch off the bill again."""
        done = await commands.change(caller, key, encounter_id, VoidFees(_number(batch)), _batch)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/{encounter_id}/pre-settlement", dependencies=[keyless("it writes nothing")])
    async def pre_settle(
        encounter_id: str, caller: Hospital, command: Annotated[SettleBody, body(SettleBody)]
    ) -> Json[ForecastAnswer]:
        """What settling now would come to, with what would be left of the year, also in words. Nothing is written."""
        result, lines = await commands.pre_settle(caller, encounter_id, _presented(command))
        return answer(forecast_answer(result, lines))

    @router.post("/{encounter_id}/settlement", status_code=201)
    async def settle(
        encounter_id: str, caller: Hospital, command: Annotated[SettleBody, body(SettleBody)], key: IdempotencyKey
    ) -> Json[SettlementAnswer]:
        """Settle the bill: who pays which fen, by which clause. Durable when answered."""
        done = await commands.settle(caller, key, encounter_id, _presented(command), settled_text)
        return stored_answer(done.status, done.body, replayed=done.replayed)


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
