"""Settlements over HTTP: look at one with its whole trace, list them, take the latest back."""

from collections.abc import Sequence
from typing import Annotated, Final

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
    of_division,
    paged,
)
from kernel.http.fields import after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.china_time import china_date
from law import recalculated, statement
from settlement.encounters.api.answers import SettlementAnswer, settlement_answer, text
from settlement.encounters.api.bodies import RevokeBody, hospital_of
from settlement.encounters.commands.encounters import EncounterCommands
from settlement.encounters.domain import refusals
from settlement.encounters.domain.events import EncounterEvent, SettlementRevoked
from settlement.encounters.queries.encounters import EncounterQueries, SettlementOnFile, SettlementRow

REVOKED: Final = "这次结算已经撤销，下面的内容不再有效。"
Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.FINANCE, Role.OPERATIONS, by_division=True)]


class Revoked(Wire, frozen=True):
    """A settlement taken back: the hospital gives the patient this much again."""

    settlement_id: str
    encounter_id: str
    refund_to_patient_fen: Yuan
    accumulators_fen: dict[str, Yuan]


class StatementAnswer(Wire, frozen=True):
    """The patient's statement (结算说明): lines to be printed one under the other, amounts in 元."""

    settlement_id: str
    revoked: bool
    lines: tuple[str, ...]


def settlements(commands: EncounterCommands, queries: EncounterQueries, requests: Requests) -> Router:
    """The routes of /v1/settlements."""
    router = Router(prefix="/v1/settlements", tags=["settlements"])
    of_settlement = of_division("settlement_id", queries.county_of_settlement)

    async def visible(settlement_id: str, caller: Principal) -> SettlementOnFile:
        found = await queries.settlement(settlement_id)
        if found is None or _is_foreign(caller, found.settlement.hospital_id):
            raise refusals.unknown("settlement", settlement_id)
        return found

    @router.get("")
    async def list_settlements(caller: Reader, page: ById) -> Json[Page[SettlementRow]]:
        """Settlements: a hospital's own, or all for those who run the funds."""
        own = caller.organisation if Role.HOSPITAL in caller.roles else None
        if caller.divisions is None:
            found = await queries.settlements(own, after_of(page), page.limit + 1)
        else:
            # A token with divisions is never a hospital's.
            found = await queries.settlements_of(caller.division_patterns, after_of(page), page.limit + 1)
        return paged(found, page, "settlement_id")

    @router.get("/{settlement_id}", dependencies=[of_settlement])
    async def get_settlement(settlement_id: str, caller: Reader) -> Json[SettlementAnswer]:
        """One settlement with every layer, its clause, and the accumulators before and after."""
        found = await visible(settlement_id, caller)
        return answer(settlement_answer(found.settlement, found.supplements, revoked=found.revoked))

    @router.get("/{settlement_id}/statement", dependencies=[of_settlement])
    async def get_statement(settlement_id: str, caller: Reader) -> Json[StatementAnswer]:
        """The settlement for the patient, in plain Chinese: who pays what and why, and what is left of the year."""
        found = await visible(settlement_id, caller)
        outcome = found.outcome
        pack = await queries.pack(outcome.policy_digest)
        later = (
            recalculated(china_date(change.supplemented_at), change.patient_fen, change.payout_fen)
            for change in found.supplements
        )
        lines = (*statement(outcome.adjudication, outcome.claim, pack.file), *later)
        return answer(StatementAnswer(settlement_id, found.revoked, ((REVOKED, *lines) if found.revoked else lines)))

    @router.post("/{settlement_id}/revocation", status_code=201)
    async def revoke(
        settlement_id: str, caller: Hospital, command: Sent[RevokeBody], key: IdempotencyKey
    ) -> Json[Revoked]:
        """Take back the person's latest settlement of the year; the encounter can be settled again."""
        context = requests.by(caller, key)
        return answered(await commands.revoke(context, hospital_of(caller), settlement_id, command.reason, _revoked))

    return router


def _is_foreign(caller: Principal, hospital_id: str) -> bool:
    return Role.HOSPITAL in caller.roles and hospital_id != caller.organisation


def _revoked(events: Sequence[EncounterEvent]) -> str:
    event = events[0]
    assert isinstance(event, SettlementRevoked)
    standings = {name: Yuan(fen) for name, fen in event.balances_fen.items()}
    return text(Revoked(event.settlement_id, event.encounter_id, Yuan(event.refund_to_patient_fen), standings))
