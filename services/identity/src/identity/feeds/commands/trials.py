"""Dry runs: the same decisions on the same lines, of which nothing is stored but what would become of each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from identity.feeds.commands.applying import Group
from identity.feeds.commands.known import Known, NewPerson
from identity.feeds.commands.named import named_by_others
from identity.feeds.commands.newborns import NewbornsOfRows
from identity.feeds.commands.told import told_of
from identity.feeds.commands.townships import placed
from identity.feeds.domain.batch import Batch
from identity.feeds.domain.handling import handling_of
from identity.feeds.domain.lines import Barrier, Line, Receipt, Seen, held_by
from identity.feeds.domain.row import FeedRow
from identity.intake.queries import KnownPeople
from identity.intake.spool import Beside
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.person import SealedPersonalData
from identity.persons.queries.vault import PersonalData, Vault
from kernel.running.runtime import Runtime
from kernel.writing.event_store import Stream

_WRITE_SQL: Final = """
UPDATE feed_lines l SET outcome = r.outcome, person_id = coalesce(r.person_id, l.person_id), code = r.code,
  detail = r.detail, seen = r.seen
FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
  AS r(line, outcome, person_id, code, detail, seen)
WHERE l.batch_id = $1 AND l.line = r.line
"""
#: Stands for whom nobody registered yet.
_NEW: Final = "new/"


class Trial:
    """One dry run of a batch. ``twice`` are the hashes of numbers that several lines name."""

    def __init__(
        self, runtime: Runtime, vault: Vault, rules: ApprovalRules, batch: Batch, twice: frozenset[str], beside: Beside
    ) -> None:
        self._runtime = runtime
        self._handling = handling_of(batch, rules)
        self._vault = vault
        self._batch = batch
        self._twice = twice
        self._beside = beside
        self._people = KnownPeople(runtime)
        self._newborns = NewbornsOfRows(runtime, vault)
        #: How those stand by now whom several lines name, as no other line finds them in the store.
        self._persons: dict[str, str] = {}
        self._streams: dict[str, tuple[Stream, Sequence[Any]]] = {}
        self._names: dict[str, str] = {}

    async def take(self, lines: Sequence[Line], rows: Mapping[int, FeedRow], barriers: Sequence[Barrier]) -> None:
        """Decide lines, and write down what would become of each, with whom it is about."""
        hashes = {place: self._vault.hash_of(row.id_number.number) for place, row in rows.items()}
        group = Group(self._batch, await self._known(lines, rows, hashes), barriers, self._handling)
        ended = await self._vault.people([line.person_id for line in lines if line.row is None and line.person_id])
        seen: list[Seen | None] = []
        for line in lines:
            if line.row is None:
                assert line.person_id is not None, "who is ended is known"
                person_id, told = line.person_id, ended.get(line.person_id)
            else:
                row = rows[line.row]
                person_id = group.person_of(hashes[line.row])
                told = PersonalData(row.id_number.number, row.name)
            before = group.state(person_id)
            group.line(line, hashes, rows)
            seen.append(None if told is None else self._seen(group, person_id, before, told))
        self._remember(group, rows, hashes)
        await self._write(group.receipts, seen)

    def _seen(self, group: Group, person_id: str, before: Any, told: PersonalData) -> Seen:
        after, department = group.state(person_id), self._batch.department
        return Seen(
            name=told.name,
            id_number=told.id_number,
            county=None if after is None else after.county,
            county_before=None if before is None else before.county,
            before=held_by(department, before),
            after=held_by(department, after),
        )

    async def _known(self, lines: Sequence[Line], rows: Mapping[int, FeedRow], hashes: Mapping[int, str]) -> Known:
        persons = {**await self._people.by_hashes(hashes.values()), **self._persons}
        unknown = {hashes[place]: row for place, row in rows.items() if hashes[place] not in persons}
        persons |= await self._newborns.joining(unknown)
        new = {h: NewPerson(f"{_NEW}{h}", h) for h in hashes.values() if h not in persons}
        known = {line.person_id for line in lines if line.person_id} | {
            persons[h] for h in hashes.values() if h in persons
        }
        loaded = await self._runtime.store.load_many([f"person/{i}" for i in known if i not in self._streams])
        streams = {stream_id.removeprefix("person/"): stream for stream_id, stream in loaded.items()}
        registered = {place: persons[h] for place, h in hashes.items() if h in persons}
        names = {**await self._vault.names_of(list(known - self._names.keys())), **self._names}
        return Known(
            persons=persons,
            streams={**streams, **self._streams},
            names=names,
            named_by_others=await named_by_others(self._runtime, self._batch.department, rows, registered, names),
            new=new,
            sealed={person.person_id: SealedPersonalData("", "") for person in new.values()},
            facts=await told_of(self._runtime, rows, registered),
            townships=await placed(self._runtime, rows, registered),
        )

    def _remember(self, group: Group, rows: Mapping[int, FeedRow], hashes: Mapping[int, str]) -> None:
        for place, number_hash in hashes.items():
            if number_hash not in self._twice:
                continue
            person_id = group.person_of(number_hash)
            stream, events = group.events_of(person_id)
            if events:
                self._persons[number_hash] = person_id
                self._streams[person_id] = stream, events
                if person_id.startswith(_NEW):
                    self._names.setdefault(person_id, rows[place].name)

    async def _write(self, receipts: Sequence[Receipt], seen: Sequence[Seen | None]) -> None:
        known = [None if r.person_id is None or r.person_id.startswith(_NEW) else r.person_id for r in receipts]
        sealed = [
            None if told is None else self._beside.seal(receipt.line, msgspec.json.encode(told))
            for receipt, told in zip(receipts, seen, strict=True)
        ]
        await self._runtime.store.pool.execute(
            _WRITE_SQL,
            self._batch.batch_id,
            [r.line for r in receipts],
            [r.outcome for r in receipts],
            known,
            [r.code for r in receipts],
            [r.detail for r in receipts],
            sealed,
        )
