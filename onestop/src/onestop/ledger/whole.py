"""Bills whole: what was decided of each against all of its journals, so that one that is missing is found."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.refused_payment import DEDUCTION, DEDUCTION_CHANGE, REFUSAL
from kernel.values.china_time import china_date
from kernel.writing.database import SingleConnection
from onestop.ledger.books import Journal
from onestop.ledger.decided import Decided
from onestop.ledger.ground import Ground, booked_parts

#: What bills are booked by. What statements took off is held against the statements.
_OF_BILLS: Final = frozenset({"settlement", "supplement", "reversal", REFUSAL})
_JOURNALS_SQL: Final = """
SELECT journal_id, kind, booked_on, effective_on, settlement_id, source, corrects, accounts, amounts, payers
FROM journals WHERE settlement_id = ANY($1::text[]) ORDER BY journal_id
"""


async def unlike(ledger: SingleConnection, known: Mapping[str, Decided]) -> list[Ground]:
    """What these bills' journals do not come to: by payer, and for bills that were taken back by account."""
    by_bill: dict[str, list[Journal]] = defaultdict(list)
    for row in await ledger.fetch(_JOURNALS_SQL, sorted(known)):
        by_bill[row["settlement_id"]].append(Journal(**dict(row)))
    return [
        ground for name, of in sorted(known.items()) for ground in _unlike(name, of, by_bill[name]) if not ground.holds
    ]


def _unlike(name: str, of: Decided, journals: Sequence[Journal]) -> Iterator[Ground]:
    said = next(iter(of.told.values()))
    on = journals[0].booked_on if journals else _settled_on(name, of)
    booked = Counter[str]()
    for journal in journals:
        # A reversal takes back with the bill what was taken off for it.
        if journal.kind in _OF_BILLS or (of.revoked and journal.kind in (DEDUCTION, DEDUCTION_CHANGE)):
            booked.update(booked_parts(journal))
    wrong = False
    for payer, expected in of.expected_fen.items():
        wrong |= booked[payer] != expected
        yield Ground(
            journal_id=name,
            settlement_id=name,
            booked_on=on,
            payer=payer,
            booked_fen=booked[payer],
            decided_fen=expected,
            clause=_why(of, payer),
            document=said.adjudication.document,
            law="" if journals else "no journal",
        )
    if of.revoked and not wrong:
        yield from _not_taken_back(name, of, journals, on)


def _not_taken_back(name: str, of: Decided, journals: Sequence[Journal], on: date) -> Iterator[Ground]:
    """A bill that was taken back leaves nothing on any fund, even where its payers' sums are right."""
    left = Counter[str]()
    for journal in journals:
        for account, fen in zip(journal.accounts, journal.amounts, strict=True):
            if accounts.parse(account).kind == accounts.FUND:
                left[account] += fen
    said = next(iter(of.told.values()))
    for account, fen in sorted(left.items()):
        yield Ground(
            journal_id=name,
            settlement_id=name,
            booked_on=on,
            payer=account,
            booked_fen=fen,
            decided_fen=0,
            clause="revoked",
            document=said.adjudication.document,
            law="",
        )


def _settled_on(name: str, of: Decided) -> date:
    event = of.told[name]
    return china_date(getattr(event, "settled_at", None) or event.supplemented_at)  # type: ignore[union-attr]


def _why(of: Decided, payer: str) -> str:
    if of.revoked:
        return f"revoked: {of.revoked.reason}"
    return "refused" if payer in of.refused else "settlement and supplements"
