"""The papers of the books over HTTP: each as JSON and as a workbook of the same figures."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import Query

from fund_ledger.charts.domain import Charts
from fund_ledger.forecasts.domain import Forecast
from fund_ledger.forecasts.queries import ForecastQueries
from fund_ledger.reports import domain
from fund_ledger.reports.domain import Sheet, Turnover
from fund_ledger.reports.queries import Moved, ReportQueries
from fund_ledger.reports.workbook import workbook
from fund_ledger.statements.queries import StatementQueries
from kernel.http import Json, Router, SignedYuan, Wire, Workbook, Yuan, allow, answer
from kernel.http.fields import CountyQuery, NameInPath
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import not_found

Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
OfStatement = Annotated[Principal, allow(Role.HOSPITAL, Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Such as 2019-08")]
FundQuery = Annotated[str, Query(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
_XLSX: Final = ".xlsx"


class TurnoverLine(Wire, frozen=True, kw_only=True):
    """A fund or its bank account over a month: opening + came_in - went_out = closing."""

    fund: str
    name: str
    opening_fen: SignedYuan
    came_in_fen: Yuan
    went_out_fen: Yuan
    closing_fen: SignedYuan


class FlowLine(Wire, frozen=True, kw_only=True):
    """What one kind of journal moved of a fund in a month."""

    kind: str
    source: str
    payer: str
    given_fen: Yuan
    borne_fen: Yuan


class Papers:
    """Gathers each paper once, whatever form it is asked for in."""

    def __init__(self, found: ReportQueries, charts: Charts, outlooks: ForecastQueries) -> None:
        self._found = found
        self._outlooks = outlooks
        self._charts = charts

    async def special_account(self, county: str, month: date) -> list[Turnover]:
        """The accounts of the funds whose money is here."""
        funds = self._charts.ever(county).funds
        here = [code for code, fund in funds.items() if fund.held_here]
        return [self._named(county, moved) for moved in await self._found.banks(county, here, month)]

    async def county(self, county: str, month: date) -> list[Turnover]:
        """A county's funds, wherever their money is."""
        return [self._named(county, moved) for moved in await self._found.funds(county, month)]

    async def outlook(self, county: str, today: date) -> list[tuple[Forecast, str]]:
        """The outlook of each fund that has months enough, with its name."""
        funds = self._charts.ever(county).funds
        here = frozenset(code for code, fund in funds.items() if fund.held_here)
        told, _ = await self._outlooks.forecasts(county, here, today)
        return [(one, funds[one.fund].name if one.fund in funds else "") for one in told]

    def _named(self, county: str, moved: Moved) -> Turnover:
        fund = self._charts.ever(county).funds.get(moved.fund)
        return Turnover(
            fund=moved.fund,
            name=fund.name if fund is not None else "",
            opening_fen=moved.opening_fen,
            came_in_fen=moved.came_in_fen,
            went_out_fen=moved.went_out_fen,
        )


def reports(papers: Papers, found: ReportQueries) -> Router:
    """The routes of /v1/reports that are JSON."""
    router = Router(prefix="/v1/reports", tags=["reports"])

    @router.get("/special-account")
    async def special_account(caller: Reader, county: CountyQuery, month: Month) -> Json[tuple[TurnoverLine, ...]]:
        """The special account's month: each sub-account's opening, money in, money out and closing."""
        caller.must_act_in(county)
        return answer(_told(await papers.special_account(county, _first(month))))

    @router.get("/county")
    async def county_statement(caller: Reader, county: CountyQuery, month: Month) -> Json[tuple[TurnoverLine, ...]]:
        """A county's funds over a month: what each had, was given, had to bear, has left."""
        caller.must_act_in(county)
        return answer(_told(await papers.county(county, _first(month))))

    @router.get("/fund")
    async def fund_statement(
        caller: Reader, county: CountyQuery, fund: FundQuery, month: Month
    ) -> Json[tuple[FlowLine, ...]]:
        """A fund's month by kind of journal, source and payer's layer."""
        caller.must_act_in(county)
        flows = await found.flows(county, fund, _first(month))
        return answer(
            tuple(
                FlowLine(
                    kind=one.kind,
                    source=one.source,
                    payer=one.payer,
                    given_fen=Yuan(one.given_fen),
                    borne_fen=Yuan(one.borne_fen),
                )
                for one in flows
            )
        )

    return router


