"""Accounts over HTTP: balances, statements, payers' totals, and the proof that both sides are equal."""

from datetime import date
from typing import Annotated

import msgspec

from fund_ledger.journals.api.readers import AccountName, County, Reader, counties, must_see
from fund_ledger.journals.queries.books import Balance, Books, FundSums, PayerSums, StatementLine
from kernel.http import Json, Page, PageRequest, Router, SignedYuan, Wire, Yuan, answer, page_of, paging


class AccountAnswer(Wire, frozen=True):
    """An account. ``balance`` is debit minus credit: a fund with money has a negative one, as a liability does."""

    account: str
    debit_fen: Yuan
    credit_fen: Yuan
    balance_fen: SignedYuan
    lines: int


class PostingAnswer(Wire, frozen=True, kw_only=True):
    """One line of an account's statement: debit positive, credit negative."""

    journal_id: str
    line: int
    booked_on: date
    kind: str
    amount_fen: SignedYuan
    payer: str
    settlement_id: str | None


class FundBalance(Wire, frozen=True, kw_only=True):
    """One fund: bank and receivables together are what it has left plus what it owes; below zero ``available`` is a
    debt."""

    fund: str
    debit_fen: Yuan
    credit_fen: Yuan
    bank_fen: SignedYuan
    available_fen: SignedYuan
    owed_fen: SignedYuan
    receivable_fen: SignedYuan
    balanced: bool


class TrialBalance(Wire, frozen=True):
    """Both sides of all accounts, of one county or of all; ``balanced`` holds only if it does for each fund."""

    debit_fen: Yuan
    credit_fen: Yuan
    balanced: bool
    funds: tuple[FundBalance, ...]


class PayerTotal(Wire, frozen=True):
    """What a payer's layers have cost a fund, reversals taken off."""

    payer: str
    fund: str
    amount_fen: SignedYuan
    to_hospitals_fen: SignedYuan
    to_persons_fen: SignedYuan


def accounts(books: Books) -> Router:
    """The routes of /v1/accounts, /v1/postings, /v1/trial-balance and /v1/totals."""
    router = Router(prefix="/v1", tags=["accounts"])

    @router.get("/accounts")
    async def list_accounts(
        caller: Reader, page: Annotated[PageRequest, paging(str)], prefix: AccountName = ""
    ) -> Json[Page[AccountAnswer]]:
        """Accounts whose names begin with ``prefix``, such as ``fund/445202/``."""
        after = str(page.after[0]) if page.after else ""
        rows = await books.accounts(prefix, after, caller.division_patterns, page.limit + 1)
        return answer(page_of([_account(row) for row in rows], page, key=lambda row: (row.account,)))

    @router.get("/postings")
    async def list_postings(
        caller: Reader, page: Annotated[PageRequest, paging(str, int)], account: AccountName
    ) -> Json[Page[PostingAnswer]]:
        """An account's statement, oldest day first."""
        must_see(caller, [account])
        after = (str(page.after[0]), int(page.after[1])) if page.after else ("", 0)
        rows = await books.postings(account, after, page.limit + 1)
        found = [_posting(row) for row in rows]
        return answer(page_of(found, page, key=lambda row: (row.journal_id, row.line)))

    @router.get("/trial-balance")
    async def trial_balance(caller: Reader, county: County = "") -> Json[TrialBalance]:
        """The sums of both sides; they are equal, or something is badly wrong."""
        funds = tuple(_fund(row) for row in await books.trial_balance(counties(caller, county)))
        debit, credit = sum(fund.debit_fen for fund in funds), sum(fund.credit_fen for fund in funds)
        balanced = all(fund.balanced for fund in funds)
        return answer(TrialBalance(Yuan(debit), Yuan(credit), balanced, funds))

    @router.get("/totals")
    async def totals(caller: Reader, county: County = "") -> Json[tuple[PayerTotal, ...]]:
        """What each payer's layers have cost each fund."""
        return answer(tuple(_total(row) for row in await books.totals(counties(caller, county))))

    return router


def _account(row: Balance) -> AccountAnswer:
    return AccountAnswer(
        account=row.account,
        debit_fen=Yuan(row.debit_fen),
        credit_fen=Yuan(row.credit_fen),
        balance_fen=SignedYuan(row.debit_fen - row.credit_fen),
        lines=row.lines,
    )


def _posting(row: StatementLine) -> PostingAnswer:
    return PostingAnswer(**{**msgspec.structs.asdict(row), "amount_fen": SignedYuan(row.amount_fen)})


def _fund(row: FundSums) -> FundBalance:
    return FundBalance(
        fund=row.fund,
        debit_fen=Yuan(row.debit_fen),
        credit_fen=Yuan(row.credit_fen),
        bank_fen=SignedYuan(row.bank_fen),
        available_fen=SignedYuan(row.available_fen),
        owed_fen=SignedYuan(row.owed_fen),
        receivable_fen=SignedYuan(row.receivable_fen),
        balanced=row.debit_fen == row.credit_fen,
    )


def _total(row: PayerSums) -> PayerTotal:
    return PayerTotal(
        payer=row.payer,
        fund=row.fund,
        amount_fen=SignedYuan(row.to_hospitals_fen + row.to_persons_fen),
        to_hospitals_fen=SignedYuan(row.to_hospitals_fen),
        to_persons_fen=SignedYuan(row.to_persons_fen),
    )
