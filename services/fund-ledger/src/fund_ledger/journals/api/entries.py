"""Entries over HTTP: by account, settlement or days; balances on a day; an account's statement between two days."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Query

from fund_ledger.journals.api.readers import AccountName, Reader, must_see
from fund_ledger.journals.queries.entries import FIRST_DAY, LAST_DAY, Entries, Entry, Wanted
from kernel.http import ErrorCode, Json, Page, PageRequest, Router, SignedYuan, Wire, Yuan, answer, paged, paging
from kernel.http.fields import CountyFilter, counties_of
from kernel.running.requested import Requests
from kernel.values.refusals import Refused

CODES: Final = (ErrorCode("ENTRIES_TOO_WIDE", 422, "Neither an account nor a settlement nor at most 31 days"),)
DAYS_MAX: Final = 31

EntryPage = Annotated[PageRequest, paging(date, str, int)]
Settlement = Annotated[str, Query(max_length=80, pattern=r"^[A-Za-z0-9._:-]*$")]
Kind = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$")]
First = Annotated[date | None, Query(alias="from")]
Last = Annotated[date | None, Query(alias="to")]


class BalanceOn(Wire, frozen=True, kw_only=True):
    """An account by what had happened by ``on``, as far as it was known by ``known_on``; debit minus credit."""

    account: str
    on: date
    known_on: date
    debit_fen: Yuan
    credit_fen: Yuan
    balance_fen: SignedYuan


class AccountStatement(Wire, frozen=True, kw_only=True):
    """What was booked on an account between two days: opening + debit - credit = closing. Its lines: /v1/entries."""

    account: str
    first: date
    last: date
    opening_fen: SignedYuan
    debit_fen: Yuan
    credit_fen: Yuan
    closing_fen: SignedYuan


def entries(found: Entries, requests: Requests) -> Router:
    """The routes of /v1/entries, /v1/balances and /v1/account-statements."""
    router = Router(prefix="/v1", tags=["accounts"])

    @router.get("/entries")
    async def list_entries(
        caller: Reader,
        page: EntryPage,
        account: AccountName = "",
        settlement: Settlement = "",
        county: CountyFilter = "",
        kind: Kind = "",
        first: First = None,
        last: Last = None,
    ) -> Json[Page[Entry]]:
        """Lines of journals in the order of their days: of an account, of a settlement, or of up to 31 days."""
        wanted = _wanted(page, kind, first, last)
        if account:
            must_see(caller, [account])
            rows = await found.of_account(account, wanted)
        elif settlement:
            rows = await found.of_settlement(settlement, counties_of(caller, county or None), wanted)
        else:
            _check_days(first, last)
            rows = await found.of_days(counties_of(caller, county or None), wanted)
        return paged(rows, page, "booked_on", "journal_id", "line")

    @router.get("/balances")
    async def balance(
        caller: Reader, account: AccountName, on: date | None = None, known_on: date | None = None
    ) -> Json[BalanceOn]:
        """An account's balance on a day, as far as it was known on another; both are today if not given."""
        must_see(caller, [account])
        day, known = on or requests.today, known_on or requests.today
        sums = await found.effective(account, day, known)
        sides = Yuan(sums.debit_fen), Yuan(sums.credit_fen)
        total = SignedYuan(sums.debit_fen - sums.credit_fen)
        return answer(
            BalanceOn(
                account=account, on=day, known_on=known, debit_fen=sides[0], credit_fen=sides[1], balance_fen=total
            )
        )

    @router.get("/account-statements")
    async def account_statement(
        caller: Reader,
        account: AccountName,
        first: Annotated[date, Query(alias="from")],
        last: Annotated[date, Query(alias="to")],
    ) -> Json[AccountStatement]:
        """What an account stood at before a day, what was booked since, and what it stood at after another."""
        must_see(caller, [account])
        return answer(await _statement(found, account, first, last))

    return router


async def _statement(found: Entries, account: str, first: date, last: date) -> AccountStatement:
    first = max(first, FIRST_DAY + timedelta(days=1))
    before = await found.booked(account, FIRST_DAY, first - timedelta(days=1))
    sums = await found.booked(account, first, last)
    opening = before.debit_fen - before.credit_fen
    return AccountStatement(
        account=account,
        first=first,
        last=last,
        opening_fen=SignedYuan(opening),
        debit_fen=Yuan(sums.debit_fen),
        credit_fen=Yuan(sums.credit_fen),
        closing_fen=SignedYuan(opening + sums.debit_fen - sums.credit_fen),
    )


def _wanted(page: PageRequest, kind: str, first: date | None, last: date | None) -> Wanted:
    after = page.after or (FIRST_DAY, "", 0)
    return Wanted(
        kind=kind,
        first=first or FIRST_DAY,
        last=last or LAST_DAY,
        after=(after[0], after[1], after[2]),
        limit=page.limit + 1,
    )


def _check_days(first: date | None, last: date | None) -> None:
    if first is None or last is None or not 0 <= (last - first).days < DAYS_MAX:
        raise Refused(
            "ENTRIES_TOO_WIDE",
            f"name an account, a settlement, or both `from` and `to`, with at most {DAYS_MAX} days between them",
        )
