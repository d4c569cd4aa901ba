"""Journals beside bills' own: what took back, refused, took off, gave back or paid, each to what ordered it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.refused_payment import DEDUCTION, DEDUCTION_CHANGE, REFUSAL
from fund_ledger.journals.domain.reversal import REFUND
from fund_ledger.payments.domain.moved import STATEMENT_PAYMENT
from kernel.writing.database import SingleConnection
from onestop.ledger.books import Journal, Span
from onestop.ledger.decided import Decided
from onestop.ledger.ground import Ground

_REVERSAL: Final = "reversal"
#: The kinds of journals that are walked beside settlements and supplements.
BESIDE: Final = (_REVERSAL, REFUSAL, DEDUCTION, DEDUCTION_CHANGE, REFUND, STATEMENT_PAYMENT)
_TAKEN_OFF_SQL: Final = """
SELECT d.statement_id || '-deduction' || COALESCE('-' || d.settlement_id, '') AS journal_id,
       sum(d.amount_fen)::bigint AS amount_fen
FROM statement_deductions d
WHERE d.statement_id || '-deduction' || COALESCE('-' || d.settlement_id, '') = ANY($1::text[]) GROUP BY 1
"""
# A payment that the bank gave back is no statement's any more; its return says so.
_PAID_SQL: Final = """
SELECT payment_id AS journal_id, payable_fen AS amount_fen FROM hospital_statements WHERE payment_id = ANY($1::text[])
UNION ALL
SELECT r.corrects, o.amounts[1] FROM journals r JOIN journals o ON o.journal_id = r.corrects
WHERE r.corrects = ANY($1::text[]) AND NOT EXISTS (SELECT FROM hospital_statements s WHERE s.payment_id = r.corrects)
"""
_OVERPAID_SQL: Final = """
SELECT account, sum(amount_fen) FILTER (WHERE kind = ANY($2::text[]))::bigint AS paid_fen,
       COALESCE(sum(-amount_fen) FILTER (WHERE kind <> ALL($2::text[]) AND amount_fen < 0), 0)::bigint AS owed_fen,
       max(booked_on) AS last_on
FROM entries WHERE account LIKE 'payable/%' AND split_part(account, '/', -2) = $1 AND booked_on <= $3
GROUP BY account
HAVING sum(amount_fen) FILTER (WHERE kind = ANY($2::text[]))
       > COALESCE(sum(-amount_fen) FILTER (WHERE kind <> ALL($2::text[]) AND amount_fen < 0), 0)
ORDER BY account LIMIT 1000
"""
#: What pays on a payable, and what takes that back.
_PAYING: Final = ("payment", STATEMENT_PAYMENT, "return")


async def without_ground(
    ledger: SingleConnection, journals: Sequence[Journal], known: Mapping[str, Decided]
) -> list[Ground]:
    """The journals of these that nothing ordered, or not with as much."""
    wanted = [journal for journal in journals if journal.kind in BESIDE]
    ordered = await _ordered(ledger, _TAKEN_OFF_SQL, (one for one in wanted if one.kind == DEDUCTION))
    ordered |= await _ordered(ledger, _PAID_SQL, (one for one in wanted if one.kind == STATEMENT_PAYMENT))
    grounds = [_ground(journal, known.get(journal.settlement_id or "", Decided()), ordered) for journal in wanted]
    return [ground for ground in grounds if not ground.holds]


async def _ordered(ledger: SingleConnection, sql: str, journals: Iterable[Journal]) -> dict[str, int]:
    names = [journal.journal_id for journal in journals]
    return {row["journal_id"]: row["amount_fen"] for row in await ledger.fetch(sql, names)} if names else {}


def _ground(journal: Journal, of: Decided, ordered: Mapping[str, int]) -> Ground:
    moved = sum(_moved(journal))
    match journal.kind:
        case "reversal":
            because, right = "a revocation", moved if of.revoked else 0
        case "refusal":
            because, right = (
                "a refusal of these payers",
                moved if set(filter(None, journal.payers)) <= of.refused else 0,
            )
        case "refund":
            because, right = "what was prepaid beyond the own share", min(moved, of.refund_fen)
        case "deduction_change":
            because, right = "a supplement", moved if _supplement_of(journal) in of.told else 0
        case _:
            because, right = "a statement", ordered.get(journal.journal_id, 0)
    return Ground(
        journal_id=journal.journal_id,
        settlement_id=journal.settlement_id,
        booked_on=journal.booked_on,
        payer=journal.kind,
        booked_fen=moved,
        decided_fen=right,
        clause=f"ordered by {because}",
        document="",
        law="",
    )


def _moved(journal: Journal) -> Iterator[int]:
    """What a journal moves: of what is taken off its debits on hospitals' accounts, else its first line."""
    if journal.kind != DEDUCTION:
        yield abs(journal.amounts[0])
        return
    for name, fen in zip(journal.accounts, journal.amounts, strict=True):
        if accounts.parse(name).kind == accounts.PAYABLE:
            yield fen


def _supplement_of(journal: Journal) -> str:
    return journal.journal_id.removesuffix("-deduction")


async def overpaid(ledger: SingleConnection, span: Span) -> list[Ground]:
    """The payables of a county on which more was paid than ever came to be owed."""
    return [
        Ground(
            journal_id=row["account"],
            settlement_id=None,
            booked_on=row["last_on"],
            payer="payment",
            booked_fen=row["paid_fen"],
            decided_fen=row["owed_fen"],
            clause="paid for what is owed",
            document="",
            law="",
        )
        for row in await ledger.fetch(_OVERPAID_SQL, span.county, list(_PAYING), span.last)
    ]
