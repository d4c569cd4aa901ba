"""The people of a batch by name: whom a dry run would change, whom a held list would end, whom a batch changed."""

from collections.abc import Sequence

import msgspec

from identity.feeds.domain.feed import DECIDER
from identity.feeds.domain.lines import Held, Seen, held_by
from identity.feeds.domain.remarks import result_of
from identity.feeds.queries.batches import FeedBatchAnswer
from identity.feeds.queries.lines import LineQueries, SeenLine
from identity.intake.spool import Beside, Spool
from identity.persons.domain.categories import Department
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime


class PersonOfBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A line and whom it is about; ``before`` and ``after`` are the department's memberships of them.

    Of a batch that counts, ``after`` is how they stand now; of one that waits, ``before`` is.
    """

    line: int
    row: int | None
    sheet: str | None
    outcome: str
    result: str
    code: str | None
    remark: str
    person_id: str | None
    name: str | None = None
    id_number: str | None = None
    county: str | None = None
    county_before: str | None = None
    before: tuple[Held, ...] | None = None
    after: tuple[Held, ...] | None = None


class PeopleOfBatches:
    """Opens whom lines are about."""

    def __init__(self, runtime: Runtime, spool: Spool, vault: Vault) -> None:
        self._runtime = runtime
        self._spool = spool
        self._vault = vault
        self._lines = LineQueries(runtime)

    async def people(self, batch: FeedBatchAnswer, after: int, outcome: str | None, limit: int) -> list[PersonOfBatch]:
        """The lines of a batch in their order with whom they are about, as far as anybody is known."""
        lines = await self._lines.seen(batch.batch_id, after, outcome, limit)
        told = await self._sealed(batch, lines)
        told |= await self._known(batch, [line for line in lines if line.line not in told])
        return [_person(line, told.get(line.line), is_trial=batch.course is not None) for line in lines]

    async def _sealed(self, batch: FeedBatchAnswer, lines: Sequence[SeenLine]) -> dict[int, Seen]:
        beside = await self._beside(batch) if any(line.seen for line in lines) else None
        if beside is None:
            return {}
        opened = ((line.line, beside.open(line.line, line.seen)) for line in lines if line.seen is not None)
        return {line: msgspec.json.decode(content, type=Seen) for line, content in opened}

    async def _beside(self, batch: FeedBatchAnswer) -> Beside | None:
        _, state = await self._runtime.path.standing(DECIDER, f"feed/{batch.batch_id}")
        return None if state is None else await self._spool.beside(state.batch.kept_as)

    async def _known(self, batch: FeedBatchAnswer, lines: Sequence[SeenLine]) -> dict[int, Seen]:
        ids = sorted({line.person_id for line in lines if line.person_id is not None})
        people = await self._vault.people(ids)
        loaded = await self._runtime.store.load_many([f"person/{person_id}" for person_id in people])
        found: dict[int, Seen] = {}
        for line in lines:
            data = None if line.person_id is None else people.get(line.person_id)
            if data is None:
                continue
            state = PERSONS.fold(loaded[f"person/{line.person_id}"][1])
            held, county = held_by(Department(batch.department), state), None if state is None else state.county
            waits = line.outcome == "PENDING"
            found[line.line] = Seen(
                name=data.name,
                id_number=data.id_number,
                county=county,
                county_before=county if waits else None,
                before=held if waits else (),
                after=() if waits else held,
            )
        return found


def _person(line: SeenLine, told: Seen | None, *, is_trial: bool) -> PersonOfBatch:
    result, remark = result_of(line.outcome, line.code, line.detail, is_trial=is_trial)
    seen = {} if told is None else msgspec.structs.asdict(told)
    own = {name: getattr(line, name) for name in ("line", "row", "sheet", "outcome", "code", "person_id")}
    return PersonOfBatch(result=result, remark=remark, **own, **seen)
