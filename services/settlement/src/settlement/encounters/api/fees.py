"""Fee lines over HTTP: batches onto the bill and off it again."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from kernel.http import IdempotencyKey, Json, Router, Sent, SignedYuan, Wire, allow, answered
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from settlement.encounters.api.answers import text
from settlement.encounters.api.bodies import FeeLineBody, FeesBody, hospital_of
from settlement.encounters.commands.fees import FeeCommands
from settlement.encounters.domain.events import EncounterEvent, FeeBatchVoided, FeeLinesUploaded
from settlement.encounters.domain.fees import FeeLine, FeeSums
from settlement.encounters.queries.case_file import CaseFile

Hospital = Annotated[Principal, allow(Role.HOSPITAL)]


class FeesAnswer(Wire, frozen=True):
    """A batch as it was taken; the number voids it again. Where all lines were on the bill, the batch of the first."""

    encounter_id: str
    batch: int
    batch_total_fen: SignedYuan
    lines: int


def fees(commands: FeeCommands, requests: Requests) -> Router:
    """The writing routes of /v1/encounters/{encounter_id}/fees."""
    router = Router(prefix="/v1/encounters/{encounter_id}/fees", tags=["encounters"])

    @router.post("", status_code=201)
    async def upload_fees(
        encounter_id: str, caller: Hospital, command: Sent[FeesBody], key: IdempotencyKey
    ) -> Json[FeesAnswer]:
        """Add a batch of fee lines to the bill; lines with numbers that are on it already are not added again."""
        context, lines = requests.by(caller, key), tuple(map(_line, command.lines))
        return answered(await commands.upload(context, hospital_of(caller), encounter_id, lines, _batch, _known))

    @router.post("/{batch}/void")
    async def void_fees(encounter_id: str, batch: str, caller: Hospital, key: IdempotencyKey) -> Json[FeesAnswer]:
        """Take a batch off the bill again."""
        context = requests.by(caller, key)
        return answered(await commands.void(context, hospital_of(caller), encounter_id, _number(batch), _batch))

    return router


def _line(body: FeeLineBody) -> FeeLine:
    return FeeLine(**msgspec.structs.asdict(body) | {"amount_fen": int(body.amount_fen)})


def _batch(events: Sequence[EncounterEvent]) -> str:
    event = events[0]
    assert isinstance(event, FeeLinesUploaded | FeeBatchVoided)
    return _answer(event.encounter_id, event.batch, event.sums)


def _known(file: CaseFile, batch: int) -> str:
    opened = file.opened
    return _answer(opened.admission.encounter_id, batch, opened.batches[batch])


def _answer(encounter_id: str, batch: int, sums: FeeSums) -> str:
    return text(FeesAnswer(encounter_id, batch, SignedYuan(sums.total_fen), sums.lines))


def _number(batch: str) -> int:
    if not batch.isdecimal() or len(batch) > 6:
        raise Refused("FEE_BATCH_UNKNOWN", f"{batch} is not the number of a fee batch")
    return int(batch)
