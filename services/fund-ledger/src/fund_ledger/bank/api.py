"""The bank's statements over HTTP: finance takes them, settles what no rule matched, and sees bank against ledger."""

import asyncio
from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query
from starlette.requests import Request

from fund_ledger.bank.commands import BankCommands
from fund_ledger.bank.domain.statement import BankStatement, Match, Reason
from fund_ledger.bank.queries import BankDay, BankQueries, LineOfBank, OpenLine
from fund_ledger.bank.reading.camt053 import camt
from fund_ledger.bank.reading.mt940 import swift
from fund_ledger.bank.reading.said import Said
from fund_ledger.bank.reading.tables import csv_rows, table, xlsx_rows
from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    SignedYuan,
    Wire,
    allow,
    answer,
    answered,
    paged,
    paging,
)
from kernel.http.fields import CountyQuery, Identifier, NameInPath
from kernel.http.raw_bodies import media_type_of
from kernel.http.uploads import upload
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found

CODES: Final = (
    ErrorCode("BANK_FILE_MALFORMED", 422, "The bank's file cannot be read"),
    ErrorCode("BANK_FILE_TRUNCATED", 422, "The bank's file has no end"),
    ErrorCode("BANK_FILE_SUM", 422, "The bank's file does not add up"),
    ErrorCode("BANK_FILE_EMPTY", 422, "The bank's file has no line"),
    ErrorCode("BANK_FILE_TOO_LONG", 422, "The bank's file has too many lines"),
    ErrorCode("BANK_FILE_CURRENCY", 422, "The bank's file is in another currency"),
    ErrorCode("BANK_FILE_TWICE", 409, "The bank's file was taken before"),
    ErrorCode("BANK_FILE_DAYS", 409, "The days of the statement overlap, or have not come yet"),
    ErrorCode("BANK_FILE_GAP", 409, "Between two statements of the bank something is missing"),
    ErrorCode("BANK_STATEMENT_UNKNOWN", 404, "No such statement of the bank"),
    ErrorCode("BANK_LINE_UNKNOWN", 404, "No such line of the bank"),
    ErrorCode("BANK_LINE_SETTLED", 409, "The line of the bank is settled"),
    ErrorCode("BANK_LINE_OPEN", 409, "The line of the bank is open"),
    ErrorCode("BANK_MATCH_WRONG", 422, "These journals did not book the line's money"),
    ErrorCode("BANK_MATCHED_BEFORE", 409, "A journal meets another line of the bank"),
    ErrorCode("DAYS_TOO_MANY", 422, "More days than are told at once"),
)
FILE_BYTES_MAX: Final = 4 * 1024 * 1024
DAYS_MAX: Final = 31
_CSV: Final = "text/csv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MT940: Final = "application/x-mt940"
#: Also as application/xml, as mail programs call it.
_CAMT: Final = "application/x-camt053+xml"
_XML: Final = "application/xml"
_KINDS: Final = (_CSV, _XLSX, _MT940, _CAMT, _XML)

Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.OPERATIONS, by_division=True)]
FundQuery = Annotated[str, Query(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
Number = Annotated[int, Path(ge=1, le=1_000_000)]
BankFile = Annotated[bytes, upload(_KINDS, FILE_BYTES_MAX)]


class SettlingBody(RequestBody, frozen=True, kw_only=True):
    """The journals that booked a line's money, or the reason why none here did; one of the two."""

    journal_ids: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=50)] = ()
    reason: Reason | None = None


class StatementTaken(Wire, frozen=True):
    """The statement's name, and how many of its lines are on the work list."""

    statement_id: str
    open: int


class BankStatementAnswer(Wire, frozen=True, kw_only=True):
    """What the bank says of an account for some days: opening + lines = closing."""

    statement_id: str
    county: str
    fund: str
    first_on: date
    last_on: date
    opening_fen: SignedYuan
    closing_fen: SignedYuan
    lines: int
    taken_on: date
    taken_by: str


