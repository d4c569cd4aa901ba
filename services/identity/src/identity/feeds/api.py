"""Feeds over HTTP: a department sends files and gets a receipt for each row."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from identity.feeds.commands.batches import FeedCommands
from identity.feeds.domain.feed import BatchKind, Discard, FileSent, Release, batch_unknown
from identity.feeds.queries import FeedBatchAnswer, FeedQueries, LatenessAnswer, LineAnswer
from identity.intake.api import announced_size, moment_of, patiently, receipt_csv
from identity.intake.readers.files import MEDIA_TYPES
from identity.memberships.domain import ApprovalRules
from identity.persons.domain.categories import Category, Department, department_of
from kernel.http import (
    ById,
    ErrorCode,
    Idempotency,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    keyless,
    paged,
    paging,
)
from kernel.http.raw_bodies import media_type_of
from kernel.security import Principal, Role

Sender = Annotated[Principal, allow(Role.DEPARTMENT, by_division=True)]
Reader = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.OPERATIONS, by_division=True)]
Judge = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, by_division=True)]
#: Stands for the divisions of a batch that was sent for all of them: the code of no division.
EVERYWHERE: Final = "000000"
_RECEIPT: Final = LineAnswer.__struct_fields__[1:]


class BatchAccepted(Wire, frozen=True):
    """The file has arrived whole and waits to be read."""

    batch_id: str
    number: str


class JudgementBody(RequestBody, frozen=True):
    """Why a held batch is let through, or thrown away."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


def feed_batches(commands: FeedCommands, queries: FeedQueries, rules: ApprovalRules) -> Router:
    """The routes of /v1/feeds."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])
    _add_reading(router, queries)
    _add_writing(router, commands, queries, rules)
    return router


def _add_writing(router: Router, commands: FeedCommands, queries: FeedQueries, rules: ApprovalRules) -> None:
    @router.put(
        "/{department}/batches/{number}",
        status_code=202,
        dependencies=[keyless("the department's number names the batch: the same file again is the same batch")],
    )
    async def send_file(
        department: str,
        number: str,
        caller: Sender,
        request: Request,
        kind: Annotated[BatchKind, Query(description="delta: changes; full: everybody of a category in an area")],
        as_of: Annotated[datetime, Query(description="The moment that the file speaks for, with its time zone")],
        category: Annotated[Category | None, Query(description="Of all rows; a full list needs it")] = None,
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Where a full list is whole")] = None,
        file_name: Annotated[str | None, Query(max_length=120)] = None,
    ) -> Json[BatchAccepted]:
        """Send a file: CSV, NDJSON or XLSX, UTF-8 or GB18030. It is read and applied afterwards; ask how far it is."""
        caller.must_act_for(department)
        sender = department_of(department)
        rules.check_pre_approved(sender)
        if area is not None:
            caller.must_act_in(area)
        sent = FileSent(
            department=sender,
            number=number,
            kind=kind,
            as_of=moment_of(as_of),
            media_type=media_type_of(request, MEDIA_TYPES),
            category=category,
            area=area,
            file_name=file_name,
        )
        return answered(await commands.receive(caller, sent, announced_size(request), patiently(request)))

    async def judge(
        caller: Principal, key: Idempotency, department: str, number: str, command: Release | Discard
    ) -> Json[BatchAccepted]:
        await _found(queries, caller, department, number)
        return answered(await commands.judge(caller, key, _named(caller, department), number, command))

    @router.post("/{department}/batches/{number}/release")
    async def release(
        department: str, number: str, caller: Judge, command: Sent[JudgementBody], key: IdempotencyKey
    ) -> Json[BatchAccepted]:
        """Let a held batch through; another person than its sender."""
        return await judge(caller, key, department, number, Release(caller.subject, command.reason))

    @router.post("/{department}/batches/{number}/discard")
    async def discard(
        department: str, number: str, caller: Judge, command: Sent[JudgementBody], key: IdempotencyKey
    ) -> Json[BatchAccepted]:
        """Throw a held batch away; another person than its sender."""
        return await judge(caller, key, department, number, Discard(caller.subject, command.reason))


def _add_reading(router: Router, queries: FeedQueries) -> None:
    @router.get("/lateness")
    async def lateness(_caller: Reader) -> Json[tuple[LatenessAnswer, ...]]:
        """How late each department's files came, by month (001 二(一): 及时主动)."""
        return answer(tuple(await queries.lateness()))

    @router.get("/{department}/batches")
    async def list_batches(department: str, caller: Reader, page: ById) -> Json[Page[FeedBatchAnswer]]:
        """A department's batches, the newest first."""
        after = str(page.after[0]) if page.after else None
        divisions = None if caller.divisions is None else caller.division_patterns
        rows = await queries.batches(_named(caller, department), divisions, after, page.limit + 1)
        return paged(rows, page, "batch_id")

    @router.get("/{department}/batches/{number}")
    async def get_batch(department: str, number: str, caller: Reader) -> Json[FeedBatchAnswer]:
        """One batch: how far it is, and what it came to."""
        return answer(await _found(queries, caller, department, number))

    @router.get("/{department}/batches/{number}/rows")
    async def list_rows(
        department: str,
        number: str,
        caller: Reader,
        page: Annotated[PageRequest, paging(int)],
        outcome: Annotated[str | None, Query(pattern=r"^[A-Z]{1,20}$", description="Such as REFUSED")] = None,
    ) -> Json[Page[LineAnswer]]:
        """The receipt, row by row; rows that change nothing are only counted."""
        batch = await _found(queries, caller, department, number)
        rows = await queries.lines(batch.batch_id, _after(page), outcome, page.limit + 1)
        return paged(rows, page, "line")

    @router.get("/{department}/batches/{number}/receipt.csv")
    async def receipt(department: str, number: str, caller: Reader) -> StreamingResponse:
        """The whole receipt as a CSV file."""
        batch = await _found(queries, caller, department, number)
        return receipt_csv(
            batch.number, _RECEIPT, lambda after, limit: queries.lines(batch.batch_id, after, None, limit)
        )


