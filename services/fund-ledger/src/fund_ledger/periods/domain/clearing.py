"""Clearing: at the end of a year each account by itself gets back what was not used, or pays what was lacking."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from law.packs.rules import Clearing

#: Kinds of journals on a fund that are money in, or take it back.
_PAID_IN: Final = frozenset({"receipt", "return"})
#: What settles the clearing of another year is neither paid in for this one nor used in it.
CLEARING: Final = "clearing"
#: What was there before the year was not paid in for it.
_OPENING: Final = "OPENING"
#: Money that stands ready and is carried over is not cleared with the year's plan (004 四(二), AMB-E7).
_PREPAYMENT: Final = "PREPAYMENT"
_PLAN: Final = "PLAN"


class Cleared(msgspec.Struct, frozen=True):
    """What goes back to, or is still due from, who paid in. At most one of the two is above 0 fen."""

    refund_fen: int
    top_up_fen: int


def clear(paid_in_fen: Iterable[int], settled_fen: int) -> Cleared:
    """Σ paid in - settled: a surplus is refunded, a shortage topped up (001 二(三), 004 四(一) 多退少补)."""
    surplus = sum(paid_in_fen) - settled_fen
    return Cleared(max(0, surplus), max(0, -surplus))


class Flow(msgspec.Struct, frozen=True):
    """What a fund was given in a year, less what it had to bear, by kind of journal and source of the money; in fen."""

    fund: str
    kind: str
    source: str
    given_fen: int


class AccountCleared(msgspec.Struct, frozen=True, kw_only=True):
    """One account's clearing of a year, such as ``CII`` or ``MA/PLAN``, with the clause that orders it."""

    account: str
    fund: str
    paid_in_fen: int
    settled_fen: int
    refund_fen: int
    top_up_fen: int
    clause: str


def cleared(rules: Iterable[tuple[Clearing, str]], flows: Sequence[Flow]) -> tuple[AccountCleared, ...]:
    """The year's clearing of each account that the place's documents order, none netted with another.

    ``rules`` come with the number under which their document is cited; those of a month are the hospitals' statements.
    """
    return tuple(_account(rule, cited, flows) for rule, cited in rules if rule.every == "year")


def _account(rule: Clearing, cited: str, flows: Sequence[Flow]) -> AccountCleared:
    fund, _, part = rule.account.partition("/")
    not_for_it = {_OPENING, _PREPAYMENT} if part == _PLAN else {_OPENING}
    of_fund = [flow for flow in flows if flow.fund == fund and flow.kind != CLEARING]
    paid_in = [flow.given_fen for flow in of_fund if flow.kind in _PAID_IN and flow.source not in not_for_it]
    settled = -sum(flow.given_fen for flow in of_fund if flow.kind not in _PAID_IN)
    done = clear(paid_in, settled)
    return AccountCleared(
        account=rule.account,
        fund=fund,
        paid_in_fen=sum(paid_in),
        settled_fen=settled,
        refund_fen=done.refund_fen,
        top_up_fen=done.top_up_fen,
        clause=f"{cited} {rule.clause}",
    )
