"""Rules that find the journal of a line: by a name that the line carries, or by amount and day where only one fits."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from fund_ledger.bank.domain.statement import BankLine, Match

#: The bank may book a transfer some days after finance did, over a weekend or a long holiday.
DAYS_APART: Final = timedelta(days=10)
#: Without a name only a near day says that two amounts are one transfer.
DAYS_NEAR: Final = timedelta(days=3)

_BETWEEN_NAMES: Final = re.compile(r"[^A-Za-z0-9._:-]+")

BY_NAME: Final = "NAME"
BY_AMOUNT: Final = "AMOUNT_AND_DAY"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal moved on the account, and under which names the bank may know it.

    The names are the journal's own, those of the funding orders that a receipt meets, of the hospital's statement
    that a payment pays, and of the person or hospital that was paid.
    """

    journal_id: str
    booked_on: date
    amount_fen: int
    names: tuple[str, ...]


def matched(lines: Sequence[BankLine], candidates: Iterable[Candidate]) -> tuple[Match, ...]:
    """The lines whose journal is beyond doubt; each journal meets one line at most.

    A name comes before an amount; where two journals, or two lines, fit, finance has to say it.
    """
    free = {candidate.journal_id: candidate for candidate in candidates}
    found = list(_by_name(lines, free))
    done = {match.number for match in found}
    found += _by_amount([line for line in lines if line.number not in done], free)
    return tuple(sorted(found, key=lambda match: match.number))


def _by_name(lines: Sequence[BankLine], free: dict[str, Candidate]) -> Iterator[Match]:
    for line in lines:
        told = set(_BETWEEN_NAMES.split(f"{line.reference} {line.text}"))
        fit = [one for one in _near(line, free, DAYS_APART) if not told.isdisjoint(one.names)]
        if len(fit) == 1:
            del free[fit[0].journal_id]
            yield Match(number=line.number, journals=(fit[0].journal_id,), rule=BY_NAME)


def _by_amount(lines: Sequence[BankLine], free: dict[str, Candidate]) -> Iterator[Match]:
    wanted = {line.number: [one.journal_id for one in _near(line, free, DAYS_NEAR)] for line in lines}
    claims = Counter(journal_id for fit in wanted.values() for journal_id in fit)
    for number, fit in wanted.items():
        if len(fit) == 1 and claims[fit[0]] == 1:
            del free[fit[0]]
            yield Match(number=number, journals=(fit[0],), rule=BY_AMOUNT)


def _near(line: BankLine, free: dict[str, Candidate], apart: timedelta) -> list[Candidate]:
    return [
        one
        for one in free.values()
        if one.amount_fen == line.amount_fen and abs(one.booked_on - line.value_on) <= apart
    ]