async def _found(queries: FeedQueries, caller: Principal, department: str, number: str) -> FeedBatchAnswer:
    batch = await queries.batch(_named(caller, department), number)
    if batch is None:
        raise batch_unknown()
    for division in batch.divisions or [EVERYWHERE]:
        caller.must_act_in(division)
    return batch


def _named(caller: Principal, department: str) -> Department:
    if Role.DEPARTMENT in caller.roles:
        caller.must_act_for(department)
    return department_of(department)


def _after(page: PageRequest) -> int:
    return int(page.after[0]) if page.after else 0


#: Of feeds, and of the files that intake reads for them and for payment lists.
CODES: Final = (
    ErrorCode("FEED_BATCH_UNKNOWN", 404, "No such batch of this department"),
    ErrorCode("FEED_BATCH_REUSED", 409, "The number was used for another file"),
    ErrorCode("FEED_BATCH_NOT_IN_STATE", 409, "The batch is in another state"),
    ErrorCode("FEED_SAME_PERSON", 403, "The sender cannot release the own batch"),
    ErrorCode("FEED_DESCRIPTION_WRONG", 422, "The file is described wrongly"),
    ErrorCode("FEED_FILE_TOO_LARGE", 422, "The file is larger than a file may be"),
    ErrorCode("SEX_UNKNOWN", 422, "The row's sex is not one of the two"),
    ErrorCode("COUNTY_MALFORMED", 422, "The row's county is not a division code"),
    ErrorCode("TEXT_TOO_LONG", 422, "A text of the row is too long"),
    ErrorCode("CELL_MISSING", 422, "A cell that the row needs is empty"),
    ErrorCode("CATEGORY_FOREIGN", 422, "The row's category is not the list's"),
    ErrorCode("DATE_MALFORMED", 422, "A cell is not a day"),
    ErrorCode("NAME_UNKNOWN", 422, "A cell holds none of the known names"),
    ErrorCode("ROW_DIVISION_FOREIGN", 422, "The sender does not work for the person's county"),
    ErrorCode("ROW_CELL_COUNT", 422, "The row has more or fewer cells than there are columns"),
    ErrorCode("ROW_FORMULA", 422, "A cell is a formula"),
    ErrorCode("ROW_UNPRINTABLE", 422, "A cell holds control characters"),
    ErrorCode("ROW_MALFORMED", 422, "The line is not one JSON object of texts"),
    ErrorCode("ROW_NAME_DIFFERS", 422, "The ID number is registered under another name"),
)
