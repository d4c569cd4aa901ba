"""Feeds over HTTP: a department sends files and gets a receipt for each row."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request

from identity.feeds.api.callers import BatchAccepted, Reader, Sender, found_batch, own_or_any
from identity.feeds.api.signed import SignedReader, SignedSender
from identity.feeds.commands.batches import Arriving, FeedCommands
from identity.feeds.domain.batch import BatchKind, Course, FileSent
from identity.feeds.domain.offices import OfficeWords
from identity.feeds.queries.batches import FeedBatchAnswer, FeedQueries, LatenessAnswer
from identity.feeds.queries.lines import LineAnswer, LineQueries
from identity.intake.api import announced_size, moment_of, patiently, receipt_csv
from identity.intake.readers.kinds import MEDIA_TYPES
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.categories import Category, Department, Group, department_of
from kernel.http import (
    ById,
    CsvLines,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    answer,
    answered,
    keyless,
    paged,
    paging,
)
from kernel.http.raw_bodies import media_type_of
from kernel.security import Principal, Role
from kernel.security.signed_requests import DIGEST

#: After every moment at which something was kept.
FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)
_RECEIPT: Final = LineAnswer.__struct_fields__[1:]


class Run(StrEnum):
    """Whether a batch counts, or is tried out. A number that was only tried out is free for the next file."""

    REAL = "real"
    DRY = "dry"


class WordsBody(RequestBody, frozen=True):
    """Headings as the office writes them, with the columns that they mean; words of a column, with what they mean."""

    headings: dict[str, str] = msgspec.field(default_factory=dict)
    words: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)


def feed_batches(commands: FeedCommands, queries: FeedQueries, lines: LineQueries, rules: ApprovalRules) -> Router:
    """The routes of /v1/feeds."""
    router = Router(prefix="/v1/feeds", tags=["feeds"])
    _add_reading(router, queries)
    _add_lines(router, queries, lines)
    _add_writing(router, commands, rules)
    return router


def _add_writing(router: Router, commands: FeedCommands, rules: ApprovalRules) -> None:
    @router.put(
        "/{department}/batches/{number}",
        status_code=202,
        dependencies=[keyless("the department's number names the batch: the same file again is the same batch")],
    )
    async def send_file(
        department: str,
        number: str,
        caller: SignedSender,
        request: Request,
        kind: Annotated[BatchKind, Query(description="delta: changes; full: everybody of a category in an area")],
        as_of: Annotated[datetime, Query(description="The moment that the file speaks for, with its time zone")],
        category: Annotated[Category | None, Query(description="Of all rows; a full list needs it")] = None,
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="Where a full list is whole")] = None,
        file_name: Annotated[str | None, Query(max_length=120)] = None,
        group: Annotated[Group | None, Query(description="Of all rows; bounds a full list to this group")] = None,
        run: Annotated[
            Run, Query(description="dry: nothing is changed, only said what would become of each row")
        ] = Run.REAL,
    ) -> Json[BatchAccepted]:
        """Send a file: CSV or NDJSON in UTF-8, GB18030 or UTF-16, XLSX, XLS or ODS.

        It is read and applied afterwards; ask how far it is. A machine may sign the request instead. Where a document
        says so, the agency sends what a department told it; three people handle that.
        """
        sender = own_or_any(caller, department)
        by_three = _by_three(rules, caller, sender, area, commands.today)
        sent = FileSent(
            department=sender,
            number=number,
            kind=kind,
            as_of=moment_of(as_of),
            media_type=media_type_of(request, MEDIA_TYPES),
            category=category,
            area=area,
            file_name=file_name,
            group=group,
            course=Course.TRIAL if run is Run.DRY else None,
            approval=True if run is Run.REAL and by_three else None,
            machine=True if caller.is_machine else None,
        )
        upload = Arriving(announced_size(request), request.headers.get(DIGEST), patiently(request))
        return answered(await commands.receive(caller, sent, upload))

    @router.post("/{department}/words")
    async def keep_words(
        department: str, caller: Sender, command: Sent[WordsBody], key: IdempotencyKey
    ) -> Json[OfficeWords]:
        """Keep the office's own headings and words; its later files are read by them. They replace those before."""
        caller.must_act_for(department)
        kept = OfficeWords(dict(command.headings), {column: dict(words) for column, words in command.words.items()})
        return answered(await commands.keep_words(caller, key, department_of(department), kept))


def _by_three(rules: ApprovalRules, caller: Principal, sender: Department, area: str | None, on: date) -> bool:
    """Whether three people handle a file: of what the agency enters always, else where a place or document asks for it.

    Raises Refused DIVISION_FOREIGN, ENTRY_NOT_AGENCYS. The agency sends for its divisions: rows about people elsewhere
    are refused.
    """
    if area is not None:
        caller.must_act_in(area)
    divisions = sorted(caller.divisions or ())
    if Role.DEPARTMENT not in caller.roles:
        rules.check_agency_enters(divisions, on)
        return True
    areas = divisions if area is None else [area]
    return rules.needs_approval(sender, areas, on, by_machine=caller.is_machine)


def _add_reading(router: Router, queries: FeedQueries) -> None:
    @router.get("/lateness")
    async def lateness(_caller: Reader) -> Json[tuple[LatenessAnswer, ...]]:
        """How late each department's files came, by month (001 二(一): 及时主动)."""
        return answer(tuple(await queries.lateness()))

    @router.get("/{department}/words")
    async def get_words(department: str, caller: Reader) -> Json[OfficeWords]:
        """The office's own headings and words."""
        divisions = None if caller.divisions is None else tuple(sorted(caller.divisions))
        return answer(await queries.words(own_or_any(caller, department), divisions, FOR_EVER))

    @router.get("/{department}/batches")
    async def list_batches(department: str, caller: Reader, page: ById) -> Json[Page[FeedBatchAnswer]]:
        """A department's batches, the newest first."""
        after = str(page.after[0]) if page.after else None
        divisions = None if caller.divisions is None else caller.division_patterns
        rows = await queries.batches(own_or_any(caller, department), divisions, after, page.limit + 1)
        return paged(rows, page, "batch_id")

    @router.get("/{department}/batches/{number}")
    async def get_batch(department: str, number: str, caller: SignedReader) -> Json[FeedBatchAnswer]:
        """One batch: how far it is, and what it came to."""
        batch = await found_batch(queries, caller, department, number)
        return answer(await queries.whole(batch))


def _add_lines(router: Router, queries: FeedQueries, lines: LineQueries) -> None:
    @router.get("/{department}/batches/{number}/rows")
    async def list_rows(
        department: str,
        number: str,
        caller: SignedReader,
        page: Annotated[PageRequest, paging(int)],
        outcome: Annotated[str | None, Query(pattern=r"^[A-Z]{1,20}$", description="Such as REFUSED")] = None,
    ) -> Json[Page[LineAnswer]]:
        """The receipt, row by row; rows that change nothing are only counted."""
        batch = await found_batch(queries, caller, department, number)
        rows = await lines.lines(batch.batch_id, _after(page), outcome, page.limit + 1)
        return paged(rows, page, "line")

    @router.get("/{department}/batches/{number}/receipt.csv")
    async def receipt(department: str, number: str, caller: Reader) -> CsvLines:
        """The whole receipt as a CSV file."""
        batch = await found_batch(queries, caller, department, number)
        return receipt_csv(batch.number, _RECEIPT, lambda after, limit: lines.lines(batch.batch_id, after, None, limit))


def _after(page: PageRequest) -> int:
    return int(page.after[0]) if page.after else 0
