"""A county's statement of its aid money (004 四(一) 报送报表): what came in by source, what was settled by payer."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from operations.reports.domain.sheet import Of
from operations.reports.domain.summary import MoneyLine, SumLine

#: What the county's fund pays; the insurances' own statements are not in it.
_AID: Final = ("MA", "MASEC")


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line: income, what was settled, and both sums."""

    side: str
    item: str
    count: int | None
    amount_fen: int


def statement_lines(
    receipts: Sequence[MoneyLine],
    settled: Sequence[SumLine],
    funds: Mapping[str, str],
    payers: Mapping[str, str],
) -> list[StatementLine]:
    """Income by fund and source, expense by payer and category, their sums and what is left of the period."""
    income = [
        StatementLine(
            side="收入",
            item=f"{funds.get(fund := line.account.rsplit('/', 1)[-1], fund)}（{line.source or '未注明来源'}）",
            count=line.receipts,
            amount_fen=line.amount_fen,
        )
        for line in receipts
    ]
    expense = [
        StatementLine(
            side="支出",
            item=f"{payers.get(payer, payer)}（{line.category}，{line.encounter_kind}）",
            count=line.bills,
            amount_fen=fen,
        )
        for payer in _AID
        for line in settled
        if (fen := line.paid_fen.get(payer, 0) + (line.payout_fen if payer == "MASEC" else 0))
    ]
    came, went = sum(line.amount_fen for line in income), sum(line.amount_fen for line in expense)
    return [
        *income,
        StatementLine(side="收入", item="收入合计", count=None, amount_fen=came),
        *expense,
        StatementLine(side="支出", item="支出合计", count=None, amount_fen=went),
        StatementLine(side="结余", item="本期收支差额", count=None, amount_fen=came - went),
    ]


COLUMNS: Final[Sequence[Of[StatementLine]]] = (
    Of("类别", lambda line: line.side),
    Of("项目", lambda line: line.item),
    Of("笔（人次）", lambda line: line.count, "count"),
    Of("金额", lambda line: line.amount_fen, "money"),
)
