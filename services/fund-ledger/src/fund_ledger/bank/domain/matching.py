"""Rules that find the journal of a line: by a name that the line carries, or by amount and day where only one fits."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import Final

import msgspec

from fund_ledger.bank.domain.statement import BankLine, Match

#: The bank may book a transfer some days after finance did, over a weekend or a long holiday.
DAYS_APART: Final = timedelta(days=10)
#: Without a name only a near day says that two amounts are one transfer.
DAYS_NEAR: Final = timedelta(days=3)

BY_NAME: Final = "NAME"
BY_AMOUNT: Final = "AMOUNT_AND_DAY"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal moved on the account, and under which names the bank may know it.

    The names are the journal's own, those of the funding orders that a receipt meets, of the hospital's statement
    that a payment pays, and of the person or hospital that was paid. ``met`` says that it meets a line already.
    """

    journal_id: str
    booked_on: date
    amount_fen: int
    names: tuple[str, ...]
    met: bool = False


def matched(
    lines: Sequence[BankLine], told: Mapping[int, Set[str]], candidates: Sequence[Candidate]
) -> tuple[Match, ...]:
    """The lines whose journal is beyond doubt; each journal meets one line at most.

    ``told`` is by line what in it may be a name, more than is kept of it. A name comes before an amount; where two
    journals, or two lines, fit, finance has to say it. A line with a name never meets another's journal by its amount:
    it may be money that the bank paid to that name twice.
    """
    named = {name for one in candidates for name in one.names}
    free = {one.journal_id: one for one in candidates if not one.met}
    found = list(_by_name(lines, told, free))
    found += _by_amount([line for line in lines if told[line.number].isdisjoint(named)], free)
    return tuple(sorted(found, key=lambda match: match.number))


def _by_name(lines: Sequence[BankLine], told: Mapping[int, Set[str]], free: dict[str, Candidate]) -> Iterator[Match]:
    wanted = {
        line.number: [
            one.journal_id for one in _near(line, free, DAYS_APART) if not told[line.number].isdisjoint(one.names)
        ]
        for line in lines
    }
    yield from _only_one(wanted, free, BY_NAME)


def _by_amount(lines: Sequence[BankLine], free: dict[str, Candidate]) -> Iterator[Match]:
    wanted = {line.number: [one.journal_id for one in _near(line, free, DAYS_NEAR)] for line in lines}
    claims = Counter(journal_id for fit in wanted.values() for journal_id in fit)
    yield from _only_one({n: fit for n, fit in wanted.items() if all(claims[one] == 1 for one in fit)}, free, BY_AMOUNT)


def _only_one(wanted: Mapping[int, Sequence[str]], free: dict[str, Candidate], rule: str) -> Iterator[Match]:
    """The lines that only one journal fits, and that journal only them; it is free no longer."""
    claims = Counter(fit[0] for fit in wanted.values() if len(fit) == 1)
    for number, fit in wanted.items():
        if len(fit) == 1 and claims[fit[0]] == 1:
            del free[fit[0]]
            yield Match(number=number, journals=(fit[0],), rule=rule)


def _near(line: BankLine, free: dict[str, Candidate], apart: timedelta) -> list[Candidate]:
    return [
        one
        for one in free.values()
        if one.amount_fen == line.amount_fen and abs(one.booked_on - line.value_on) <= apart
    ]
