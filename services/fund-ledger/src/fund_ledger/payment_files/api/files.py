"""Payment files over HTTP: finance makes them, hands them to the bank, and takes its answer."""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request

from fund_ledger.bank.reading.tables import csv_rows, xlsx_rows
from fund_ledger.payees.queries import AccountLook, PayeeQueries
from fund_ledger.payment_files.commands.answers import AnswerCommands
from fund_ledger.payment_files.commands.files import FileCommands
from fund_ledger.payment_files.domain.file import LINES_MAX, CancelReason, PaymentFile
from fund_ledger.payment_files.queries import FileQueries, LineAnswer, WaitingPayment
from fund_ledger.payment_files.reading.answer import SaidAnswer, answer_of
from fund_ledger.payment_files.reading.status_report import report_of
from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    paged,
    paging,
)
from kernel.http.fields import CountyQuery, DivisionCode, Identifier, NameInPath, after_of
from kernel.http.raw_bodies import media_type_of
from kernel.http.uploads import upload
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found

CODES: Final = (
    ErrorCode("PAYMENT_UNKNOWN", 404, "No such payment out of the account"),
    ErrorCode("PAYMENT_RETURNED", 409, "The payment went back"),
    ErrorCode("PAYMENT_FILED", 409, "The payment is in a file"),
    ErrorCode("PAYMENT_CARRIED_OUT", 409, "The bank's statement shows the payment"),
    ErrorCode("PAYEE_ACCOUNT_MISSING", 409, "The payee has no confirmed account"),
    ErrorCode("PAYMENT_FILE_UNKNOWN", 404, "No such payment file"),
    ErrorCode("PAYMENT_FILE_NOT_OPEN", 409, "The payment file was answered or cancelled"),
    ErrorCode("PAYMENT_FILE_SAME_PERSON", 403, "Who made the file does not cancel it"),
    ErrorCode("PAYMENT_FILE_CHANGED", 409, "The file is not what it was when it was made"),
    ErrorCode("RETURN_FILE_MALFORMED", 422, "The bank's answer cannot be read"),
    ErrorCode("RETURN_FILE_TRUNCATED", 422, "The bank's answer has no end"),
    ErrorCode("RETURN_FILE_SUM", 422, "The bank's answer does not add up"),
    ErrorCode("RETURN_FILE_LINES", 422, "The bank's answer has other lines than the file"),
    ErrorCode("RETURN_FILE_FOREIGN", 409, "The bank answers another file"),
    ErrorCode("RETURN_FILE_CHECKSUM", 409, "The bank was handed another file"),
    ErrorCode("RETURN_FILE_TWICE", 409, "The bank's answer was taken before"),
)
ANSWER_BYTES_MAX: Final = 1024 * 1024
_DAYS_MAX: Final = 92
_CSV: Final = "text/csv"
_XML: Final = "application/xml"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.OPERATIONS, by_division=True)]
FundCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
FundQuery = Annotated[str, Query(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
_ANSWERS: Final = (_CSV, _XLSX, _XML)
AnswerFileBody = Annotated[bytes, upload(_ANSWERS, ANSWER_BYTES_MAX)]


class FileBody(RequestBody, frozen=True):
    """The payments that go to the bank, by their journals, in this order."""

    county: DivisionCode
    fund: FundCode
    journal_ids: Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


class CancelBody(RequestBody, frozen=True):
    """Why the bank pays nothing of it."""

    reason: CancelReason


class FileMoved(Wire, frozen=True):
    """Where a file stands now."""

    file_id: str
    status: str
    lines: int
    rejected_lines: int


class FileMade(Wire, frozen=True):
    """Where a file stands now, and the payments that are not in it, as their payees were erased."""

    file_id: str
    status: str
    lines: int
    rejected_lines: int
    left_out: tuple[str, ...]


class FileAnswered(Wire, frozen=True):
    """How many lines the bank has paid and rejected, and the journals that took the rejected back."""

    file_id: str
    paid_lines: int
    rejected_lines: int
    returns: tuple[str, ...]


class FileAnswer(Wire, frozen=True, kw_only=True):
    """A payment file: count and sum of its lines, who made it and when it ended."""

    file_id: str
    county: str
    fund: str
    status: str
    lines: int
    total_fen: Yuan
    made_on: date
    made_by: str
    ended_on: date | None
    ended_by: str | None
    rejected_lines: int
    rejected_fen: Yuan


def payment_files(files: FileCommands, found: FileQueries, requests: Requests) -> Router:
    """The routes that make and cancel payment files."""
    router = Router(prefix="/v1/payment-files", tags=["payment files"])

    @router.post("", status_code=201)
    async def make(caller: Finance, command: Sent[FileBody], key: IdempotencyKey) -> Json[FileMade]:
        """Make a file of payments that are booked; each is in one open file at most.

        Payments of people whose data were erased are left out, and named.
        """
        caller.must_act_in(command.county)
        journals = tuple(dict.fromkeys(command.journal_ids))
        return answered(await files.make(requests.by(caller, key), command.county, command.fund, journals))

    @router.post("/{file_id}/cancellation")
    async def cancel(
        file_id: NameInPath, caller: Finance, command: Sent[CancelBody], key: IdempotencyKey
    ) -> Json[FileMoved]:
        """Say that the bank pays nothing of a file; its payments may go into another. Not by who made it."""
        of = await seen_file(found, caller, file_id)
        return answered(await files.cancel(requests.by(caller, key), of, command.reason))

    return router


def bank_answers(answers: AnswerCommands, files: FileCommands, found: FileQueries, requests: Requests) -> Router:
    """The route that takes the bank's answers."""
    router = Router(prefix="/v1/payment-files", tags=["payment files"])

    @router.post("/{file_id}/answer")
    async def take_answer(
        file_id: NameInPath, caller: Finance, content: AnswerFileBody, request: Request, key: IdempotencyKey
    ) -> Json[FileAnswered]:
        """Take the bank's answer (CSV or XLSX whose last row says 合计; pain.002): what it rejected is owed again."""
        of = await seen_file(found, caller, file_id)
        said = await asyncio.to_thread(_read, media_type_of(request, _ANSWERS), content, file_id)
        context = requests.by(caller, key)
        return answered(await answers.take(context, of, files.answering(context, of, said, content)))

    return router


def payment_files_read(found: FileQueries, looks: PayeeQueries) -> Router:
    """The routes that read payment files; none shows an account."""
    router = Router(prefix="/v1/payment-files", tags=["payment files"])

    @router.get("")
    async def list_files(caller: Reader, county: CountyQuery, fund: FundQuery, page: ById) -> Json[Page[FileAnswer]]:
        """The payment files of an account, the oldest day first."""
        caller.must_act_in(county)
        rows = await found.files(county, fund, after_of(page), page.limit + 1)
        return paged([_told(row) for row in rows], page, "file_id")

    @router.get("/waiting")
    async def waiting(
        caller: Reader,
        county: CountyQuery,
        fund: FundQuery,
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
        page: Annotated[PageRequest, paging(date, str)],
    ) -> Json[Page[WaitingPayment]]:
        """The payments of at most 92 days that are in no file and on no statement of the bank."""
        caller.must_act_in(county)
        if not timedelta(0) <= last - first < timedelta(days=_DAYS_MAX):
            raise Refused("DAYS_TOO_MANY", f"name at most {_DAYS_MAX} days, the first one first")
        past = (page.after[0], page.after[1]) if page.after else (date.min, "")
        rows = await found.waiting(county, fund, (first, last), past, page.limit + 1)
        return paged(rows, page, "booked_on", "journal_id")

    @router.get("/{file_id}")
    async def get_file(file_id: NameInPath, caller: Reader) -> Json[FileAnswer]:
        """One payment file."""
        return answer(_told(await seen_file(found, caller, file_id)))

    @router.get("/{file_id}/lines")
    async def list_lines(
        file_id: NameInPath, caller: Reader, page: Annotated[PageRequest, paging(int)]
    ) -> Json[Page[LineAnswer]]:
        """The lines of a file, whom each pays by the last four digits, and what the bank said of it."""
        await seen_file(found, caller, file_id)
        past = int(page.after[0]) if page.after else 0
        return paged(await found.lines(file_id, past, page.limit + 1), page, "number")

    @router.get("/{file_id}/looks")
    async def list_looks(file_id: NameInPath, caller: Reader, page: ById) -> Json[Page[AccountLook]]:
        """Who downloaded a file, and so saw the accounts in it, the newest look first."""
        await seen_file(found, caller, file_id)
        return paged(await looks.looks(file_id, after_of(page), page.limit + 1), page, "look_id")

    return router


def _read(media_type: str, content: bytes, file_id: str) -> SaidAnswer:
    if media_type == _XML:
        return report_of(content, file_id)
    try:
        rows = xlsx_rows(content) if media_type == _XLSX else csv_rows(content)
    except Refused as refused:
        raise Refused("RETURN_FILE_MALFORMED", refused.detail) from None
    return answer_of(rows)


async def seen_file(found: FileQueries, caller: Principal, file_id: str) -> PaymentFile:
    """A file that the caller may see; raises Refused."""
    of = await found.one_file(file_id)
    if of is None:
        raise not_found("PAYMENT_FILE_UNKNOWN", f"there is no payment file {file_id}", file_id=file_id)
    caller.must_act_in(of.county)
    return of


def _told(of: PaymentFile) -> FileAnswer:
    return FileAnswer(
        file_id=of.file_id,
        county=of.county,
        fund=of.fund,
        status=of.status,
        lines=of.lines,
        total_fen=Yuan(of.total_fen),
        made_on=of.made_on,
        made_by=of.made_by,
        ended_on=of.ended_on,
        ended_by=of.ended_by,
        rejected_lines=of.rejected,
        rejected_fen=Yuan(of.rejected_fen),
    )
