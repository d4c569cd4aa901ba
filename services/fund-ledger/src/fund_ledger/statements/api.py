"""Hospitals' statements over HTTP: hospital or agency draws, the agency reviews, finance pays."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Query

from fund_ledger.charts.domain import Charts
from fund_ledger.statements.commands import StatementCommands
from fund_ledger.statements.domain.statement import Deduction, DeductionKind, Statement
from fund_ledger.statements.queries import DeductionLine, HospitalReceivable, StatementLine, StatementQueries, Whose
from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    SignedYuan,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    page_of,
    paged,
)
from kernel.http.fields import CountyFilter, DivisionCode, Identifier, NameInPath, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found

CODES: Final = (
    ErrorCode("STATEMENT_UNKNOWN", 404, "No such statement"),
    ErrorCode("STATEMENT_EMPTY", 409, "Nothing is on no statement yet"),
    ErrorCode("STATEMENT_DRAWN_BEFORE", 409, "The statement of this or a later month is drawn"),
    ErrorCode("STATEMENT_NOT_IN_STATE", 409, "The statement is in another state"),
    ErrorCode("DEDUCTION_TOO_LARGE", 409, "More is taken off than the statement comes to"),
    ErrorCode("DEDUCTION_MISPLACED", 409, "The bill is not on this statement"),
    ErrorCode("DEDUCTION_OF_REVOKED", 409, "The bill was revoked, and is taken back as a whole"),
    ErrorCode("DEDUCTION_NOT_POSITIVE", 422, "A deduction takes nothing off"),
    ErrorCode("SAME_PERSON", 409, "Another person must do this"),
    ErrorCode("COUNTY_MISSING", 422, "The county is not named"),
    ErrorCode("DATES_OUT_OF_ORDER", 422, "Two dates are in the wrong order"),
)

Drawer = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, by_division=True)]
Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
_SEES_ALL_FUNDS: Final = (Role.HOSPITAL, Role.FINANCE, Role.AGENCY, Role.OPERATIONS)
Reader = Annotated[Principal, allow(*_SEES_ALL_FUNDS, Role.DEPARTMENT, by_division=True)]
Status = Annotated[str, Query(pattern=r"^(drawn|reviewed|paid|returned|carried|closed)?$")]
Month = Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class DrawBody(RequestBody, frozen=True, kw_only=True):
    """Which hospital's statement to which payer of a county, and of which month."""

    hospital_id: Identifier
    county: DivisionCode
    fund: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
    month: Month


class DeductionBody(RequestBody, frozen=True, kw_only=True):
    """What is taken off, for which bill if for one."""

    kind: DeductionKind
    amount_fen: Yuan
    settlement_id: Identifier | None = None


class ReviewBody(RequestBody, frozen=True):
    """What the review takes off; nothing where the statement is right."""

    deductions: Annotated[tuple[DeductionBody, ...], msgspec.Meta(max_length=500)] = ()


class PaymentOfStatement(RequestBody, frozen=True):
    """On which day it was paid."""

    value_on: date


class ReturnOfStatement(RequestBody, frozen=True):
    """Why the payment came back."""

    reason: Literal["BANK_RETURNED"]


class StatementMade(Wire, frozen=True):
    """The statement's name."""

    statement_id: str


class StatementMoved(Wire, frozen=True):
    """Where the statement stands now."""

    statement_id: str
    status: str


class StatementAnswer(Wire, frozen=True, kw_only=True):
    """A statement: payable = claimed + carried - deducted. ``waiting_days`` count from the drawing until it is paid."""

    statement_id: str
    hospital_id: str
    county: str
    fund: str
    month: str
    status: str
    drawn_on: date
    claimed_fen: SignedYuan
    carried_fen: SignedYuan
    deducted_fen: Yuan
    payable_fen: Yuan
    paid_on: date | None
    payment_id: str | None
    payments: int
    waiting_days: int


def statements(commands: StatementCommands, found: StatementQueries, charts: Charts, requests: Requests) -> Router:
    """The routes of /v1/hospital-statements that write."""
    router = Router(prefix="/v1/hospital-statements", tags=["statements"])

    @router.post("", status_code=201)
    async def draw(caller: Drawer, command: Sent[DrawBody], key: IdempotencyKey) -> Json[StatementMade]:
        """Draw the statement of a month from all that is on none yet; what comes later is on the next."""
        caller.must_act_for(command.hospital_id)
        caller.must_act_in(command.county)
        month = date.fromisoformat(f"{command.month}-01")
        asked = command.hospital_id, command.county, command.fund, month
        return answered(await commands.draw(requests.by(caller, key), *asked))

    @router.post("/{statement_id}/review")
    async def review(
        statement_id: NameInPath, caller: Agency, command: Sent[ReviewBody], key: IdempotencyKey
    ) -> Json[StatementMoved]:
        """Say that a statement was looked through, and what is taken off it; the hospital bears that."""
        of = await _seen(found, caller, charts, statement_id)
        deductions = tuple(_deduction(one) for one in command.deductions)
        return answered(await commands.review(requests.by(caller, key), of, caller.subject, deductions))

    @router.post("/{statement_id}/payment")
    async def pay(
        statement_id: NameInPath, caller: Finance, command: Sent[PaymentOfStatement], key: IdempotencyKey
    ) -> Json[StatementMoved]:
        """Book that all a statement comes to was paid, by somebody who did not review it."""
        of = await _seen(found, caller, charts, statement_id)
        return answered(await commands.pay(requests.by(caller, key), of, caller.subject, command.value_on))

    @router.post("/{statement_id}/return")
    async def give_back(
        statement_id: NameInPath, caller: Finance, command: Sent[ReturnOfStatement], key: IdempotencyKey
    ) -> Json[StatementMoved]:
        """Book that the bank gave the payment back; the hospital waits as before, and since when it did."""
        of = await _seen(found, caller, charts, statement_id)
        return answered(await commands.give_back(requests.by(caller, key), of, command.reason))

    return router


