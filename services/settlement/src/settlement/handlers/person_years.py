"""A person's settled years with all that deciding them again needs, in two round trips."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from kernel.database import Connection, Pool
from kernel.event_store import EventStore, Stream
from settlement.domain.encounter import DECIDER
from settlement.domain.encounter_state import Settled
from settlement.domain.finding import BillOnFile, Finding, Known
from settlement.domain.law import LawBook, PolicyAdopted, laws_of
from settlement.domain.readjudication import Decided
from settlement.handlers.case_file import entitlement_told, standing_of

# Fee lines make a stream heavy, and a settled bill carries their sums: they are left out.
_BILLS_SQL: Final = """
SELECT e.area, s.settlement_id, s.encounter_id, last.version, last.chain, t.types, t.schema_versions, t.data
FROM settlements s JOIN encounters e USING (encounter_id) LEFT JOIN revocations r USING (settlement_id)
JOIN LATERAL (
  SELECT version, chain FROM events WHERE stream_id = 'encounter/' || s.encounter_id ORDER BY version DESC LIMIT 1
) last ON true
JOIN LATERAL (
  SELECT array_agg(type ORDER BY version) AS types, array_agg(schema_version ORDER BY version) AS schema_versions,
         array_agg(data::text ORDER BY version) AS data
  FROM events
  WHERE stream_id = 'encounter/' || s.encounter_id AND type NOT IN ('FeeLinesUploaded', 'FeeBatchVoided')
) t ON true
WHERE s.person_id = $1 AND r.settlement_id IS NULL
"""
_KNOWN_SQL: Final = """
SELECT p.revision, p.entitlement,
       (SELECT json_agg(json_build_array(v.area, v.year, v.review_id, t.state, v.finding))
        FROM reviews v JOIN review_states t USING (review_id)
        WHERE v.person_id = p.person_id AND t.state IN ('OPEN', 'PROPOSED', 'LEFT')) AS reviews
FROM people p WHERE p.person_id = $1
"""
_LAWS_SQL: Final = "SELECT pack_id, digest, text FROM policies WHERE digest = ANY($1::text[])"

#: Pooling area and year.
YearKey = tuple[str, int]


class SettledBill(msgspec.Struct, frozen=True):
    """A bill with its stream as it stands."""

    stream: Stream
    state: Settled
    on_file: BillOnFile


class PersonYears(msgspec.Struct, frozen=True):
    """What a person was settled, year by year in the order of settlement, and what is known of the person now."""

    known: Known | None
    years: dict[YearKey, tuple[SettledBill, ...]]
    open_reviews: dict[YearKey, str]
    left: dict[YearKey, tuple[Finding, ...]]


class PersonYearFiles:
    """Loads persons' years; keeps the law that it has read once."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._laws = LawBook()

    async def of(self, person_id: str, noticed_at: datetime, connection: Connection | None = None) -> PersonYears:
        """A person's years; ``noticed_at`` is what a finding will give as the moment of the fact."""
        source = connection or self._store.pool
        row = await source.fetchrow(_KNOWN_SQL, person_id)
        if row is None:
            return PersonYears(None, {}, {}, {})
        told = entitlement_told(row["entitlement"])
        known = Known(row["revision"], noticed_at, standing_of(told), told.deceased_on)
        reviews = msgspec.json.decode(row["reviews"] or "[]", type=list[tuple[str, int, str, str, Finding]])
        left: dict[YearKey, tuple[Finding, ...]] = {}
        for area, year, _, state, finding in reviews:
            if state == "LEFT":
                left[area, year] = (*left.get((area, year), ()), finding)
        open_reviews = {(area, year): review_id for area, year, review_id, state, _ in reviews if state != "LEFT"}
        return PersonYears(known, await self._years(source, person_id), open_reviews, left)

    async def _years(self, source: Pool | Connection, person_id: str) -> dict[YearKey, tuple[SettledBill, ...]]:
        rows = await source.fetch(_BILLS_SQL, person_id)
        states = [self._state(row) for row in rows]
        await self._read_laws(source, states)
        years: dict[YearKey, list[SettledBill]] = {}
        for row, state in zip(rows, states, strict=True):
            stream = Stream(f"encounter/{row['encounter_id']}", row["version"], row["chain"])
            bill = SettledBill(stream, state, self._on_file(state))
            years.setdefault((row["area"], state.settlement.year), []).append(bill)
        return {key: tuple(sorted(bills, key=_settled_order)) for key, bills in years.items()}

    def _state(self, row: Any) -> Settled:
        events = (
            self._store.registry.decode(name, version, data)
            for name, version, data in zip(row["types"], row["schema_versions"], row["data"], strict=True)
        )
        state = DECIDER.fold(events)
        assert isinstance(state, Settled), f"settlement {row['settlement_id']} is in force"
        return state

    async def _read_laws(self, source: Pool | Connection, states: Iterable[Settled]) -> None:
        digests = {law.policy_digest for state in states for law in laws_of(state.outcome)}
        missing = self._laws.missing(digests)
        if missing:
            for row in await source.fetch(_LAWS_SQL, sorted(missing)):
                self._laws.enter(PolicyAdopted(row["pack_id"], row["digest"], row["text"]))

    def _on_file(self, state: Settled) -> BillOnFile:
        outcome = state.outcome
        decided = Decided(
            outcome.settlement_id,
            outcome.claim,
            outcome.standing,
            self._laws.taken(outcome),
            outcome.adjudication,
            self._laws.compared(outcome),
        )
        return BillOnFile(decided, outcome.encounter_id, outcome.hospital_id, state.before.exception_approved_by)


def _settled_order(bill: SettledBill) -> int:
    return bill.state.settlement.benefit_year_version
