"""Persons' settled years with all that deciding them again needs: a few round trips for however many persons."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec

from kernel.writing.database import Connection, Pool
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store import Stream
from kernel.writing.event_store.inside_queries import lateral_stream, stream_in
from kernel.writing.read_tables import columns_of
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.events import year_of
from settlement.encounters.domain.readjudication import Decided
from settlement.encounters.domain.state import Settled
from settlement.encounters.domain.told_amounts import told_fen
from settlement.people.domain import ALWAYS, Days, person_told
from settlement.policies.domain import LawBook
from settlement.policies.queries import Laws
from settlement.referrals.domain import Referral
from settlement.referrals.queries import REFERRAL, referral_in
from settlement.reviews.domain.finding import BillOnFile, Finding, Known
from settlement.years.domain import BenefitYearsJoined, FirstBill, added, in_order, opening_of, records_of

# Fee lines make a stream heavy, and a settled bill carries their sums: they are left out.
_STREAM: Final = lateral_stream("'encounter/' || s.encounter_id", leaving_out=("FeeLinesUploaded", "FeeBatchVoided"))
# A year is brought whole where one of its bills has a day in common with the days that are asked for.
_BILLS_SQL: Final = f"""
WITH wanted AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::date[]) AS w(person, record, first, last)
), years AS MATERIALIZED (
  SELECT DISTINCT w.person, e.area, s.year
  FROM wanted w JOIN settlements s ON s.counted_for = w.record JOIN encounters e USING (encounter_id)
  WHERE s.discharged_on >= w.first AND e.admitted_on <= w.last
)
SELECT w.person, e.area, s.encounter_id, {REFERRAL}, stream.*
FROM wanted w JOIN settlements s ON s.counted_for = w.record JOIN encounters e USING (encounter_id)
JOIN years y ON (y.person, y.area, y.year) = (w.person, e.area, s.year)
LEFT JOIN revocations v USING (settlement_id) LEFT JOIN referrals r ON r.referral_id = e.referral_id {_STREAM}
WHERE v.settlement_id IS NULL ORDER BY w.person, s.settled_at, s.discharged_on, s.settlement_id
"""
# A year that went into another person's is no longer here; what went into a person's years is, through every step.
_JOINS_SQL: Final = """
WITH RECURSIVE records AS (
  SELECT person_id AS root, person_id AS record FROM unnest($1::text[]) AS person_id
  UNION SELECT r.root, j.other_id FROM records r JOIN benefit_year_joins j ON j.person_id = r.record
), joins AS (
  SELECT r.root, j.* FROM records r JOIN benefit_year_joins j ON j.person_id = r.record
  UNION ALL SELECT j.other_id, j.* FROM benefit_year_joins j WHERE j.other_id = ANY($1::text[])
)
SELECT root, person_id, area, year, other_id, own_fen, own_version, other_fen, other_version FROM joins
"""
# Of items that were left as they are, those of the records count that went into the person's; $1 and $2 pair them.
_KNOWN_SQL: Final = """
SELECT p.person_id, p.revision, p.entitlement, (
  SELECT json_agg(json_build_array(v.area, v.year, v.review_id, t.state, v.finding))
  FROM unnest($1::text[], $2::text[]) AS k(person_id, record) JOIN reviews v ON v.person_id = k.record
  JOIN review_states t USING (review_id)
  WHERE k.person_id = p.person_id
  AND (t.state = 'LEFT' OR t.state IN ('OPEN', 'PROPOSED') AND k.record = k.person_id)
) AS reviews
FROM people p WHERE p.person_id = ANY($1::text[])
"""
_fen_decoder: Final = msgspec.json.Decoder(dict[str, int])
_reviews_decoder: Final = msgspec.json.Decoder(list[tuple[str, int, str, str, Finding]])

#: Pooling area and year.
YearKey = tuple[str, int]


class SettledBill(msgspec.Struct, frozen=True):
    """A bill with its stream as it stands, and the pooling area whose year counts it."""

    stream: Stream
    state: Settled
    on_file: BillOnFile
    area: str

    @property
    def record(self) -> str:
        """The record that it was counted for."""
        return year_of(self.state.settlement)

    @property
    def next_supplement_id(self) -> str:
        """The id of the supplement that would come next."""
        return f"{self.state.settlement.settlement_id}-supplement-{len(self.state.supplements) + 1}"


#: The bills of a year by the record that they were counted for.
OfRecords = dict[str, list[SettledBill]]
_Joins = dict[YearKey, list[BenefitYearsJoined]]


class PersonYears(msgspec.Struct, frozen=True):
    """What a person was settled, year by year in the order of settlement, and what is known of the person now.

    ``joined_fen`` holds, for years that several merged records had, the accumulators with which they began.
    """

    known: Known | None
    years: dict[YearKey, tuple[SettledBill, ...]]
    open_reviews: dict[YearKey, str]
    left: dict[YearKey, tuple[Finding, ...]]
    joined_fen: dict[YearKey, dict[str, int]]

    @property
    def of_bills_only(self) -> "PersonYears":
        """The same without the open items of years of which no bill is here."""
        reviews = {key: review_id for key, review_id in self.open_reviews.items() if key in self.years}
        return msgspec.structs.replace(self, open_reviews=reviews)


class PersonYearFiles:
    """Loads persons' years; keeps the law that it has read once."""

    def __init__(self, registry: EventRegistry) -> None:
        self._registry = registry
        self._laws = Laws()

    async def of(
        self,
        source: Pool | Connection,
        noticed_at: Mapping[str, datetime],
        days: Mapping[str, Days] = MappingProxyType({}),
    ) -> dict[str, PersonYears]:
        """The years of persons, each with what a finding will give as the moment of the fact.

        ``days`` are those on which a bill of a year must lie so that the year matters; a person without has all.
        """
        joins = await _joins_of(source, list(noticed_at))
        records = {
            person: sorted({person}.union(*(records_of(person, of_year) for of_year in joins[person].values())))
            for person in noticed_at
        }
        pairs = [(person, record) for person, of_person in records.items() for record in of_person]
        known = await source.fetch(_KNOWN_SQL, *map(list, zip(*pairs, strict=True)))
        wanted = [
            (row["person_id"], record, *msgspec.structs.astuple(days.get(row["person_id"], ALWAYS)))
            for row in known
            for record in records[row["person_id"]]
        ]
        bills = await self._bills(source, wanted)
        found = dict.fromkeys(noticed_at, PersonYears(None, {}, {}, {}, {}))
        for row in known:
            person, mine = row["person_id"], bills.get(row["person_id"], [])
            years = _person_years(row, noticed_at[person], joins[person], mine)
            found[person] = years if days.get(person, ALWAYS) == ALWAYS else years.of_bills_only
        return found

    async def _bills(
        self, source: Pool | Connection, wanted: Sequence[tuple[str, str, date, date]]
    ) -> dict[str, list[SettledBill]]:
        rows = await source.fetch(_BILLS_SQL, *columns_of(wanted, 4)) if wanted else []
        read = [self._read(row) for row in rows]
        book = await self._laws.of(source, (state.outcome for _, state in read))
        bills: dict[str, list[SettledBill]] = {}
        for row, (stream, state) in zip(rows, read, strict=True):
            bill = SettledBill(stream, state, _on_file(state, book, referral_in(row)), row["area"])
            bills.setdefault(row["person"], []).append(bill)
        return bills

    def _read(self, row: Any) -> tuple[Stream, Settled]:
        stream, events = stream_in(row, f"encounter/{row['encounter_id']}", self._registry)
        state = DECIDER.fold(events)
        assert isinstance(state, Settled), f"encounter {row['encounter_id']} has a settlement in force"
        return stream, state


