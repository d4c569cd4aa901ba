"""The books as beancount text: every account opened, every journal a transaction, a balance at each month's end."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from onestop.ledger.amounts import CURRENCY, amount
from onestop.ledger.books import Balance, Journal
from onestop.ledger.names import Names


class BeancountText:
    """Writes text that ``bean-check`` proves."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def head(self, title: str, first: date, accounts: Iterable[str]) -> Iterator[str]:
        """The title, and the accounts, with their names in our books."""
        yield f'option "title" "{title}"\noption "operating_currency" "{CURRENCY}"\n\n'
        for account in accounts:
            yield f'{first} open {self._names.of(account)} {CURRENCY}\n  account: "{account}"\n'

    def opening(self, first: date, balances: Iterable[Balance]) -> Iterator[str]:
        """What was there before the first day, as one transaction."""
        lines = [f"  {self._names.of(one.account)}  {amount(one.amount_fen)}\n" for one in balances]
        if lines:
            yield f'\n{first} * "opening"\n{"".join(lines)}'

    def journal(self, journal: Journal) -> str:
        """One journal."""
        told = {
            "journal": journal.journal_id,
            "settlement": journal.settlement_id,
            "source": journal.source,
            "corrects": journal.corrects,
        }
        data = "".join(f'  {key}: "{value}"\n' for key, value in told.items() if value)
        if journal.effective_on not in (None, journal.booked_on):
            data += f"  effective: {journal.effective_on}\n"
        lines = "".join(
            f"  {self._names.of(account)}  {amount(fen)}\n" + (f'    payer: "{payer}"\n' if payer else "")
            for account, fen, payer in zip(journal.accounts, journal.amounts, journal.payers, strict=True)
        )
        return f'\n{journal.booked_on} * "{journal.kind}"\n{data}{lines}'

    def balances(self, last: date, balances: Iterable[Balance]) -> Iterator[str]:
        """What accounts must stand at after a day: the program counts at the beginning of the next."""
        yield "\n"
        for one in balances:
            yield f"{last + timedelta(days=1)} balance {self._names.of(one.account)}  {amount(one.amount_fen)}\n"
