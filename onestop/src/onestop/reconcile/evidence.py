"""Evidence: what the stores have on a settlement, a journal or a stream, looked up where two sides differ."""

from typing import Final

from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import read_stream
from onestop.services import SERVICES

_STAY_SQL: Final = "SELECT 'encounter/' || encounter_id FROM settlement.settlements WHERE settlement_id = $1"
# The event that made a journal bears the settlement's message as its cause.
_CAUSE_SQL: Final = """
SELECT s.stream_id FROM fund_ledger.events l JOIN settlement.events s ON s.event_id = (l.meta->>'causation_id')::uuid
WHERE l.stream_id = $1 ORDER BY l.version LIMIT 1
"""
_EVENT_SQL: Final = """
SELECT event_id::text FROM settlement.events WHERE stream_id = $1 AND type = $2 AND data->>'settlement_id' = $3
ORDER BY version DESC LIMIT 1
"""
_JOURNALS_SQL: Final = """
SELECT journal_id FROM fund_ledger.journals WHERE settlement_id = $1 OR journal_id = $1
UNION SELECT (data->>'journal_id') || CASE type WHEN 'JournalReversed' THEN '-reversal' ELSE '' END
FROM fund_ledger.events WHERE stream_id = $2 AND type IN ('JournalBooked', 'JournalReversed') ORDER BY 1
"""
_BOOKED_SQL: Final = """
SELECT EXISTS (SELECT FROM fund_ledger.events WHERE stream_id = $1 AND type = 'JournalBooked'),
       EXISTS (SELECT FROM fund_ledger.events WHERE stream_id = $1 AND meta->>'causation_id' IS NOT NULL)
"""
_OF_STAY_SQL: Final = """
SELECT settlement_id FROM settlement.settlements WHERE encounter_id = $1
UNION SELECT data->>'settlement_id' FROM settlement.events
WHERE stream_id = 'encounter/' || $1 AND type = 'SettlementConfirmed' ORDER BY 1
"""


class Evidence:
    """Looks things up with an owner's session."""

    def __init__(self, owner: SingleConnection) -> None:
        self.owner = owner

    async def stream_of_settlement(self, settlement_id: str) -> str | None:
        """The stream of a settlement's stay: by its row, or by the journal that its message made."""
        found: str | None = await self.owner.fetchval(_STAY_SQL, settlement_id)
        return found or await self.owner.fetchval(_CAUSE_SQL, f"journal/{settlement_id}")

    async def event_of_settlement(self, stream: str, kind: str, settlement_id: str) -> str | None:
        """The newest event of a kind about a settlement."""
        found: str | None = await self.owner.fetchval(_EVENT_SQL, stream, kind, settlement_id)
        return found

    async def settlements_of_stay(self, encounter_id: str) -> list[str]:
        """A stay's settlements, by rows and by events."""
        return [row[0] for row in await self.owner.fetch(_OF_STAY_SQL, encounter_id)]

    async def journals_of(self, name: str) -> list[str]:
        """The journals of a settlement, or the one of this name, by rows and by events."""
        return [row[0] for row in await self.owner.fetch(_JOURNALS_SQL, name, f"journal/{name}")]

    async def is_booked(self, name: str) -> tuple[bool, bool]:
        """Whether the ledger's store has a journal in this name's stream, and whether a message made one."""
        row = await self.owner.fetchrow(_BOOKED_SQL, f"journal/{name}")
        assert row is not None, "a question of two is answered"
        return row[0], row[1]

    async def newest_told(self, publisher: str, stream: str) -> str | None:
        """The newest event of a stream that tells others anything."""
        service = SERVICES[publisher]
        async with self.owner.transaction():
            await self.owner.execute(f'SET LOCAL search_path TO "{service.schema}"')
            logged = await read_stream(self.owner, service.parts.registry, stream)
        told = [one.recorded for one in logged if service.parts.publish(one.recorded) is not None]
        return str(told[-1].event_id) if told else None
