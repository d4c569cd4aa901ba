"""Corrections over HTTP: what was said at the door, when the stay ended, or that it did not."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from kernel.http import IdempotencyKey, Json, Router, Sent, Wire, allow, answered
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.encounters.api.answers import text
from settlement.encounters.api.bodies import (
    AdmissionCorrectionBody,
    DischargeCorrectionBody,
    RevokeBody,
    hospital_of,
)
from settlement.encounters.api.encounters import Admitted, Discharged, admitted_text
from settlement.encounters.commands.corrections import CorrectionCommands, RightAdmission, RightDischarge
from settlement.encounters.domain.events import DischargeCorrected, EncounterDischarged, EncounterEvent

Hospital = Annotated[Principal, allow(Role.HOSPITAL)]


class Reopened(Wire, frozen=True):
    """The stay goes on."""

    encounter_id: str


def corrections(commands: CorrectionCommands, requests: Requests) -> Router:
    """The correcting routes of /v1/encounters/{encounter_id}. A bill that is settled is revoked first."""
    router = Router(prefix="/v1/encounters/{encounter_id}", tags=["encounters"])

    @router.post("/admission/correction")
    async def correct_admission(
        encounter_id: str, caller: Hospital, command: Sent[AdmissionCorrectionBody], key: IdempotencyKey
    ) -> Json[Admitted]:
        """Correct an admission: its day, the kind of visit, the disease, the hospital's own numbers, the diagnoses.

        The terms are worked out anew. Another person, or a stay instead of a visit, is another admission.
        """
        right = RightAdmission(**msgspec.structs.asdict(command))
        context = requests.by(caller, key)
        return answered(await commands.admission(context, hospital_of(caller), encounter_id, right, admitted_text))

    @router.post("/discharge/correction")
    async def correct_discharge(
        encounter_id: str, caller: Hospital, command: Sent[DischargeCorrectionBody], key: IdempotencyKey
    ) -> Json[Discharged]:
        """Correct the day or the facts of a discharge."""
        right = RightDischarge(**msgspec.structs.asdict(command))
        context = requests.by(caller, key)
        return answered(await commands.discharge(context, hospital_of(caller), encounter_id, right, _discharged))

    @router.post("/discharge/revocation")
    async def undo_discharge(
        encounter_id: str, caller: Hospital, command: Sent[RevokeBody], key: IdempotencyKey
    ) -> Json[Reopened]:
        """Take a discharge back that was an error: the stay goes on, and ends when it is said again."""
        context, reopened = requests.by(caller, key), text(Reopened(encounter_id))
        done = commands.undo(context, hospital_of(caller), encounter_id, command.reason, lambda _events: reopened)
        return answered(await done)

    return router


def _discharged(events: Sequence[EncounterEvent]) -> str:
    event = events[0]
    discharge = event.discharge if isinstance(event, DischargeCorrected) else event
    assert isinstance(discharge, EncounterDischarged)
    return text(Discharged(discharge.encounter_id, discharge.discharged_on))
