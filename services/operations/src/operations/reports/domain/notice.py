"""Hunan's monthly dispatch and notice (001 三(四) 每月一调度一通报): a line a county."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from operations.breaches.domain.breach import Breach
from operations.breaches.domain.kinds import RULES
from operations.clocks.domain.schedule import Due
from operations.indicators.domain.measures import Line
from operations.reports.domain.sheet import Of


class CountyLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a county is told of, and its neighbours see."""

    county: str
    bills: int
    figures: dict[str, str | None]
    growth: dict[str, str | None]
    late: int
    breaches: int
    named: str


_MEASURED: Final[Mapping[str, str]] = {
    "average_cost_per_stay": "次均住院费用",
    "reimbursable_share": "住院可报比例(%)",
    "self_paid_share": "自费比例(%)",
}


def county_line(county: str, lines: Sequence[Line], breaches: Sequence[Breach], late: Sequence[Due]) -> CountyLine:
    """A county's line: its indicators, what was late in the month, and the breaches opened in it by who answers."""
    figures = {line.indicator: line.value for line in lines}
    named = sorted({f"{breach.party}：{RULES[breach.kind].title}" for breach in breaches})
    return CountyLine(
        county=county,
        bills=max((line.bills for line in lines), default=0),
        figures=figures,
        growth={line.indicator: line.growth_percent for line in lines},
        late=len(late),
        breaches=len(breaches),
        named="；".join(named),
    )


def _measured(name: str, title: str) -> tuple[Of[CountyLine], Of[CountyLine]]:
    """An indicator and what it has grown by against the same month of the year before."""
    return (
        Of(title, lambda line: line.figures.get(name), "percent"),
        Of("同比(%)", lambda line: line.growth.get(name), "percent"),
    )


COLUMNS: Final[Sequence[Of[CountyLine]]] = (
    Of("县（市、区）", lambda line: line.county),
    Of("住院结算人次", lambda line: line.bills, "count", summed=True),
    *(column for name, title in _MEASURED.items() for column in _measured(name, title)),
    Of("逾期事项", lambda line: line.late, "count", summed=True),
    Of("违规事项", lambda line: line.breaches, "count", summed=True),
    Of("责任单位及事项", lambda line: line.named),
)