def _on_file(state: Settled, book: LawBook, referral: Referral | None) -> BillOnFile:
    outcome = state.outcome
    decided = Decided(
        settlement_id=outcome.settlement_id,
        claim=outcome.claim,
        standing=outcome.standing,
        policy=book.taken(outcome),
        result=outcome.adjudication,
        compared=book.compared(outcome),
    )
    return BillOnFile(
        decided=decided,
        encounter_id=outcome.encounter_id,
        hospital_id=outcome.hospital_id,
        approved_by=state.before.exception_approved_by,
        referral=referral,
        found=state.before.found,
        told_fen=told_fen(state.before.told),
    )


async def _joins_of(source: Pool | Connection, persons: Sequence[str]) -> dict[str, _Joins]:
    """For each person the joins of each year that the person's record has to do with."""
    found: dict[str, _Joins] = {person: {} for person in persons}
    for row in await source.fetch(_JOINS_SQL, persons):
        columns, root = dict(row), row["root"]
        del columns["root"]
        own, other = _fen_decoder.decode(row["own_fen"]), _fen_decoder.decode(row["other_fen"])
        columns |= {"own_fen": own, "other_fen": other, "balances_fen": added(own, other)}
        joined = BenefitYearsJoined(**columns)
        found[root].setdefault((joined.area, joined.year), []).append(joined)
    return found


def _person_years(row: Any, noticed_at: datetime, joins: _Joins, bills: Iterable[SettledBill]) -> PersonYears:
    person_id, told = row["person_id"], person_told(row["entitlement"])
    left: dict[YearKey, tuple[Finding, ...]] = {}
    open_reviews: dict[YearKey, str] = {}
    for area, year, review_id, state, finding in _reviews_decoder.decode(row["reviews"] or "[]"):
        if state == "LEFT":
            left[area, year] = (*left.get((area, year), ()), finding)
        else:
            open_reviews[area, year] = review_id
    of_years = _of_person(bills, person_id, joins)
    return PersonYears(
        Known(row["revision"], noticed_at, told.standing, told.deceased_on),
        {key: _in_order(of_records) for key, of_records in of_years.items()},
        open_reviews,
        left,
        {key: _opening(person_id, joins[key], of) for key, of in of_years.items() if joins.get(key)},
    )


def _of_person(bills: Iterable[SettledBill], person_id: str, joins: _Joins) -> dict[YearKey, OfRecords]:
    """The years that are the person's own, each with the bills of the records that went into it."""
    years: dict[YearKey, OfRecords] = {}
    for bill in bills:
        key = (bill.area, bill.state.settlement.year)
        of_year = joins.get(key, ())
        gone = any(joined.other_id == person_id for joined in of_year)
        if not gone and bill.record in records_of(person_id, of_year):
            years.setdefault(key, {}).setdefault(bill.record, []).append(bill)
    return years


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