def workbooks(papers: Papers, found: ReportQueries, billed: StatementQueries, requests: Requests) -> Router:
    """The routes of /v1/reports that are workbooks, to be printed and signed."""
    router = Router(prefix="/v1/reports", tags=["reports"])

    @router.get("/special-account.xlsx")
    async def special_account(caller: Reader, county: CountyQuery, month: Month) -> Workbook:
        """The special account's month as a workbook."""
        caller.must_act_in(county)
        lines = await papers.special_account(county, _first(month))
        return await _book(domain.special_account(county, _first(month), lines), f"special-account-{county}-{month}")

    @router.get("/county.xlsx")
    async def county_statement(caller: Reader, county: CountyQuery, month: Month) -> Workbook:
        """A county's funds over a month as a workbook."""
        caller.must_act_in(county)
        lines = await papers.county(county, _first(month))
        return await _book(domain.county_statement(county, _first(month), lines), f"county-{county}-{month}")

    @router.get("/fund.xlsx")
    async def fund_statement(caller: Reader, county: CountyQuery, fund: FundQuery, month: Month) -> Workbook:
        """A fund's month as a workbook."""
        caller.must_act_in(county)
        flows = await found.flows(county, fund, _first(month))
        return await _book(domain.fund_statement(county, fund, _first(month), flows), f"{fund}-{county}-{month}")

    @router.get("/forecast.xlsx")
    async def forecast(caller: Reader, county: CountyQuery) -> Workbook:
        """When each fund's money runs out and what to prepay for next month, with the error so far, as a workbook."""
        caller.must_act_in(county)
        sheet = domain.outlook(county, requests.today, await papers.outlook(county, requests.today))
        return await _book(sheet, f"forecast-{county}-{requests.today}")

    @router.get("/consultation-fees.xlsx")
    async def consultation_fees(caller: Reader, county: CountyQuery, month: Month) -> Workbook:
        """The village clinics' general consultation fees of a month as a workbook: due, come to each, missing."""
        caller.must_act_in(county)
        sheet = domain.consultation_fees(county, _first(month), await found.clinics(county, _first(month)))
        return await _book(sheet, f"consultation-fees-{county}-{month}")

    @router.get("/trial-balance.xlsx")
    async def trial_balance(caller: Reader, county: CountyQuery) -> Workbook:
        """A county's trial balance of today as a workbook."""
        caller.must_act_in(county)
        sheet = domain.trial_paper(county, requests.today, await found.trial(county))
        return await _book(sheet, f"trial-balance-{county}-{requests.today}")

    @router.get("/hospital-statements/{statement_id}")
    async def hospital_statement(statement_id: NameInPath, caller: OfStatement) -> Workbook:
        """A hospital's monthly statement as a workbook; a hospital gets its own only."""
        name = statement_id.removesuffix(_XLSX)
        of = await billed.one_statement(name)
        if of is None or caller.own_hospital not in (None, of.hospital_id):
            raise not_found("STATEMENT_UNKNOWN", f"there is no statement {name}", statement_id=name)
        caller.must_act_in(of.county)
        lines = await found.claimed(name, of.month)
        return await _book(domain.hospital_paper(of, lines), name)

    return router


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _told(lines: Sequence[Turnover]) -> tuple[TurnoverLine, ...]:
    return tuple(
        TurnoverLine(
            fund=one.fund,
            name=one.name,
            opening_fen=SignedYuan(one.opening_fen),
            came_in_fen=Yuan(one.came_in_fen),
            went_out_fen=Yuan(one.went_out_fen),
            closing_fen=SignedYuan(one.closing_fen),
        )
        for one in lines
    )


async def _book(sheet: Sheet, name: str) -> Workbook:
    content = await asyncio.to_thread(workbook, sheet)

    async def whole() -> AsyncIterator[bytes]:
        yield content

    return Workbook(whole(), headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})
