"""The worker: takes batches in the order of their arrival, reads each whole, and applies what is left of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import BinaryIO, Final, TypeAlias

import structlog
from typing_extensions import override

from identity.config import FeedSettings
from identity.feeds.commands.groups import Groups
from identity.feeds.commands.in_flight import InFlight
from identity.feeds.commands.kept_files import KeptFiles
from identity.feeds.commands.reading import form_of
from identity.feeds.commands.staging import FeedStaging
from identity.feeds.commands.trials import Trial
from identity.feeds.commands.undoing import Undo
from identity.feeds.domain.batch import Batch, BatchStatus, Course, FileTold, batch_id_of
from identity.feeds.domain.feed import DECIDER, Command, FinishApplying, FinishReading, RefuseFile, State
from identity.feeds.domain.lines import Barrier, Line, prefix_of_area
from identity.feeds.domain.row import FeedRow
from identity.feeds.queries.batches import NEXT_SQL, FeedQueries
from identity.feeds.queries.lines import LineQueries
from identity.intake.domain import FileProblem, Notice, Told, both, file_refused
from identity.intake.reading import Reading
from identity.intake.spool import Spool
from identity.intake.working import FileKind, FileWorker
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.categories import Department, Group
from identity.persons.domain.statement import stated_at
from identity.persons.queries.places import Places
from identity.persons.queries.vault import Vault
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime

#: Does something with lines that wait; each of them has an outcome afterwards.
TakeLines: TypeAlias = Callable[[Sequence[Line], Mapping[int, FeedRow]], Awaitable[None]]
#: One is written while the next is prepared. More would hold the sessions in which single changes are written.
_GROUPS_AT_ONCE: Final = 2
_log = structlog.get_logger(__name__)
_LOST: Final = FileProblem(
    "FEED_FILE_LOST",
    both("文件已不在系统中，请换一个批次号再报送", "the file is no longer kept; send it under a new number"),
)
_FEED: Final[FileKind[Command, State]] = FileKind("feed", DECIDER, NEXT_SQL, _LOST, lanes=tuple(Department))


class FeedWorker(FileWorker[Command, State, FeedRow]):
    """One elected instance works through the batches of all departments."""

    def __init__(
        self,
        runtime: Runtime,
        vault: Vault,
        spool: Spool,
        requests: Requests,
        settings: FeedSettings,
        *,
        places: Places,
        rules: ApprovalRules,
    ) -> None:
        super().__init__(runtime, spool, requests, _FEED)
        self._vault = vault
        self._settings = settings
        self._places = places
        self._rules = rules
        self._queries = FeedQueries(runtime)
        self._lines = LineQueries(runtime)
        self._staging = FeedStaging(runtime, vault)
        self._groups = Groups(runtime, vault, rules)
        self._undo = Undo(runtime, rules)

    @override
    async def _reading(self, state: State, file: BinaryIO) -> Reading[FeedRow]:
        batch = state.batch
        # As the office wrote when the file came: read again after a restart, it says the same.
        words = await self._queries.words(batch.department, batch.divisions, batch.received_at)
        return Reading(FeedRow, file, batch.media_type, form_of(batch, words, self._places))

    @override
    def _is_over(self, state: State) -> bool:
        return state.status not in {BatchStatus.RECEIVED, BatchStatus.HELD, BatchStatus.APPLYING}

    @override
    def _refusal(self, problem: FileProblem) -> Command:
        return RefuseFile(problem)

    @override
    def _kept_as(self, file_id: str, state: State) -> str:
        return state.batch.kept_as

    @override
    async def _bring_on(self, file_id: str, state: State, reading: Reading[FeedRow]) -> bool:
        batch = state.batch
        barriers = await self._queries.barriers(batch)
        if batch.course is Course.TRIAL:
            await self._try_out(state, reading, barriers)
            return False
        if state.status is BatchStatus.RECEIVED:
            finished, _ = await self._compare(batch, reading, barriers)
            state = await self._decide(batch.batch_id, finished, "read")
        else:
            await reading.again()
        if state.status is BatchStatus.APPLYING:
            await self._apply(batch, reading, barriers, _turn(state))
        # It is kept: for a person's word, and then for the receipt.
        return False

    @override
    async def run(self) -> None:
        kept = KeptFiles(self._runtime, self._spool, self._settings.kept_days)
        await asyncio.gather(super().run(), kept.sweep_now_and_then())

    @override
    async def _work_on(self, file_id: str) -> None:
        state = await self._state(file_id)
        if state.batch.undoes is not None:
            await self._take_back(state, state.batch.undoes)
            return
        await super()._work_on(file_id)
        # A file that was refused in the middle leaves rows behind.
        await self._staging.clear(file_id)

    async def _compare(
        self, batch: Batch, reading: Reading[FeedRow], barriers: Sequence[Barrier]
    ) -> tuple[FinishReading, frozenset[str]]:
        """Read the file and compare it; also the numbers that several of its rows name, for a dry run."""
        await self._staging.clear_lines(batch.batch_id)
        await self._stage(batch.batch_id, reading, self._staging, self._staging.staged)
        groups = await self._staging.groups(batch)
        _check_newest(batch, groups, barriers)
        twice = await self._staging.twice(batch.batch_id) if batch.course is Course.TRIAL else frozenset[str]()
        counts = await self._staging.compare(batch, groups)
        told = file_told(batch, reading.told, groups)
        return FinishReading(counts, self._settings.ending_basis_points_max, told), twice

    async def _apply(self, batch: Batch, reading: Reading[FeedRow], barriers: Sequence[Barrier], turn: str) -> None:
        """Apply what waits. A line at which this program fails goes on waiting; it raises that once the rest is in."""
        failures: list[Exception] = []

        async def take(lines: Sequence[Line], rows: Mapping[int, FeedRow]) -> None:
            context = self._context(batch.batch_id, f"lines/{lines[0].line}{turn}")
            receipts = await self._groups.apply(context, batch, lines, rows, barriers, failures)
            await self._groups.write(batch.batch_id, receipts)

        await self._in_groups(batch, reading, take, at_once=_GROUPS_AT_ONCE)
        if failures:
            raise failures[0]
        await self._applied(batch)

    async def _take_back(self, state: State, number: str) -> None:
        """Take back what a batch did; this one has no file."""
        batch = state.batch
        undone = (await self._state(batch_id_of(batch.department, number))).batch
        if state.status is BatchStatus.RECEIVED:
            counts = await self._undo.stage(batch, undone)
            finished = FinishReading(counts, self._settings.ending_basis_points_max, FileTold())
            state = await self._decide(batch.batch_id, finished, "read")
        if state.status is BatchStatus.APPLYING:

            async def take(lines: Sequence[Line], _rows: Mapping[int, FeedRow]) -> None:
                context = self._context(batch.batch_id, f"lines/{lines[0].line}{_turn(state)}")
                await self._groups.write(batch.batch_id, await self._undo.apply(context, batch, undone, lines))

            await self._in_groups(batch, None, take)
            await self._applied(batch)

    async def _try_out(self, state: State, reading: Reading[FeedRow], barriers: Sequence[Barrier]) -> None:
        """A dry run begins anew after a restart: it has left nothing but its lines."""
        batch = state.batch
        finished, twice = await self._compare(batch, reading, barriers)
        if state.status is BatchStatus.RECEIVED:
            await self._decide(batch.batch_id, finished, "read")
        beside = await self._spool.beside(batch.kept_as)
        if beside is not None:
            trial = Trial(self._runtime, self._vault, self._rules, batch, twice, beside)
            await self._in_groups(batch, reading, partial(trial.take, barriers=barriers))
            await self._applied(batch)

    async def _in_groups(
        self, batch: Batch, reading: Reading[FeedRow] | None, take: TakeLines, *, at_once: int = 1
    ) -> None:
        """Work through the lines that wait, in groups."""
        # Counted once: what was applied before a restart is applied still.
        applied = await self._queries.changing(batch.batch_id) - await self._lines.waiting(batch.batch_id)

        async def work(lines: Sequence[Line], rows: Mapping[int, FeedRow]) -> None:
            nonlocal applied
            await take(lines, rows)
            applied += len(lines)
            await self._progress(batch.batch_id, lines_applied=applied)

        last = 0
        async with InFlight(at_once) as groups:
            while lines := await self._lines.pending(batch.batch_id, last, self._settings.group_lines):
                last = lines[-1].line
                wanted = [line.row for line in lines if line.row is not None]
                rows = await asyncio.to_thread(reading.good, wanted) if reading is not None else {}
                await groups.begin(_people(lines, rows), partial(work, lines, rows))

    async def _applied(self, batch: Batch) -> None:
        """Say what the lines came to."""
        outcomes, warned = await self._lines.outcomes(batch.batch_id), await self._lines.warned(batch.batch_id)
        await self._decide(batch.batch_id, FinishApplying(outcomes, warned), "applied")

    @override
    async def _decide(self, file_id: str, command: Command, step: str) -> State:
        state = await super()._decide(file_id, command, f"{step}{_turn(await self._state(file_id))}")
        batch = state.batch
        _log.info("feed batch", batch=batch.number, department=batch.department, status=state.status)
        return state


def _people(lines: Sequence[Line], rows: Mapping[int, FeedRow]) -> frozenset[str]:
    """Whom a group is about: the numbers of its rows, and the ids of those whom the list names no more."""
    ids = {line.person_id for line in lines if line.person_id is not None}
    return frozenset(ids.union(row.id_number.number for row in rows.values()))


def _turn(state: State) -> str:
    """What tells the steps of a file from those of earlier dry runs under its number."""
    return "" if state.turn == 1 else f"/{state.turn}"


def _check_newest(batch: Batch, groups: tuple[Group, ...] | None, barriers: Sequence[Barrier]) -> None:
    if batch.category is None or batch.area is None:
        return
    stated = stated_at(batch.as_of, batch.number, batch.received_at)
    bound = None if groups is None else frozenset(groups)
    own = Barrier(batch.category, prefix_of_area(batch.area), stated, bound)
    if any(own.overlaps(barrier) and barrier.stated > own.stated for barrier in barriers):
        raise file_refused(
            "FEED_OLDER_THAN_LIST",
            "同一类别、同一地区的更新的名单已经生效，这份旧名单不再处理",
            "a newer list of this category and area was applied before",
        )


def file_told(batch: Batch, told: Told, groups: tuple[Group, ...] | None) -> FileTold:
    """What is kept of what reading told, and that a list without a group of its own is bound to those in its rows."""
    notices = told.notices
    if groups is not None and batch.group is None:
        named = "、".join(groups)
        text = both(
            f"名单里只有 {named}，只与这些类型比对；其他类型的人不会因此终止",
            f"the list names {named} only, so nobody of another group is ended by it",
        )
        notices += (Notice("GROUPS_BOUND", text),)
    return FileTold(notices, told.sheets, groups)
