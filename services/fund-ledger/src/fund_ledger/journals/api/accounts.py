"""Accounts over HTTP: balances, statements, payers' totals, and the proof that both sides are equal."""

from typing import Annotated

from fund_ledger.journals.api.readers import AccountName, Reader, must_see
from fund_ledger.journals.queries.books import AccountAnswer, Books, FundBalance, PayerTotal, PostingAnswer
from kernel.http import ById, Json, Page, PageRequest, Router, Wire, Yuan, answer, paged, paging
from kernel.http.fields import CountyFilter, after_of, counties_of


class TrialBalance(Wire, frozen=True):
    """Both sides of all accounts, of one county or of all; ``balanced`` holds only if it does for each fund."""

    debit_fen: Yuan
    credit_fen: Yuan
    balanced: bool
    funds: tuple[FundBalance, ...]


def accounts(books: Books) -> Router:
    """The routes of /v1/accounts, /v1/postings, /v1/trial-balance and /v1/totals."""
    router = Router(prefix="/v1", tags=["accounts"])

    @router.get("/accounts")
    async def list_accounts(caller: Reader, page: ById, prefix: AccountName = "") -> Json[Page[AccountAnswer]]:
        """Accounts whose names begin with ``prefix``, such as ``fund/445202/``."""
        rows = await books.accounts(prefix, after_of(page), caller.division_patterns, page.limit + 1)
        return paged(rows, page, "account")

    @router.get("/postings")
    async def list_postings(
        caller: Reader, page: Annotated[PageRequest, paging(str, int)], account: AccountName
    ) -> Json[Page[PostingAnswer]]:
        """An account's statement, oldest day first."""
        must_see(caller, [account])
        after = (str(page.after[0]), int(page.after[1])) if page.after else ("", 0)
        rows = await books.postings(account, after, page.limit + 1)
        return paged(rows, page, "journal_id", "line")

    @router.get("/trial-balance")
    async def trial_balance(caller: Reader, county: CountyFilter = "") -> Json[TrialBalance]:
        """The sums of both sides; they are equal, or something is badly wrong."""
        funds = tuple(await books.trial_balance(counties_of(caller, county or None)))
        debit, credit = sum(fund.debit_fen for fund in funds), sum(fund.credit_fen for fund in funds)
        balanced = all(fund.balanced for fund in funds)
        return answer(TrialBalance(Yuan(debit), Yuan(credit), balanced, funds))

    @router.get("/totals")
    async def totals(caller: Reader, county: CountyFilter = "") -> Json[tuple[PayerTotal, ...]]:
        """What each payer's layers have cost each fund."""
        return answer(tuple(await books.totals(counties_of(caller, county or None))))

    return router
