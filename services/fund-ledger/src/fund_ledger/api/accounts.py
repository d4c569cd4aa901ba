"""Accounts over HTTP: balances, statements, totals, and the proof that both sides are equal."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query

from fund_ledger.queries import Queries
from kernel.http import Json, Page, PageRequest, Router, SignedYuan, Wire, Yuan, allow, answer, page_of, paging
from kernel.security import Principal, Role

Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS)]
AccountName = Annotated[str, Query(max_length=200, pattern=r"^[A-Za-z0-9._:/-]*$")]


class AccountAnswer(Wire, frozen=True):
    """An account. ``balance`` is debit minus credit: a fund with money has a negative one, as a liability does."""

    account: str
    debit_fen: Yuan
    credit_fen: Yuan
    balance_fen: SignedYuan
    lines: int


class PostingAnswer(Wire, frozen=True):
    """One line of an account's statement: debit positive, credit negative."""

    journal_id: str
    line: int
    booked_on: date
    kind: str
    amount_fen: SignedYuan
    payer: str
    settlement_id: str | None


class TrialBalance(Wire, frozen=True):
    """Both sides of all accounts."""

    debit_fen: Yuan
    credit_fen: Yuan
    accounts: int
    balanced: bool


class PayerTotal(Wire, frozen=True):
    """What a payer's layers have cost a fund, reversals taken off."""

    payer: str
    fund: str
    amount_fen: SignedYuan


def accounts(queries: Queries) -> Router:
    """The routes of /v1/accounts, /v1/postings, /v1/trial-balance and /v1/totals."""
    router = Router(prefix="/v1", tags=["accounts"])

    @router.get("/accounts")
    async def list_accounts(
        _caller: Reader, page: Annotated[PageRequest, paging(str)], prefix: AccountName = ""
    ) -> Json[Page[AccountAnswer]]:
        """Accounts whose names begin with ``prefix``, such as ``fund/445202/``."""
        rows = await queries.accounts(prefix, str(page.after[0]) if page.after else "", page.limit + 1)
        return answer(page_of([_account(row) for row in rows], page, key=lambda row: (row.account,)))

    @router.get("/postings")
    async def list_postings(
        _caller: Reader, page: Annotated[PageRequest, paging(str, int)], account: AccountName
    ) -> Json[Page[PostingAnswer]]:
        """An account's statement."""
        after = (str(page.after[0]), int(page.after[1])) if page.after else ("", 0)
        rows = await queries.postings(account, after, page.limit + 1)
        found = [_posting(row) for row in rows]
        return answer(page_of(found, page, key=lambda row: (row.journal_id, row.line)))

    @router.get("/trial-balance")
    async def trial_balance(_caller: Reader) -> Json[TrialBalance]:
        """The sums of both sides; they are equal, or something is badly wrong."""
        row = await queries.trial_balance()
        debit, credit = Yuan(row["debit_fen"]), Yuan(row["credit_fen"])
        return answer(TrialBalance(debit, credit, row["accounts"], debit == credit))

    @router.get("/totals")
    async def totals(_caller: Reader) -> Json[tuple[PayerTotal, ...]]:
        """What each payer's layers have cost each fund."""
        rows = await queries.totals()
        return answer(tuple(PayerTotal(row["payer"], row["fund"], SignedYuan(row["amount_fen"])) for row in rows))

    return router


def _account(row: Any) -> AccountAnswer:
    debit, credit = row["debit_fen"], row["credit_fen"]
    return AccountAnswer(row["account"], Yuan(debit), Yuan(credit), SignedYuan(debit - credit), row["lines"])


def _posting(row: Any) -> PostingAnswer:
    return PostingAnswer(
        row["journal_id"],
        row["line"],
        row["booked_on"],
        row["kind"],
        SignedYuan(row["amount_fen"]),
        row["payer"],
        row["settlement_id"],
    )
