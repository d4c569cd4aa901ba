"""The questions about entries: the work list, one entry, and how long the steps take."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from identity.entries.domain.proposal import Proposal, ProposedFact, ProposedFactCorrection
from identity.facts.domain.facts import Handbook
from identity.memberships.queries.as_of import DetailAnswer, detail_answer
from identity.persons.domain.person import SealedPersonalData
from identity.persons.queries.vault import PersonalData
from kernel.http import Wire
from kernel.writing.reads import Reads

_COLUMNS: Final = """
entry_id, person_id, county, COALESCE(department, 'agency') AS department, proposal, state, authors, entered_at,
submitted_at, reviewed_by, reviewed_at, decided_by, decided_at, reason, revision
"""
_ENTRY_SQL: Final = f"SELECT {_COLUMNS} FROM entries WHERE entry_id = $1"
_SEALED_SQL: Final = "SELECT proposal -> 'sealed' FROM entries WHERE entry_id = $1"
_OF_PERSON_SQL: Final = "SELECT entry_id FROM entries WHERE person_id = $1"
_COUNTY_SQL: Final = "SELECT county FROM entries WHERE entry_id = $1"
# $4 is the last entry shown; its moment is looked up, so that a cursor needs no time that could be malformed.
_LIST_SQL: Final = f"""
SELECT {_COLUMNS} FROM entries
WHERE state = $1 AND ($2::text IS NULL OR department = $2) AND county LIKE ANY($3::text[])
  AND ($4 = '' OR (submitted_at, entry_id) > ((SELECT submitted_at FROM entries WHERE entry_id = $4), $4))
ORDER BY submitted_at, entry_id LIMIT $5
"""
_DELAYS_SQL: Final = """
SELECT county, month, step, count(*) AS count, percentile_disc(0.5) WITHIN GROUP (ORDER BY hours) AS median_hours,
       max(hours) AS max_hours
FROM entry_delays
WHERE county LIKE ANY($1::text[]) AND ($2::text IS NULL OR month = $2) AND (county, month, step) > ($3, $4, $5)
GROUP BY county, month, step ORDER BY county, month, step LIMIT $6
"""


#: The kind of an entry that a newer program made, while this one still runs beside it.
UNKNOWN: Final = "unknown"


class ProposalAnswer(Wire, frozen=True, kw_only=True):
    """What is proposed, in the words of the request; of ``kind`` unknown what a newer release made during an upgrade.

    ``membership_id`` is empty where it is about none. Of a correction of personal data ``fields`` names what should
    read otherwise; how, only who handles the entry sees, and only at the entry itself.
    """

    kind: str
    membership_id: str
    category: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    last_day: date | None = None
    reason: str | None = None
    evidence: str | None = None
    group: str | None = None
    poverty_status: str | None = None
    exit_date: date | None = None
    died_on: date | None = None
    fact_id: str | None = None
    detail: DetailAnswer | None = None
    fields: list[str] | None = None
    other_id: str | None = None
    keep: list[str] | None = None
    name: str | None = None
    id_number: str | None = None


class EntryAnswer(Wire, frozen=True, kw_only=True):
    """An entry as it stands: who handled it, and when. ``department`` is agency where it is the agency's own word."""

    entry_id: str
    person_id: str
    county: str
    department: str
    proposal: ProposalAnswer
    state: str
    authors: list[str]
    entered_at: datetime
    submitted_at: datetime
    revision: int
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


class DelayAnswer(Wire, frozen=True, kw_only=True):
    """How long a step took in a county and month: whole hours, an hour begun counts; of two middles the lower."""

    county: str
    month: str
    step: str
    count: int
    median_hours: int
    max_hours: int


class EntryQueries(Reads):
    """Reads of the entries' tables, each bounded."""

    async def entry(self, entry_id: str) -> EntryAnswer | None:
        """The entry of this id."""
        return await self.one(_entry, _ENTRY_SQL, entry_id)

    async def sealed(self, entry_id: str) -> SealedPersonalData | None:
        """The personal data that an entry proposes, sealed; None where it proposes none."""
        kept: str | None = await self.pool.fetchval(_SEALED_SQL, entry_id)
        return None if kept is None else msgspec.json.decode(kept, type=SealedPersonalData)

    async def handbook_tokens(self, person_id: str) -> set[str]:
        """The tokens of all handbooks that entries about a person ever proposed, also in words that were given up."""
        ids = [row["entry_id"] for row in await self.pool.fetch(_OF_PERSON_SQL, person_id)]
        loaded = await self.store.load_many([f"entry/{entry_id}" for entry_id in ids])
        proposals = [event.entry.proposal for _, past in loaded.values() for event in past]
        facts = [said.fact for said in proposals if isinstance(said, ProposedFact | ProposedFactCorrection)]
        return {fact.detail.token for fact in facts if isinstance(fact.detail, Handbook)}

    async def county_of(self, entry_id: str) -> str | None:
        """The county of the person whom an entry is about."""
        county: str | None = await self.pool.fetchval(_COUNTY_SQL, entry_id)
        return county

    async def in_state(
        self, state: str, department: str | None, counties: list[str], *, after: str, limit: int
    ) -> list[EntryAnswer]:
        """Entries in a state about people of counties that are like one of these, the longest waiting first."""
        return await self.many(_entry, _LIST_SQL, state, department, counties, after, limit)

    async def delays(
        self, counties: list[str], month: str | None, *, after: tuple[str, str, str], limit: int
    ) -> list[DelayAnswer]:
        """The delays by county, month and step."""
        return await self.many(DelayAnswer, _DELAYS_SQL, counties, month, *after, limit)


def _entry(*, proposal: str, **columns: Any) -> EntryAnswer:
    return EntryAnswer(proposal=_shown(proposal), **columns)


def _shown(proposal: str) -> ProposalAnswer:
    """A proposal in the words of the request; UNKNOWN where a newer program made it and this one cannot read it."""
    try:
        msgspec.json.decode(proposal, type=Proposal, strict=False)
    except msgspec.ValidationError:
        return ProposalAnswer(kind=UNKNOWN, membership_id="")
    stored = msgspec.json.decode(proposal, type=dict[str, Any])
    # The membership of a proposed assertion, and the fact of a proposed one, lie inside it; what names their department
    # and moment is not shown.
    said = {**stored, **stored.get("membership", {}), **stored.get("fact", {})}
    shown = {name: value for name, value in said.items() if name in ProposalAnswer.__struct_fields__}
    shown.setdefault("membership_id", "")
    if "detail" in shown:
        shown["detail"] = detail_answer(shown["detail"])
    return msgspec.convert(shown, ProposalAnswer)


def with_data(entry: EntryAnswer, data: PersonalData | None) -> EntryAnswer:
    """The entry with the name or number that it proposes, where they can still be read."""
    said = {} if data is None else {field: getattr(data, field) for field in entry.proposal.fields or ()}
    return msgspec.structs.replace(entry, proposal=msgspec.structs.replace(entry.proposal, **said))