def bank_statements(commands: BankCommands, found: BankQueries, requests: Requests) -> Router:
    """The routes that take statements and settle their lines."""
    router = Router(prefix="/v1/bank-statements", tags=["bank"])

    @router.post("", status_code=201)
    async def take(
        caller: Finance, county: CountyQuery, fund: FundQuery, content: BankFile, request: Request, key: IdempotencyKey
    ) -> Json[StatementTaken]:
        """Take the bank's file of a fund's account: CSV or XLSX that ends with 合计, MT940, camt.053. Once, gapless."""
        caller.must_act_in(county)
        said = await asyncio.to_thread(_read, media_type_of(request, _KINDS), content)
        return answered(await commands.take(requests.by(caller, key), county, fund, content, said))

    @router.post("/{statement_id}/lines/{number}/settling")
    async def settle(
        statement_id: NameInPath, number: Number, caller: Finance, command: Sent[SettlingBody], key: IdempotencyKey
    ) -> Json[StatementTaken]:
        """Say which journals booked a line's money, or why none did."""
        of = await _seen(found, caller, statement_id)
        journals = tuple(dict.fromkeys(command.journal_ids))
        match = Match(number=number, journals=journals, reason=command.reason, by=caller.subject)
        return answered(await commands.settle(requests.by(caller, key), of, match))

    @router.post("/{statement_id}/lines/{number}/reopening")
    async def reopen(
        statement_id: NameInPath, number: Number, caller: Finance, key: IdempotencyKey
    ) -> Json[StatementTaken]:
        """Put a line that was settled wrongly on the work list again."""
        of = await _seen(found, caller, statement_id)
        return answered(await commands.reopen(requests.by(caller, key), of, number))

    return router


def bank_read(found: BankQueries) -> Router:
    """The routes that read statements, the work list, and bank against ledger."""
    router = Router(prefix="/v1", tags=["bank"])

    @router.get("/bank-statements")
    async def list_statements(
        caller: Reader, county: CountyQuery, fund: FundQuery, page: Annotated[PageRequest, paging(date)]
    ) -> Json[Page[BankStatementAnswer]]:
        """The statements of an account, the oldest first."""
        caller.must_act_in(county)
        past = page.after[0] if page.after else date(1900, 1, 1)
        rows = await found.statements(county, fund, past, page.limit + 1)
        return paged([_told(row) for row in rows], page, "last_on")

    @router.get("/bank-statements/{statement_id}/lines")
    async def list_lines(
        statement_id: NameInPath, caller: Reader, page: Annotated[PageRequest, paging(int)]
    ) -> Json[Page[LineOfBank]]:
        """The lines of a statement, and what each met."""
        await _seen(found, caller, statement_id)
        past = int(page.after[0]) if page.after else 0
        return paged(await found.lines(statement_id, past, page.limit + 1), page, "number")

    @router.get("/bank-lines")
    async def work_list(
        caller: Reader, county: CountyQuery, page: Annotated[PageRequest, paging(str, int)]
    ) -> Json[Page[OpenLine]]:
        """The lines of a county's accounts that are settled by nobody yet, and which journals each may be."""
        caller.must_act_in(county)
        past = (str(page.after[0]), int(page.after[1])) if page.after else ("", 0)
        return paged(await found.open_lines(county, past, page.limit + 1), page, "statement_id", "number")

    @router.get("/bank-differences")
    async def differences(
        caller: Reader,
        county: CountyQuery,
        fund: FundQuery,
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
    ) -> Json[tuple[BankDay, ...]]:
        """An account by the bank and by the ledger at the end of each day, as far as statements were taken."""
        caller.must_act_in(county)
        if not 0 <= (last - first).days < DAYS_MAX:
            raise Refused("DAYS_TOO_MANY", f"name at most {DAYS_MAX} days, the first one first")
        return answer(tuple(await found.days(county, fund, first, last)))

    return router


def _read(media_type: str, content: bytes) -> Said:
    if media_type == _MT940:
        return swift(content)
    if media_type in {_CAMT, _XML}:
        return camt(content)
    return table(xlsx_rows(content) if media_type == _XLSX else csv_rows(content))


async def _seen(found: BankQueries, caller: Principal, statement_id: str) -> BankStatement:
    statement = await found.one_statement(statement_id)
    if statement is None:
        raise not_found("BANK_STATEMENT_UNKNOWN", f"there is no bank statement {statement_id}")
    caller.must_act_in(statement.county)
    return statement


def _told(of: BankStatement) -> BankStatementAnswer:
    return BankStatementAnswer(
        statement_id=of.statement_id,
        county=of.county,
        fund=of.fund,
        first_on=of.first_on,
        last_on=of.last_on,
        opening_fen=SignedYuan(of.opening_fen),
        closing_fen=SignedYuan(of.closing_fen),
        lines=of.lines,
        taken_on=of.taken_on,
        taken_by=of.taken_by,
    )
