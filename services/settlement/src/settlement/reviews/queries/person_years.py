"""A person's settled years with all that deciding them again needs, in two round trips."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from kernel.writing.database import Connection, Pool
from kernel.writing.event_store import EventStore, Stream
from settlement.encounters.domain.adopted_law import LawBook, PolicyAdopted, laws_of
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.readjudication import Decided
from settlement.encounters.domain.state import Settled
from settlement.encounters.queries.case_file import entitlement_told, referral_of, standing_of
from settlement.reviews.domain.finding import BillOnFile, Finding, Known, ReferralKnown
from settlement.years.domain.joining import BenefitYearsJoined, FirstBill, added, in_order, opening_of, records_of

# Fee lines make a stream heavy, and a settled bill carries their sums: they are left out.
_BILLS_SQL: Final = """
SELECT e.area, f.state AS referral_state, f.person_id AS referral_person, f.receiving_hospital, f.approved_on,
       f.emergency_admitted_on, s.settlement_id, s.encounter_id, last.version, last.chain,
       t.types, t.schema_versions, t.data
FROM settlements s JOIN encounters e USING (encounter_id) LEFT JOIN revocations r USING (settlement_id)
LEFT JOIN referrals f ON f.referral_id = e.referral_id
JOIN LATERAL (
  SELECT version, chain FROM events WHERE stream_id = 'encounter/' || s.encounter_id ORDER BY version DESC LIMIT 1
) last ON true
JOIN LATERAL (
  SELECT array_agg(type ORDER BY version) AS types, array_agg(schema_version ORDER BY version) AS schema_versions,
         array_agg(data::text ORDER BY version) AS data
  FROM events
  WHERE stream_id = 'encounter/' || s.encounter_id AND type NOT IN ('FeeLinesUploaded', 'FeeBatchVoided')
) t ON true
WHERE s.counted_for = ANY($1::text[]) AND r.settlement_id IS NULL
"""
# A year that went into another person's is no longer here; what went into this person's years is, through every step.
_JOINS_SQL: Final = """
WITH RECURSIVE records AS (
  SELECT $1::text AS record
  UNION SELECT j.other_id FROM records r JOIN benefit_year_joins j ON j.person_id = r.record
)
SELECT person_id, area, year, other_id, own_fen, own_version, other_fen, other_version FROM benefit_year_joins
WHERE other_id = $1 OR person_id IN (SELECT record FROM records)
"""
_KNOWN_SQL: Final = """
SELECT p.revision, p.entitlement,
       (SELECT json_agg(json_build_array(v.area, v.year, v.review_id, t.state, v.finding))
        FROM reviews v JOIN review_states t USING (review_id)
        WHERE v.person_id = p.person_id AND t.state IN ('OPEN', 'PROPOSED')
        OR v.person_id = ANY($2::text[]) AND t.state = 'LEFT') AS reviews
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


#: The bills of a year by the record that they were counted for.
OfRecords = dict[str, list[SettledBill]]


class PersonYears(msgspec.Struct, frozen=True):
    """What a person was settled, year by year in the order of settlement, and what is known of the person now.

    ``joined_fen`` holds, for years that several merged records had, the accumulators with which they began.
    """

    known: Known | None
    years: dict[YearKey, tuple[SettledBill, ...]]
    open_reviews: dict[YearKey, str]
    left: dict[YearKey, tuple[Finding, ...]]
    joined_fen: dict[YearKey, dict[str, int]] = {}


