"""A settlement as it stood at a moment: settled, supplemented, taken back, and what was booked of it by then."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from fund_ledger.journals.domain.events import JournalBooked, JournalReversed
from kernel.values.refusals import not_found
from onestop.as_of.moment import Moment, known_events
from onestop.picture import picture
from settlement.encounters.domain.events import SettlementConfirmed, SettlementRevoked, SettlementSupplemented

_STAY_SQL: Final = "SELECT encounter_id FROM settlements WHERE settlement_id = $1"


class State(StrEnum):
    """How far a settlement had come."""

    SETTLED = "SETTLED"
    SUPPLEMENTED = "SUPPLEMENTED"
    REVOKED = "REVOKED"


class SettlementThen(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement then; amounts in fen, by payer as the last supplement known left them."""

    settlement_id: str
    state: State
    settled_at: datetime
    category: str | None
    policy_id: str
    total_fen: int
    patient_pays_fen: int
    payers_fen: dict[str, int]
    journals: tuple[str, ...]


async def settlement_then(url: str, settlement_id: str, at: Moment) -> SettlementThen:
    """Fold its stay's stream and its journal's; raises Refused SETTLEMENT_UNKNOWN_THEN."""
    async with picture(url) as services:
        encounter_id = await (await services.of("settlement")).fetchval(_STAY_SQL, settlement_id)
        events = await known_events(services, "settlement", f"encounter/{encounter_id}", at.known_at)
        booked = await known_events(services, "fund-ledger", f"journal/{settlement_id}", at.known_at)
    own = [one.event for one in events if getattr(one.event, "settlement_id", None) == settlement_id]
    settled = next((event for event in own if isinstance(event, SettlementConfirmed)), None)
    if settled is None:
        said = f"no settlement {settlement_id} was known at {at.known_at}"
        raise not_found("SETTLEMENT_UNKNOWN_THEN", said)
    supplements = [event for event in own if isinstance(event, SettlementSupplemented)]
    result = supplements[-1].adjudication if supplements else settled.adjudication
    state = State.SUPPLEMENTED if supplements else State.SETTLED
    return SettlementThen(
        settlement_id=settlement_id,
        state=State.REVOKED if any(isinstance(event, SettlementRevoked) for event in own) else state,
        settled_at=settled.settled_at,
        category=result.category,
        policy_id=result.policy_id,
        total_fen=result.total_fen,
        patient_pays_fen=result.patient_pays_fen,
        payers_fen={layer.payer: layer.amount_fen + layer.payout_fen for layer in result.layers},
        journals=tuple(_journal(one.event) for one in booked if isinstance(one.event, JournalBooked | JournalReversed)),
    )


def _journal(event: JournalBooked | JournalReversed) -> str:
    return event.journal_id if isinstance(event, JournalBooked) else event.reversal_id
