"""What persons have to give back to the funds, and what funds owe them, over HTTP: and since when."""

from datetime import date

from fund_ledger.journals.api.readers import Reader
from fund_ledger.journals.domain.accounts import parse
from fund_ledger.journals.queries.books import Books, Due
from kernel.http import ById, Json, Page, Router, Wire, Yuan, paged
from kernel.http.fields import CountyFilter, after_of, counties_of
from kernel.running.requested import Requests


class Receivable(Wire, frozen=True, kw_only=True):
    """What one person owes one fund. ``since`` is the day of the oldest amount that is not given back yet."""

    account: str
    person_id: str
    county: str
    fund: str
    due_fen: Yuan
    since: date
    days: int


class PersonPayable(Wire, frozen=True, kw_only=True):
    """What one fund owes one person. ``since`` is the day of the oldest amount that did not reach the person yet."""

    account: str
    person_id: str
    county: str
    fund: str
    owed_fen: Yuan
    since: date
    days: int


def receivables(books: Books, requests: Requests) -> Router:
    """The routes of /v1/receivables and /v1/person-payables."""
    router = Router(prefix="/v1", tags=["accounts"])

    @router.get("/receivables")
    async def list_receivables(caller: Reader, page: ById, county: CountyFilter = "") -> Json[Page[Receivable]]:
        """Aid that was clawed back and is still due, with its age in days."""
        rows = await books.receivables(counties_of(caller, county or None), after_of(page), page.limit + 1)
        found = [_receivable(row, requests.today) for row in rows]
        return paged(found, page, "account")

    @router.get("/person-payables")
    async def list_person_payables(caller: Reader, page: ById, county: CountyFilter = "") -> Json[Page[PersonPayable]]:
        """What persons wait for, with its age in days; a payment that the bank gave back does not make it younger."""
        rows = await books.person_payables(counties_of(caller, county or None), after_of(page), page.limit + 1)
        found = [_payable(row, requests.today) for row in rows]
        return paged(found, page, "account")

    return router


def _receivable(row: Due, today: date) -> Receivable:
    account = parse(row.account)
    return Receivable(
        account=row.account,
        person_id=account.payee_id or "",
        county=account.county,
        fund=account.fund,
        due_fen=Yuan(row.due_fen),
        since=row.since,
        days=(today - row.since).days,
    )


def _payable(row: Due, today: date) -> PersonPayable:
    account = parse(row.account)
    return PersonPayable(
        account=row.account,
        person_id=account.payee_id or "",
        county=account.county,
        fund=account.fund,
        owed_fen=Yuan(row.due_fen),
        since=row.since,
        days=(today - row.since).days,
    )