class PersonYearFiles:
    """Loads persons' years; keeps the law that it has read once."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._laws = LawBook()

    async def of(self, person_id: str, noticed_at: datetime, connection: Connection | None = None) -> PersonYears:
        """A person's years; ``noticed_at`` is what a finding will give as the moment of the fact."""
        source = connection or self._store.pool
        joins = await _joins(source, person_id)
        records = sorted({person_id}.union(*(records_of(person_id, each) for each in joins.values())))
        row = await source.fetchrow(_KNOWN_SQL, person_id, records)
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
        bills = _of_person(await self._bills(source, records), person_id, joins)
        years = {key: _in_order(of_records) for key, of_records in bills.items()}
        joined = {key: _opening(person_id, joins[key], of) for key, of in bills.items() if _has_joined(joins, key)}
        return PersonYears(known, years, open_reviews, left, joined)

    async def _bills(self, source: Pool | Connection, records: Sequence[str]) -> dict[YearKey, OfRecords]:
        rows = await source.fetch(_BILLS_SQL, records)
        states = [self._state(row) for row in rows]
        await self._read_laws(source, states)
        years: dict[YearKey, OfRecords] = {}
        for row, state in zip(rows, states, strict=True):
            stream = Stream(f"encounter/{row['encounter_id']}", row["version"], row["chain"])
            bill = SettledBill(stream, state, self._on_file(state, row))
            year = years.setdefault((row["area"], state.settlement.year), {})
            year.setdefault(state.settlement.year_of, []).append(bill)
        return years

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

    def _on_file(self, state: Settled, row: Any) -> BillOnFile:
        outcome = state.outcome
        decided = Decided(
            outcome.settlement_id,
            outcome.claim,
            outcome.standing,
            self._laws.taken(outcome),
            outcome.adjudication,
            self._laws.compared(outcome),
        )
        approved_by = state.before.exception_approved_by
        return BillOnFile(decided, outcome.encounter_id, outcome.hospital_id, approved_by, _referral_known(row))


def _referral_known(row: Any) -> ReferralKnown | None:
    told = referral_of(row)
    if told is None:
        return None
    return ReferralKnown(told.approved_on if told.approved else None, told.emergency_admitted_on)


async def _joins(source: Pool | Connection, person_id: str) -> dict[YearKey, list[BenefitYearsJoined]]:
    """The joins of each year that the person's record has to do with."""
    found: dict[YearKey, list[BenefitYearsJoined]] = {}
    for row in await source.fetch(_JOINS_SQL, person_id):
        own, other = (msgspec.json.decode(row[name], type=dict[str, int]) for name in ("own_fen", "other_fen"))
        joined = BenefitYearsJoined(
            row["person_id"],
            row["area"],
            row["year"],
            row["other_id"],
            own,
            row["own_version"],
            other,
            row["other_version"],
            added(own, other),
        )
        found.setdefault((joined.area, joined.year), []).append(joined)
    return found


def _of_person(
    bills: Mapping[YearKey, OfRecords], person_id: str, joins: Mapping[YearKey, Sequence[BenefitYearsJoined]]
) -> dict[YearKey, OfRecords]:
    """The years that are the person's own, each with the bills of the records that went into it."""
    years = {}
    for key, of_records in bills.items():
        of_year = joins.get(key, ())
        records = records_of(person_id, of_year)
        mine = {record: found for record, found in of_records.items() if record in records}
        if mine and not any(joined.other_id == person_id for joined in of_year):
            years[key] = mine
    return years


def _has_joined(joins: Mapping[YearKey, Sequence[BenefitYearsJoined]], key: YearKey) -> bool:
    return bool(joins.get(key))


def _in_order(of_records: OfRecords) -> tuple[SettledBill, ...]:
    sequences = (sorted(bills, key=_year_version) for bills in of_records.values())
    return in_order([[(bill.state.settlement.settled_at, bill) for bill in bills] for bills in sequences])


def _opening(person_id: str, joins: Sequence[BenefitYearsJoined], of_records: OfRecords) -> dict[str, int]:
    first = {record: min(bills, key=_year_version).state.settlement for record, bills in of_records.items()}
    bills = {
        record: FirstBill(settled.benefit_year_version, dict(settled.adjudication.before_fen))
        for record, settled in first.items()
    }
    return opening_of(person_id, joins, bills)


def _year_version(bill: SettledBill) -> int:
    return bill.state.settlement.benefit_year_version
