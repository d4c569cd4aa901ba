"""Files over HTTP on their way back: the office's own rows with 结果 and 备注, and who took them."""

from collections.abc import AsyncIterator
from contextlib import closing
from enum import StrEnum
from typing import Annotated, BinaryIO, Final, TypeVar

from fastapi import Query
from starlette.requests import Request

from identity.feeds.api.callers import Overseer, Sender, found_batch
from identity.feeds.commands.returned import ReturnedFiles
from identity.feeds.queries.batches import FeedBatchAnswer, FeedQueries
from identity.intake.api import PATIENCE_SECONDS
from identity.intake.returning.texts import as_csv
from identity.persons.domain.seeing import SeenFor
from identity.persons.queries.seeing import LookAnswer, Looks
from kernel.http import ById, CsvLines, Json, Page, Router, Workbook, paged
from kernel.http.fields import after_of
from kernel.http.patience import grant

PieceT = TypeVar("PieceT")
_PIECE: Final = 256 * 1024


class Wanted(StrEnum):
    """Which rows go back."""

    ALL = "all"
    WRONG = "wrong"


WantedRows = Annotated[Wanted, Query(description="wrong: only the rows to be corrected and handed in again")]


def returned_files(files: ReturnedFiles, queries: FeedQueries, looks: Looks) -> Router:
    """The routes of /v1/feeds under which files go back to the office that sent them."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])

    @router.get("/{department}/batches/{number}/marked.csv")
    async def marked_csv(
        department: str, number: str, caller: Sender, request: Request, rows: WantedRows = Wanted.ALL
    ) -> CsvLines:
        """The file as it was sent, with what became of each row; for the department that sent it."""
        batch = await found_batch(queries, caller, department, number)
        marked = await files.rows(batch.batch_id, only_wrong=rows is Wanted.WRONG)
        await looks.note(caller, SeenFor.FILE_RETURNED, batch_id=batch.batch_id)
        return CsvLines(as_csv(_steadily(request, marked)), headers=_named(batch, "csv"))

    @router.get("/{department}/batches/{number}/marked.xlsx")
    async def marked_xlsx(
        department: str, number: str, caller: Sender, request: Request, rows: WantedRows = Wanted.ALL
    ) -> Workbook:
        """The same as a workbook; of a full list also with those whom it no longer names."""
        batch = await found_batch(queries, caller, department, number)
        marked = await files.rows(batch.batch_id, only_wrong=rows is Wanted.WRONG)
        await looks.note(caller, SeenFor.FILE_RETURNED, batch_id=batch.batch_id)
        steady = _steadily(request, marked)
        book = await files.workbook(batch, steady, ended_too=rows is Wanted.ALL)
        return Workbook(_steadily(request, _pieces(book)), headers=_named(batch, "xlsx"))

    @router.get("/{department}/batches/{number}/looks")
    async def list_looks(department: str, number: str, caller: Overseer, page: ById) -> Json[Page[LookAnswer]]:
        """Who saw the people of a batch in the clear, the newest first."""
        batch = await found_batch(queries, caller, department, number)
        rows = await looks.of_batch(batch.batch_id, after=after_of(page), limit=page.limit + 1)
        return paged(rows, page, "look_id")

    return router


def _named(batch: FeedBatchAnswer, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="marked-{batch.number}.{ending}"'}


async def _steadily(request: Request, pieces: AsyncIterator[PieceT]) -> AsyncIterator[PieceT]:
    """The pieces of a long answer, which is not cut off while they come."""
    async for piece in pieces:
        grant(request, PATIENCE_SECONDS)
        yield piece


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with closing(file):
        while piece := file.read(_PIECE):
            yield piece
