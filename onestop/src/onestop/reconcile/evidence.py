"""Evidence: what the stores have on a settlement, a journal or a stream, looked up where two sides differ."""

from collections.abc import Iterable
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
_HAS_BOOKED_SQL: Final = """
SELECT EXISTS (SELECT FROM fund_ledger.events WHERE stream_id = $1 AND type = $2 AND data->>'journal_id' = $3)
"""
# Of which bill a supplement is, by its row or by its journal.
_SUPPLEMENTED_SQL: Final = """
SELECT settlement_id FROM settlement.supplements WHERE supplement_id = $1
UNION SELECT settlement_id FROM fund_ledger.journals WHERE journal_id = $1 LIMIT 1
"""
_SUPPLEMENT_SQL: Final = """
SELECT event_id::text FROM settlement.events
WHERE stream_id = $1 AND type = 'SettlementSupplemented' AND data->>'supplement_id' = $2
"""
_FIRST_SQL: Final = "SELECT event_id::text FROM settlement.events WHERE stream_id = $1 ORDER BY version LIMIT 1"
_TAKEN_BACK_SQL: Final = """
SELECT EXISTS (SELECT FROM settlement.revocations WHERE settlement_id = $1),
       EXISTS (SELECT FROM fund_ledger.journals WHERE settlement_id = $1 AND kind = 'reversal')
"""
_DETACHED_SQL: Final = 'SELECT name FROM "{schema}".archives WHERE detached_at IS NOT NULL ORDER BY name'
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

    async def taken_back(self, settlement_id: str) -> tuple[bool, bool]:
        """Whether settlement has a bill taken back, and whether the ledger has."""
        row = await self.owner.fetchrow(_TAKEN_BACK_SQL, settlement_id)
        assert row is not None, "a question of two is answered"
        return row[0], row[1]

    async def has_booked(self, settlement_id: str, kind: str, journal_id: str) -> bool:
        """Whether the ledger's store has an event of a kind that made this journal, in a settlement's stream."""
        found: bool = await self.owner.fetchval(_HAS_BOOKED_SQL, f"journal/{settlement_id}", kind, journal_id)
        return found

    async def supplemented(self, supplement_id: str) -> str | None:
        """The settlement that a supplement is of."""
        found: str | None = await self.owner.fetchval(_SUPPLEMENTED_SQL, supplement_id)
        return found

    async def event_of_supplement(self, stream: str, supplement_id: str) -> str | None:
        """The event of a supplement."""
        found: str | None = await self.owner.fetchval(_SUPPLEMENT_SQL, stream, supplement_id)
        return found

    async def first_event(self, stream: str) -> str | None:
        """The first event of a stream of settlement's."""
        found: str | None = await self.owner.fetchval(_FIRST_SQL, stream)
        return found

    async def detached(self, services: Iterable[str]) -> list[str]:
        """The archives of services that are away, as the command that brings one back names them."""
        found = []
        for name in sorted(services):
            rows = await self.owner.fetch(_DETACHED_SQL.format(schema=SERVICES[name].schema))
            found += [f"{name} {row[0]}" for row in rows]
        return found

    async def newest_told(self, publisher: str, stream: str) -> str | None:
        """The newest event of a stream that tells others anything."""
        service = SERVICES[publisher]
        async with self.owner.transaction():
            await self.owner.execute(f'SET LOCAL search_path TO "{service.schema}"')
            logged = await read_stream(self.owner, service.parts.registry, stream)
        told = [one.recorded for one in logged if service.parts.publish(one.recorded) is not None]
        return str(told[-1].event_id) if told else None
