"""Revocations over HTTP: a hospital takes its latest bill back, the agency any of its counties'."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answered,
    encode,
    of_division,
)
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.encounters.domain.events import EncounterEvent, SettlementRevoked, SettlementSupplemented
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.revocations.commands import RevocationCommands

CODES: Final = (ErrorCode("YEAR_JOINED", 409, "The year is that of several merged records"),)

Revoker = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, by_division=True)]


class RevocationBody(RequestBody, frozen=True):
    """Why a settlement is taken back."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class Revoked(Wire, frozen=True, kw_only=True):
    """A settlement taken back: the hospital gives the patient this much again.

    ``decided_again`` are the later settlements of the year that came out otherwise without it, each with a supplement.
    """

    settlement_id: str
    encounter_id: str
    refund_to_patient_fen: Yuan
    accumulators_fen: dict[str, Yuan]
    decided_again: tuple[str, ...] = ()


def revocations(commands: RevocationCommands, queries: EncounterQueries, requests: Requests) -> Router:
    """The route of /v1/settlements/{settlement_id}/revocation."""
    of_settlement = of_division("settlement_id", queries.county_of_settlement)
    router = Router(prefix="/v1/settlements", tags=["settlements"], dependencies=[of_settlement])

    @router.post("/{settlement_id}/revocation", status_code=201)
    async def revoke(
        settlement_id: str, caller: Revoker, command: Sent[RevocationBody], key: IdempotencyKey
    ) -> Json[Revoked]:
        """Take a settlement back; the encounter can be settled again.

        A hospital takes the person's latest of the year back; the agency any, and the later ones are decided again.
        """
        context, hospital_id = requests.by(caller, key), caller.own_hospital
        if hospital_id is not None:
            done = commands.latest(context, hospital_id, settlement_id, command.reason, _revoked)
        else:
            done = commands.any(context, settlement_id, command.reason, _revoked)
        return answered(await done)

    return router


def _revoked(events: Sequence[EncounterEvent]) -> str:
    event, again = events[0], [event for event in events if isinstance(event, SettlementSupplemented)]
    assert isinstance(event, SettlementRevoked)
    balances = again[-1].balances_fen if again else event.balances_fen
    answer = Revoked(
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        refund_to_patient_fen=Yuan(event.refund_to_patient_fen),
        accumulators_fen={name: Yuan(fen) for name, fen in balances.items()},
        decided_again=tuple(each.settlement_id for each in again),
    )
    return encode(answer).decode()
