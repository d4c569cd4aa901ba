"""The books as an hledger journal: accounts declared, transactions, a balance assertion at each month's end."""

from collections.abc import Iterable, Iterator
from datetime import date

from onestop.ledger.amounts import CURRENCY, amount
from onestop.ledger.books import Balance, Journal
from onestop.ledger.names import Names


class HledgerText:
    """Writes text that ``hledger check --strict`` proves."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def head(self, title: str, _first: date, accounts: Iterable[str]) -> Iterator[str]:
        """The title, the currency, and the accounts, with their names in our books."""
        yield f"; {title}\ncommodity 1000.00 {CURRENCY}\n\n"
        for account in accounts:
            yield f"account {self._names.of(account)}  ; {account}\n"

    def opening(self, first: date, balances: Iterable[Balance]) -> Iterator[str]:
        """What was there before the first day, as one transaction."""
        lines = [f"    {self._names.of(one.account)}  {amount(one.amount_fen)}\n" for one in balances]
        if lines:
            yield f"\n{first} * opening\n{''.join(lines)}"

    def journal(self, journal: Journal) -> str:
        """One journal."""
        told = {"settlement": journal.settlement_id, "source": journal.source, "corrects": journal.corrects}
        data = "".join(f", {key}:{value}" for key, value in told.items() if value)
        lines = "".join(
            f"    {self._names.of(account)}  {amount(fen)}" + (f"  ; payer:{payer}\n" if payer else "\n")
            for account, fen, payer in zip(journal.accounts, journal.amounts, journal.payers, strict=True)
        )
        return f"\n{journal.booked_on} * {journal.kind}  ; journal:{journal.journal_id}{data}\n{lines}"

    def balances(self, last: date, balances: Iterable[Balance]) -> Iterator[str]:
        """What accounts must stand at after a day: postings of nothing that assert it."""
        lines = [f"    {self._names.of(one.account)}  {amount(0)} = {amount(one.amount_fen)}\n" for one in balances]
        if lines:
            yield f"\n{last} * balances\n{''.join(lines)}"