def statements_read(found: StatementQueries, charts: Charts, requests: Requests) -> Router:
    """The routes of /v1/hospital-statements and /v1/hospital-receivables that read."""
    router = Router(prefix="/v1", tags=["statements"])

    @router.get("/hospital-statements")
    async def list_statements(
        caller: Reader, page: ById, county: CountyFilter = "", status: Status = ""
    ) -> Json[Page[StatementAnswer]]:
        """Statements in the order of their names: a hospital's own, an owner's to its funds, or the counties'."""
        rows = await found.statements(_whose(caller, county, charts), status, after_of(page), page.limit + 1)
        return paged([_told(row, requests.today) for row in rows], page, "statement_id")

    @router.get("/hospital-statements/{statement_id}")
    async def get_statement(statement_id: NameInPath, caller: Reader) -> Json[StatementAnswer]:
        """One statement."""
        return answer(_told(await _seen(found, caller, charts, statement_id), requests.today))

    @router.get("/hospital-statements/{statement_id}/lines")
    async def list_lines(statement_id: NameInPath, caller: Reader, page: ById) -> Json[Page[StatementLine]]:
        """The journals on a statement; each is on this one alone."""
        await _seen(found, caller, charts, statement_id)
        return paged(await found.lines(statement_id, after_of(page), page.limit + 1), page, "journal_id")

    @router.get("/hospital-statements/{statement_id}/deductions")
    async def list_deductions(statement_id: NameInPath, caller: Reader) -> Json[tuple[DeductionLine, ...]]:
        """What the review took off."""
        await _seen(found, caller, charts, statement_id)
        return answer(tuple(await found.deductions(statement_id)))

    @router.get("/hospital-receivables")
    async def list_receivables(caller: Reader, page: ById, county: CountyFilter = "") -> Json[Page[HospitalReceivable]]:
        """What each payer owes each hospital, how much of it is on statements and since when, and what it has paid.

        A department or an insurer sees those of its own funds, of a county that it names.
        """
        rows = await found.receivables(_whose(caller, county, charts), after_of(page), page.limit + 1)
        return answer(page_of(rows, page, lambda row: (row.account,)))

    return router


def _whose(caller: Principal, county: str, charts: Charts) -> Whose:
    """What a caller may see. Raises Refused COUNTY_MISSING where a department does not say of which county."""
    own = _own_funds(caller, county, charts)
    if own is not None and not county:
        raise Refused("COUNTY_MISSING", "a department names the county: which funds are its own is the county's chart")
    return Whose(counties_of(caller, county or None), caller.own_hospital, own)


def _own_funds(caller: Principal, county: str, charts: Charts) -> list[str] | None:
    """The funds of a county that are a department's own layer; None for whoever sees all."""
    if caller.roles & frozenset(_SEES_ALL_FUNDS):
        return None
    return charts.ever(county).seen_by(caller.organisation or "") if county else []


async def _seen(found: StatementQueries, caller: Principal, charts: Charts, statement_id: str) -> Statement:
    """A statement that the caller may see; another hospital's, or to another's fund, is not there for it."""
    statement = await found.one_statement(statement_id)
    own = None if statement is None else _own_funds(caller, statement.county, charts)
    foreign = statement is None or caller.own_hospital not in (None, statement.hospital_id)
    if statement is None or foreign or (own is not None and statement.fund not in own):
        raise not_found("STATEMENT_UNKNOWN", f"there is no statement {statement_id}", statement_id=statement_id)
    caller.must_act_in(statement.county)
    return statement


def _deduction(body: DeductionBody) -> Deduction:
    if not body.amount_fen:
        raise Refused("DEDUCTION_NOT_POSITIVE", "a deduction of 0.00 yuan takes nothing off; leave it out")
    return Deduction(body.kind, int(body.amount_fen), body.settlement_id)


def _told(statement: Statement, today: date) -> StatementAnswer:
    until = statement.paid_on or today
    waits = statement.status in ("drawn", "reviewed", "returned", "paid")
    return StatementAnswer(
        statement_id=statement.statement_id,
        hospital_id=statement.hospital_id,
        county=statement.county,
        fund=statement.fund,
        month=f"{statement.month:%Y-%m}",
        status=statement.status,
        drawn_on=statement.drawn_on,
        claimed_fen=SignedYuan(statement.claimed_fen),
        carried_fen=SignedYuan(statement.carried_fen),
        deducted_fen=Yuan(statement.deducted_fen),
        payable_fen=Yuan(statement.payable_fen),
        paid_on=statement.paid_on,
        payment_id=statement.payment_id,
        payments=statement.payments,
        waiting_days=(until - statement.drawn_on).days if waits else 0,
    )
