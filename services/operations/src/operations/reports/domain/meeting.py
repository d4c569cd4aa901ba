"""The papers of Huining's joint meeting (002 四(一)): what each unit did, what is not put right, what comes next.

An extra meeting (临时碰头会) has the papers of a month.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from law.packs.rules import Duty
from operations.breaches.domain.breach import Breach
from operations.breaches.domain.kinds import RULES, BreachKind
from operations.clocks.domain.schedule import Due, State
from operations.reports.domain.sheet import Of

_NOBODY: Final = "（文件未明确责任单位）"
_STATUS: Final = {"OPEN": "未通报", "NOTICED": "已通报", "CLOSED": "已整改"}

#: Of these the register of late money and data tells (001 三(三)).
LATE: Final = frozenset({BreachKind.FUND_LATE, BreachKind.RESERVE_SHORT, BreachKind.IDENTITY_DATA_LATE})


class UnitLine(msgspec.Struct, frozen=True, kw_only=True):
    """A member unit: its tasks by clause, what was due of it in the period, what was found, what it has put right."""

    unit: str
    tasks: str
    due: int
    in_time: int
    done_late: int
    missing: int
    found: int
    closed: int
    standing: int


class ProblemLine(msgspec.Struct, frozen=True, kw_only=True):
    """A problem that was found in the period or was not put right before it."""

    unit: str
    kind: str
    why: str
    opened_on: date
    state: str
    notice: str | None
    closed_on: date | None
    how: str | None


def unit_lines(
    duties: Sequence[Duty], dues: Sequence[tuple[Due, State]], breaches: Sequence[Breach], first: date, last: date
) -> list[UnitLine]:
    """A line a unit: those with a duty in the order of the document, then whoever else has something due or to mend."""
    tasks: dict[str, list[str]] = {}
    for duty in duties:
        tasks.setdefault(duty.owner, []).append(duty.clause)
    named = [*tasks, *(due.owner or _NOBODY for due, _ in dues), *(breach.party for breach in breaches)]
    return [_unit(unit, tasks.get(unit, ()), dues, breaches, (first, last)) for unit in dict.fromkeys(named)]


def _unit(
    unit: str,
    clauses: Sequence[str],
    dues: Sequence[tuple[Due, State]],
    breaches: Sequence[Breach],
    span: tuple[date, date],
) -> UnitLine:
    states = [state for due, state in dues if (due.owner or _NOBODY) == unit]
    own = [breach for breach in breaches if breach.party == unit]
    closed = [breach for breach in own if breach.closed_on is not None and breach.closed_on <= span[1]]
    return UnitLine(
        unit=unit,
        tasks="；".join(dict.fromkeys(clauses)),
        due=len(states),
        in_time=states.count("DONE"),
        done_late=states.count("DONE_LATE"),
        missing=len(states) - states.count("DONE") - states.count("DONE_LATE"),
        found=sum(breach.opened_on >= span[0] for breach in own),
        closed=len(closed),
        standing=len(own) - len(closed),
    )


def problem_lines(breaches: Sequence[Breach], last: date) -> list[ProblemLine]:
    """A line a problem, as it stood on the last day of the period: what is not put right comes first."""

    def line(breach: Breach) -> ProblemLine:
        closed = breach.closed_on is not None and breach.closed_on <= last
        noticed = breach.noticed_on is not None and breach.noticed_on <= last
        return ProblemLine(
            unit=breach.party,
            kind=RULES[breach.kind].title,
            why=breach.why,
            opened_on=breach.opened_on,
            state=_STATUS["CLOSED" if closed else "NOTICED" if noticed else "OPEN"],
            notice=breach.notice if noticed else None,
            closed_on=breach.closed_on if closed else None,
            how=breach.closed_because if closed else None,
        )

    return sorted(map(line, breaches), key=lambda one: (one.closed_on is not None, one.unit, one.opened_on, one.why))


UNIT_COLUMNS: Final[Sequence[Of[UnitLine]]] = (
    Of("成员单位", lambda line: line.unit),
    Of("任务（条款）", lambda line: line.tasks),
    Of("应办事项", lambda line: line.due, "count", summed=True),
    Of("按时办结", lambda line: line.in_time, "count", summed=True),
    Of("逾期办结", lambda line: line.done_late, "count", summed=True),
    Of("未办结", lambda line: line.missing, "count", summed=True),
    Of("新发现问题", lambda line: line.found, "count", summed=True),
    Of("已整改问题", lambda line: line.closed, "count", summed=True),
    Of("期末未整改", lambda line: line.standing, "count", summed=True),
)
PROBLEM_COLUMNS: Final[Sequence[Of[ProblemLine]]] = (
    Of("责任单位", lambda line: line.unit),
    Of("问题类别", lambda line: line.kind),
    Of("问题", lambda line: line.why),
    Of("发现日期", lambda line: line.opened_on, "day"),
    Of("状态", lambda line: line.state),
    Of("通报文号", lambda line: line.notice),
    Of("整改日期", lambda line: line.closed_on, "day"),
    Of("整改情况", lambda line: line.how),
)
NEXT_COLUMNS: Final[Sequence[Of[Due]]] = (
    Of("到期日", lambda due: due.due_on, "day"),
    Of("责任单位", lambda due: due.owner or _NOBODY),
    Of("事项", lambda due: _titled(due.clock)),
    Of("所属期间", lambda due: due.period),
    Of("依据", lambda due: f"{due.document} {due.clause}"),
)
#: What clocks of packs are called in words; one without a word here stands under its own name.
_TITLES: Final[Mapping[str, str]] = {
    "monthly_report": "信息报送",
    "first_report": "首次信息报送",
    "joint_meeting": "联席会议",
    "prepayment": "预拨资金",
}


def _titled(clock: str) -> str:
    return _TITLES.get(clock, clock)
