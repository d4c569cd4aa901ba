"""What goes back to an office: its own file with what became of each row, for as long as the file is kept."""

import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import BinaryIO, Final

from identity.feeds.commands.reading import form_of
from identity.feeds.domain.batch import Batch, BatchStatus, Course
from identity.feeds.domain.feed import DECIDER, batch_unknown
from identity.feeds.domain.remarks import ENDED_SHEET, result_of
from identity.feeds.queries.batches import FeedBatchAnswer, FeedQueries
from identity.feeds.queries.lines import LineQueries
from identity.intake.returning.marked import Mark, MarkedRow, Marking, marked_rows
from identity.intake.returning.workbooks import Beside, MarkedWorkbook
from identity.intake.spool import Spool
from identity.persons.domain.masking import mask_id_number
from identity.persons.queries.places import Places
from identity.persons.queries.vault import Vault
from kernel.running.runtime import Runtime
from kernel.values.refusals import Refused, conflict, not_found

_BESIDE: Final = ("姓名", "号码首尾", "类别", "开始日期", "结果", "备注")
_READ: Final = frozenset({BatchStatus.HELD, BatchStatus.APPLYING, BatchStatus.APPLIED, BatchStatus.TRIED})
_AT_ONCE: Final = 500


class ReturnedFiles:
    """Reads kept files a second time, and gives them back marked."""

    def __init__(self, runtime: Runtime, spool: Spool, vault: Vault, places: Places) -> None:
        self._runtime = runtime
        self._places = places
        self._spool = spool
        self._vault = vault
        self._queries = FeedQueries(runtime)
        self._lines = LineQueries(runtime)

    async def rows(self, batch_id: str, *, only_wrong: bool) -> AsyncGenerator[list[MarkedRow], None]:
        """The rows of a batch's file with their marks.

        Raises Refused FEED_BATCH_NOT_IN_STATE where the file was not read, FEED_FILE_GONE where it is kept no longer.
        """
        _, state = await self._runtime.path.standing(DECIDER, f"feed/{batch_id}")
        if state is None:
            raise batch_unknown()
        if state.status not in _READ:
            raise conflict(
                "FEED_BATCH_NOT_IN_STATE",
                f"batch {state.batch.number} is {state.status}: no row of it has a result",
                batch=state.batch.number,
                state=state.status,
            )
        file = await self._spool.open(state.batch.kept_as)
        if file is None:
            raise file_gone()
        return self._marked(state.batch, file, only_wrong=only_wrong)

    async def _marked(self, batch: Batch, file: BinaryIO, *, only_wrong: bool) -> AsyncGenerator[list[MarkedRow], None]:
        is_trial = batch.course is Course.TRIAL

        async def marks_of(first: int, last: int) -> Mapping[int, Mark]:
            found = await self._lines.between(batch.batch_id, first, last)
            return {line.line: mark_of(line.outcome, line.code, line.detail, is_trial=is_trial) for line in found}

        words = await self._queries.words(batch.department, batch.divisions, batch.received_at)
        form = form_of(batch, words, self._places)
        with file:
            async for some in marked_rows(
                file, batch.media_type, form, Marking(marks_of, mark_of("UNCHANGED"), only_wrong)
            ):
                yield some

    async def workbook(
        self, batch: FeedBatchAnswer, rows: AsyncIterator[list[MarkedRow]], *, ended_too: bool
    ) -> BinaryIO:
        """A workbook of marked rows, with a sheet of those whom a full list no longer names."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        book = MarkedWorkbook(file, batch.sheets or (), ENDED_SHEET)
        await book.lists(rows)
        if ended_too:
            await book.beside(Beside(_BESIDE, self._ended(batch.batch_id, is_trial=batch.course == Course.TRIAL)))
        await book.close()
        file.seek(0)
        return file

    async def _ended(self, batch_id: str, *, is_trial: bool) -> AsyncGenerator[list[Sequence[str]], None]:
        after = 0
        while found := await self._lines.ended(batch_id, after, _AT_ONCE):
            people = await self._vault.people([line.person_id for line in found])
            some: list[Sequence[str]] = []
            for line in found:
                person = people.get(line.person_id)
                mark = mark_of(line.outcome, line.code, line.detail, is_trial=is_trial)
                name, number = ("", "") if person is None else (person.name, mask_id_number(person.id_number))
                some.append((name, number, line.category, line.valid_from.isoformat(), mark.result, mark.remark))
            yield some
            after = found[-1].line


def mark_of(outcome: str, code: str | None = None, detail: str | None = None, *, is_trial: bool = False) -> Mark:
    """How a line is marked."""
    return Mark(*result_of(outcome, code, detail, is_trial=is_trial), is_wrong=outcome == "REFUSED")


def file_gone() -> Refused:
    """The refusal of a file that is not kept any more."""
    return not_found("FEED_FILE_GONE", "the file is not kept any more; GET its /rows, which are")
