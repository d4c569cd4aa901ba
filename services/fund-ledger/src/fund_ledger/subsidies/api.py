"""Subsidies over HTTP: the agency says what is due, finance what came; everybody sees what is late."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query

from fund_ledger.subsidies.commands import Due, SubsidyCommands
from fund_ledger.subsidies.domain import Receive, Subsidy, WithdrawReceipt
from fund_ledger.subsidies.queries import SubsidyQueries
from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    paged,
)
from kernel.http.fields import CountyFilter, DivisionCode, NameInPath, Year, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.division_table import check_division
from kernel.values.refusals import not_found

CODES: Final = (
    ErrorCode("SUBSIDY_WITHOUT_RULE", 422, "No document in force there has such a subsidy paid"),
    ErrorCode("SUBSIDY_EXISTS", 409, "The subsidy was entered before"),
    ErrorCode("SUBSIDY_UNKNOWN", 404, "No such subsidy"),
    ErrorCode("SUBSIDY_EXCEEDED", 409, "More came than is due"),
    ErrorCode("SUBSIDY_RECEIPT_UNKNOWN", 404, "No such receipt of the subsidy"),
)

Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Finance = Annotated[Principal, allow(Role.FINANCE, by_division=True)]
Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
OfYear = Annotated[int | None, Query(ge=2010, le=2100)]
Number = Annotated[int, Path(ge=1, le=1000)]


class DueBody(RequestBody, frozen=True, kw_only=True):
    """A part of a year's subsidy, and until when all of it is to come."""

    county: DivisionCode
    fund: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9_]{0,31}$")]
    year: Year
    part: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1
    amount_fen: Yuan
    due_on: date


class ReceivedBody(RequestBody, frozen=True):
    """What came, and when."""

    amount_fen: Yuan
    received_on: date


class SubsidyStands(Wire, frozen=True):
    """The subsidy, and how many receipts it has."""

    subsidy_id: str
    receipts: int


class ReceiptOfSubsidy(Wire, frozen=True, kw_only=True):
    """A part that came."""

    number: int
    amount_fen: Yuan
    received_on: date
    withdrawn: bool


class SubsidyAnswer(Wire, frozen=True, kw_only=True):
    """A subsidy: what is due, what came, what is left; ``days_late`` until now, or until the last of it came."""

    subsidy_id: str
    county: str
    fund: str
    year: int
    part: int
    owed_by: str
    amount_fen: Yuan
    received_fen: Yuan
    left_fen: Yuan
    due_on: date
    days_late: int
    clause: str
    entered_on: date
    receipts: tuple[ReceiptOfSubsidy, ...]


def subsidies(commands: SubsidyCommands, found: SubsidyQueries, requests: Requests) -> Router:
    """The routes of /v1/subsidies."""
    router = Router(prefix="/v1/subsidies", tags=["money"])

    @router.post("", status_code=201)
    async def enter(caller: Agency, command: Sent[DueBody], key: IdempotencyKey) -> Json[SubsidyStands]:
        """Enter a subsidy of the resident insurance that is due (002 三(一))."""
        caller.must_act_in(command.county)
        check_division(command.county, command.year)
        due = Due(
            county=command.county,
            fund=command.fund,
            year=command.year,
            part=command.part,
            amount_fen=int(command.amount_fen),
            due_on=command.due_on,
        )
        return answered(await commands.enter(requests.by(caller, key), due))

    @router.post("/{subsidy_id}/receipts")
    async def receive(
        subsidy_id: NameInPath, caller: Finance, command: Sent[ReceivedBody], key: IdempotencyKey
    ) -> Json[SubsidyStands]:
        """Enter what came of it; never more than is due."""
        of = await _seen(found, caller, subsidy_id)
        came = Receive(
            subsidy_id=subsidy_id,
            amount_fen=int(command.amount_fen),
            received_on=command.received_on,
            by=caller.subject,
            today=requests.today,
        )
        return answered(await commands.do(requests.by(caller, key), of, came))

    @router.post("/{subsidy_id}/receipts/{number}/withdrawal")
    async def withdraw(
        subsidy_id: NameInPath, number: Number, caller: Finance, key: IdempotencyKey
    ) -> Json[SubsidyStands]:
        """Take back what was entered wrongly; it stays to be seen."""
        of = await _seen(found, caller, subsidy_id)
        wrong = WithdrawReceipt(subsidy_id=subsidy_id, number=number)
        return answered(await commands.do(requests.by(caller, key), of, wrong))

    @router.get("")
    async def list_subsidies(
        caller: Reader, page: ById, county: CountyFilter = "", year: OfYear = None
    ) -> Json[Page[SubsidyAnswer]]:
        """The register: what is due and received, and how late it is."""
        rows = await found.subsidies(counties_of(caller, county or None), year, after_of(page), page.limit + 1)
        return paged([_told(row, requests.today) for row in rows], page, "subsidy_id")

    @router.get("/{subsidy_id}")
    async def get_subsidy(subsidy_id: NameInPath, caller: Reader) -> Json[SubsidyAnswer]:
        """One subsidy."""
        return answer(_told(await _seen(found, caller, subsidy_id), requests.today))

    return router


async def _seen(found: SubsidyQueries, caller: Principal, subsidy_id: str) -> Subsidy:
    subsidy = await found.one_subsidy(subsidy_id)
    if subsidy is None:
        raise not_found("SUBSIDY_UNKNOWN", f"no subsidy {subsidy_id} is due", subsidy_id=subsidy_id)
    caller.must_act_in(subsidy.county)
    return subsidy


def _told(of: Subsidy, today: date) -> SubsidyAnswer:
    return SubsidyAnswer(
        subsidy_id=of.subsidy_id,
        county=of.county,
        fund=of.fund,
        year=of.year,
        part=of.part,
        owed_by=of.owed_by,
        amount_fen=Yuan(of.amount_fen),
        received_fen=Yuan(of.received_fen),
        left_fen=Yuan(of.left_fen),
        due_on=of.due_on,
        days_late=of.days_late(today),
        clause=of.clause,
        entered_on=of.entered_on,
        receipts=tuple(
            ReceiptOfSubsidy(
                number=one.number,
                amount_fen=Yuan(one.amount_fen),
                received_on=one.received_on,
                withdrawn=one.withdrawn,
            )
            for one in of.received
        ),
    )
