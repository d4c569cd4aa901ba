"""Writes a county's books as text, from one picture of the database and without holding them all at once."""

from enum import StrEnum
from typing import Final, TextIO

from kernel.writing.snapshots import snapshot
from onestop.ledger.beancount_text import BeancountText
from onestop.ledger.books import Span, accounts_of, journals_of, moved, opening
from onestop.ledger.hledger_text import HledgerText
from onestop.ledger.names import Names

_SCHEMA: Final = "fund_ledger"


class Format(StrEnum):
    """The program that is to prove the books."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


async def export(admin_url: str, span: Span, form: Format, to: TextIO) -> int:
    """Write the books; gives the number of journals."""
    text = BeancountText(Names()) if form is Format.BEANCOUNT else HledgerText(Names())
    async with snapshot(admin_url, _SCHEMA) as connection:
        title = f"OneStop {span.county} {span.first} {span.last}"
        to.writelines(text.head(title, span.first, await accounts_of(connection, span)))
        to.writelines(text.opening(span.first, await opening(connection, span)))
        ends = span.month_ends
        count = 0
        async for journal in journals_of(connection, span):
            while journal.booked_on > ends[0][1]:
                to.writelines(text.balances(ends[0][1], await moved(connection, span.county, *ends.pop(0))))
            to.write(text.journal(journal))
            count += 1
        for first, last in ends:
            to.writelines(text.balances(last, await moved(connection, span.county, first, last)))
    return count
