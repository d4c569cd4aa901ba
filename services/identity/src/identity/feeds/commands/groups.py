"""Groups of lines as commands: what the decision needs is gathered in a few round trips, whatever the group's size."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from identity.feeds.commands.applying import Group, person_id_of
from identity.feeds.commands.households import HouseholdsOfRows
from identity.feeds.commands.known import Known, NewPerson
from identity.feeds.commands.named import named_by_others
from identity.feeds.commands.newborns import NewbornsOfRows
from identity.feeds.commands.personal_data import PersonalDataOfRows
from identity.feeds.commands.told import told_of
from identity.feeds.commands.townships import placed
from identity.feeds.domain.batch import Batch
from identity.feeds.domain.handling import handling_of
from identity.feeds.domain.lines import Barrier, Line, Receipt
from identity.feeds.domain.row import FeedRow
from identity.intake.queries import KnownPeople
from identity.persons.domain.approval import ApprovalRules
from identity.persons.queries.vault import PersonalData, Vault
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.decision import Outcome
from kernel.writing.passing import passes_by_itself

#: After so many lines at which this program fails it fails at the file, and not at a row: groups are tried whole then.
_FAILURES_MAX: Final = 20
_WRITE_SQL: Final = """
UPDATE feed_lines l SET outcome = r.outcome, person_id = coalesce(r.person_id, l.person_id), code = r.code,
  detail = r.detail
FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[]) AS r(line, outcome, person_id, code, detail)
WHERE l.batch_id = $1 AND l.line = r.line
"""


class Groups:
    """Applies lines through the write path: a group that is sent again gives its first receipts again."""

    def __init__(self, runtime: Runtime, vault: Vault, rules: ApprovalRules) -> None:
        self._runtime = runtime
        self._rules = rules
        self._vault = vault
        self._people = KnownPeople(runtime)
        self._data = PersonalDataOfRows(runtime, vault)
        self._households = HouseholdsOfRows(runtime)
        self._newborns = NewbornsOfRows(runtime, vault)

    async def apply(
        self,
        context: CommandContext,
        batch: Batch,
        lines: Sequence[Line],
        rows: Mapping[int, FeedRow],
        barriers: Sequence[Barrier],
        failures: list[Exception],
    ) -> list[Receipt]:
        """Decide and commit a group. Where the database refuses it, each line is tried by itself.

        So it is where this program fails at it: what a line raises is added to ``failures``, and it has no receipt.
        """

        async def attempt() -> Outcome:
            hashes = {n: self._vault.hash_of(row.id_number.number) for n, row in rows.items()}
            known = await self._known(batch, lines, rows, hashes)
            group = Group(batch, known, barriers, handling_of(batch, self._rules))
            for line in lines:
                group.line(line, hashes, rows)
            return Outcome(group.appends, group.receipts)

        try:
            answered = await self._runtime.path.run(context, attempt)
        except Exception as error:
            if passes_by_itself(error):
                raise
            if len(lines) > 1 and (isinstance(error, Refused) or len(failures) < _FAILURES_MAX):
                return await self._each(context, batch, lines, rows, barriers, failures)
            if isinstance(error, Refused):
                return [Receipt(lines[0].line, "REFUSED", lines[0].person_id, error.code, error.detail)]
            # The first is for the log. Of others a trace would hold the rows of their groups in memory.
            failures.append(error.with_traceback(None) if failures else error)
            return []
        done = msgspec.json.decode(answered.body, type=list[Receipt])
        await self._remember(lines, rows, done)
        return done

    async def _each(
        self,
        context: CommandContext,
        batch: Batch,
        lines: Sequence[Line],
        rows: Mapping[int, FeedRow],
        barriers: Sequence[Barrier],
        failures: list[Exception],
    ) -> list[Receipt]:
        receipts: list[Receipt] = []
        for line in lines:
            alone = msgspec.structs.replace(context, key=f"{context.key}/{line.line}")
            row = {line.row: rows[line.row]} if line.row is not None else {}
            receipts += await self.apply(alone, batch, [line], row, barriers, failures)
        return receipts

    async def _remember(self, lines: Sequence[Line], rows: Mapping[int, FeedRow], done: Sequence[Receipt]) -> None:
        """Keep the hashes of new people's names, so that their next list is compared without opening each."""
        places = {line.line: line.row for line in lines}
        new = [r for r in done if r.outcome == "REGISTERED" and r.person_id is not None]
        names = {r.person_id: rows[place].name for r in new if (place := places[r.line]) is not None and r.person_id}
        if names:
            await self._vault.keep_name_hashes(names)

    async def write(self, batch_id: str, receipts: Sequence[Receipt]) -> None:
        """Write down what became of lines."""
        await self._runtime.store.pool.execute(
            _WRITE_SQL,
            batch_id,
            [r.line for r in receipts],
            [r.outcome for r in receipts],
            [r.person_id for r in receipts],
            [r.code for r in receipts],
            [r.detail for r in receipts],
        )

    async def _known(
        self, batch: Batch, lines: Sequence[Line], rows: Mapping[int, FeedRow], hashes: Mapping[int, str]
    ) -> Known:
        persons = await self._people.by_hashes(hashes.values())
        unknown = {hashes[place]: row for place, row in rows.items() if hashes[place] not in persons}
        joining = await self._newborns.joining(unknown)
        numbered = {
            place: await self._newborns.numbered(batch, row, joining[hashes[place]])
            for place, row in rows.items()
            if hashes[place] in joining
        }
        persons = {**persons, **joining}
        unknown = {number_hash: row for number_hash, row in unknown.items() if number_hash not in joining}
        new = await self._new(unknown)
        sealed = await self._vault.seal_many(
            {new[number_hash].person_id: _personal(row) for number_hash, row in unknown.items()}
        )
        known = {line.person_id for line in lines if line.person_id} | set(persons.values())
        loaded = await self._runtime.store.load_many([f"person/{person_id}" for person_id in known])
        registered = {place: persons[h] for place, h in hashes.items() if h in persons}
        coming = {place: new[h].person_id for place, h in hashes.items() if h in new}
        names = await self._vault.names_of(list(persons.values()))
        return Known(
            persons=persons,
            streams={stream_id.removeprefix("person/"): stream for stream_id, stream in loaded.items()},
            names=names,
            named_by_others=await named_by_others(self._runtime, batch.department, rows, registered, names),
            new=new,
            sealed=sealed,
            births=self._births(unknown, new),
            numbers={place: command for place, command in numbered.items() if command is not None},
            facts=await told_of(self._runtime, rows, registered),
            corrections=await self._data.corrections(batch, rows, registered),
            households=await self._households.told(batch, rows, registered, coming),
            townships=await placed(self._runtime, rows, {**registered, **coming}),
        )

    async def _new(self, unknown: Mapping[str, FeedRow]) -> dict[str, NewPerson]:
        """Who is to be registered, by the hash of the number."""
        tokens = await self._vault.tokens_of([row.id_number.number for row in unknown.values()])
        return {
            number_hash: NewPerson(person_id_of(token), token)
            for number_hash, row in unknown.items()
            if (token := tokens[row.id_number.number])
        }

    def _births(self, unknown: Mapping[str, FeedRow], new: Mapping[str, NewPerson]) -> dict[str, int]:
        years = {new[h].person_id: self._vault.told_year(row.id_number.born_on) for h, row in unknown.items()}
        return {person_id: year for person_id, year in years.items() if year is not None}


def _personal(row: FeedRow) -> PersonalData:
    return PersonalData(
        id_number=row.id_number.number,
        name=row.name,
        phone=row.phone,
        address=row.address,
        card_number=row.card_number,
    )
