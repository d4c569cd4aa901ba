"""Bills on paper over HTTP: how often somebody came for each, and who approved what was paid."""

from datetime import date
from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request

from kernel.http import ById, ErrorCode, Json, Page, Router, Wire, Yuan, allow, answer, paged, tagged
from kernel.http.fields import CountyQuery, after_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused
from law.packs import PackLibrary
from operations.indicators.domain.shares import percent, share
from operations.paper_cases.domain import Audited, PaperCase, audited, totals
from operations.paper_cases.queries import CASES_MAX, PaperCaseQueries, SettledCase
from operations.periods.domain import PERIOD_PATTERN, period

CODES: Final = (
    ErrorCode("CASES_TOO_MANY", 422, "The time asked for has too many cases"),
    ErrorCode("POLICY_UNKNOWN", 422, "No policy is in force there and then"),
)

Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, by_division=True)]
PeriodQuery = Annotated[str, Query(alias="period", pattern=PERIOD_PATTERN, description="In which it was handed in")]
AgainQuery = Annotated[bool, Query(description="Only cases for which somebody came more than once")]
ReturnedQuery = Annotated[bool, Query(description="Only cases whose papers went back")]
UnapprovedQuery = Annotated[bool, Query(description="Only cases with money paid that nobody approved")]


class VisitAnswer(Wire, frozen=True):
    """Somebody came with papers."""

    on: date
    by: str


class PaperCaseLine(Wire, frozen=True, kw_only=True):
    """A bill on paper: where it was handed in, how often somebody came and papers went back, whether it is late."""

    case_id: str
    hospital_id: str
    kind: str
    office: str
    window_kind: str | None
    window_hospital: str | None
    handed_in_on: date
    visits: tuple[VisitAnswer, ...]
    own_visits: int
    returned: int
    state: str
    complete_on: date | None
    due_on: date | None
    paid_on: date | None
    late: bool


class TotalsAnswer(Wire, frozen=True, kw_only=True):
    """How a county's bills on paper of a period went; percents are null where there were none ("no data").

    ``household`` counts the ways of the patient and the family alone, without those of a helping cadre.
    """

    county: str
    period: str
    cases: int
    more_than_one_visit: int
    at_most_one_visit_percent: str | None
    household_more_than_one_visit: int
    household_at_most_one_percent: str | None
    with_returned_papers: int
    late: int


class PartAnswer(Wire, frozen=True, kw_only=True):
    """One payer's part: who has to approve it, who did and when. ``owner`` is null where no document names anybody."""

    payer: str
    amount_fen: Yuan
    owner: str | None
    approved_by: str | None
    approved_on: date | None


class ApprovalLine(Wire, frozen=True, kw_only=True):
    """A settled bill on paper: each part with its approval, who paid when, whether in time, what nobody approved."""

    case_id: str
    settlement_id: str | None
    office: str
    parts: tuple[PartAnswer, ...]
    waiting_for: tuple[str, ...]
    complete_on: date | None
    due_on: date | None
    paid_on: date | None
    paid_by: str | None
    late: bool
    unapproved_fen: Yuan


def paper_cases(found: PaperCaseQueries, library: PackLibrary, requests: Requests) -> Router:
    """The routes of /v1/paper-cases."""
    router = Router(prefix="/v1/paper-cases", tags=["bills on paper"])

    @router.get("")
    async def list_cases(
        caller: Reader,
        page: ById,
        request: Request,
        county: CountyQuery,
        of: PeriodQuery,
        *,
        more_than_one_visit: AgainQuery = False,
        returned: ReturnedQuery = False,
    ) -> Json[Page[PaperCaseLine]]:
        """A county's bills on paper of a period, or those for which somebody came more than once (000 二(一))."""
        caller.must_act_in(county)
        rows = await found.cases(
            county, after_of(page), _days(of), page.limit + 1, again=more_than_one_visit, returned=returned
        )
        return tagged(request, paged([_line(row, requests.today) for row in rows], page, "case_id"))

    @router.get("/totals")
    async def get_totals(caller: Reader, request: Request, county: CountyQuery, of: PeriodQuery) -> Json[TotalsAnswer]:
        """How many of them took more than one way, had papers returned, or are late."""
        caller.must_act_in(county)
        cases = await found.all_cases(county, _days(of))
        if len(cases) > CASES_MAX:
            raise Refused("CASES_TOO_MANY", f"{county} has more than {CASES_MAX} bills on paper in {of}; ask in parts")
        return tagged(request, answer(_totals(county, of, cases, requests.today)))

    @router.get("/approvals")
    async def list_approvals(
        caller: Reader,
        page: ById,
        request: Request,
        county: CountyQuery,
        of: PeriodQuery,
        *,
        unapproved: UnapprovedQuery = False,
    ) -> Json[Page[ApprovalLine]]:
        """Who approved which part of what was paid, when, and who paid it (000 一(三)3 资金审批拨付情况)."""
        caller.must_act_in(county)
        after, chosen = after_of(page), list[Audited]()
        while len(chosen) <= page.limit:
            rows = await found.settled(county, after, _days(of), page.limit + 1)
            checked = [_audited(row, library) for row in rows]
            chosen += [one for one in checked if one.unapproved_fen or not unapproved]
            if len(rows) <= page.limit:
                break
            after = rows[-1].case.case_id
        lines = [_approvals(one, requests.today) for one in chosen[: page.limit + 1]]
        return tagged(request, paged(lines, page, "case_id"))

    return router


def _days(of: str) -> tuple[date, date]:
    asked = period(of)
    return asked.first, asked.last


def _audited(row: SettledCase, library: PackLibrary) -> Audited:
    policies = library.newest(row.case.county, row.discharged_on)
    return audited(row.case, row.amounts, [duty for policy in policies for duty in policy.file.duties])


def _line(case: PaperCase, today: date) -> PaperCaseLine:
    same = set(PaperCaseLine.__struct_fields__) & set(PaperCase.__struct_fields__) - {"visits"}
    return PaperCaseLine(
        **{name: getattr(case, name) for name in same},
        visits=tuple(VisitAnswer(visit.on, visit.by) for visit in case.visits),
        own_visits=case.own_visits,
        late=case.late_on(today),
    )


def _totals(county: str, of: str, cases: list[PaperCase], today: date) -> TotalsAnswer:
    sums = totals(cases, today)

    def others(more: int) -> str | None:
        part = share(sums.cases - more, sums.cases)
        return None if part is None else percent(part)

    return TotalsAnswer(
        county=county,
        period=of,
        cases=sums.cases,
        more_than_one_visit=sums.more_than_one,
        at_most_one_visit_percent=others(sums.more_than_one),
        household_more_than_one_visit=sums.household_more_than_one,
        household_at_most_one_percent=others(sums.household_more_than_one),
        with_returned_papers=sums.returned,
        late=sums.late,
    )


def _approvals(one: Audited, today: date) -> ApprovalLine:
    case = one.case
    same = ("case_id", "settlement_id", "office", "complete_on", "due_on", "paid_on", "paid_by")
    return ApprovalLine(
        **{name: getattr(case, name) for name in same},
        parts=tuple(
            PartAnswer(
                payer=part.payer,
                amount_fen=Yuan(part.amount_fen),
                owner=part.owner,
                approved_by=part.approved_by,
                approved_on=part.approved_on,
            )
            for part in one.parts
        ),
        waiting_for=case.waiting_for,
        late=case.late_on(today),
        unapproved_fen=Yuan(one.unapproved_fen),
    )
