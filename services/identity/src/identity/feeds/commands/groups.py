"""Groups of lines as commands: what the decision needs is gathered in a few round trips, whatever the group's size."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from identity.feeds.commands.applying import Barrier, Group, Known, Line, NewPerson, Receipt, person_id_of
from identity.feeds.domain.feed import Batch
from identity.feeds.domain.row import FeedRow
from identity.persons.queries.vault import PersonalData, Vault
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.decision import Outcome

#: Who has the number now, or else who had it last: a department may go on sending a number that was corrected here.
BY_HASHES_SQL: Final = """
SELECT t.id_number_hash, coalesce(d.person_id, f.person_id) AS person_id FROM number_tokens t
LEFT JOIN personal_data d ON d.number_token = t.token
LEFT JOIN LATERAL (SELECT person_id FROM former_numbers WHERE number_token = t.token
                   ORDER BY recorded_at DESC, person_id LIMIT 1) f ON d.person_id IS NULL
WHERE t.id_number_hash = ANY($1::text[]) AND coalesce(d.person_id, f.person_id) IS NOT NULL
"""
_WRITE_SQL: Final = """
UPDATE feed_lines l SET outcome = r.outcome, person_id = coalesce(r.person_id, l.person_id), code = r.code,
  detail = r.detail
FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[]) AS r(line, outcome, person_id, code, detail)
WHERE l.batch_id = $1 AND l.line = r.line
"""


class Groups:
    """Applies lines through the write path: a group that is sent again gives its first receipts again."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        self._runtime = runtime
        self._vault = vault

    async def apply(
        self,
        context: CommandContext,
        batch: Batch,
        lines: Sequence[Line],
        rows: Mapping[int, FeedRow],
        barriers: Sequence[Barrier],
    ) -> list[Receipt]:
        """Decide and commit a group. Where the database refuses it, each line is tried by itself."""

        async def attempt() -> Outcome:
            hashes = {n: self._vault.hash_of(row.holder.resident_id.number) for n, row in rows.items()}
            group = Group(batch, await self._known(lines, rows, hashes), barriers)
            for line in lines:
                if line.row is None:
                    group.ending(line)
                else:
                    group.row(line, hashes[line.row], rows[line.row])
            return Outcome(group.appends, group.receipts)

        try:
            answered = await self._runtime.path.run(context, attempt)
        except Refused as refused:
            if len(lines) == 1:
                line = lines[0]
                return [Receipt(line.line, "REFUSED", line.person_id, refused.code, refused.detail)]
            receipts: list[Receipt] = []
            for line in lines:
                alone = msgspec.structs.replace(context, key=f"{context.key}/{line.line}")
                row = {line.row: rows[line.row]} if line.row is not None else {}
                receipts += await self.apply(alone, batch, [line], row, barriers)
            return receipts
        return msgspec.json.decode(answered.body, type=list[Receipt])

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

    async def _known(self, lines: Sequence[Line], rows: Mapping[int, FeedRow], hashes: Mapping[int, str]) -> Known:
        store = self._runtime.store
        found = await store.pool.fetch(BY_HASHES_SQL, list(set(hashes.values())))
        persons: dict[str, str] = {row["id_number_hash"]: row["person_id"] for row in found}
        unknown = {hashes[place]: row for place, row in rows.items() if hashes[place] not in persons}
        tokens = await self._vault.tokens_of([row.holder.resident_id.number for row in unknown.values()])
        new = {
            number_hash: NewPerson(person_id_of(token), token)
            for number_hash, row in unknown.items()
            if (token := tokens[row.holder.resident_id.number])
        }
        sealed = await self._vault.seal_many(
            {new[number_hash].person_id: _personal(row) for number_hash, row in unknown.items()}
        )
        known = {line.person_id for line in lines if line.person_id} | set(persons.values())
        loaded = await store.load_many([f"person/{person_id}" for person_id in known])
        return Known(
            persons,
            {stream_id.removeprefix("person/"): stream for stream_id, stream in loaded.items()},
            await self._vault.names_of(list(persons.values())),
            new,
            sealed,
        )


def _personal(row: FeedRow) -> PersonalData:
    holder = row.holder
    number = holder.resident_id.number
    return PersonalData(number, holder.name, holder.phone, holder.address, holder.card_number)
