"""Which reports there are, which clock of a document asks for each, and what is asked of one (DOMAIN B8)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from kernel.values.division_table import check_division
from kernel.values.divisions import prefix_of
from kernel.values.refusals import Refused, not_found
from law.packs import PackLibrary
from operations.periods.domain import Period


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of report: its title, the clock that asks for it, and for which periods.

    ``meets`` is the duty whose owner's clock is met when the report is made, empty where the clock is of no unit; None
    where the paper is not yet what is due: a meeting is held, a clearing is paid.
    """

    title: str
    clock: str
    periods: tuple[str, ...] = ("month",)
    #: Whether it lies on the table in the period after, as what a meeting of the next quarter talks about.
    of_next: bool = False
    meets: str | None = None
    #: Whether it tells of a day in the period, so that the period need not have ended; each level has one of its own.
    of_a_day: bool = False
    #: Whether it is made county by county.
    of_counties: bool = False


_HUINING: Final = "建档立卡贫困人口及农村兜底保障户患者"
_ALL_PERIODS: Final = ("month", "quarter", "half", "year")
KINDS: Final[Mapping[str, Kind]] = {
    "ledger-backstop": Kind(title=f"{_HUINING}兜底保障报销台账", clock="monthly_report", meets="MA"),
    "ledger-basic": Kind(title=f"{_HUINING}基本医疗住院和门诊慢病报销台账", clock="monthly_report", meets="BMI"),
    "ledger-critical": Kind(title=f"{_HUINING}大病保险报销台账", clock="monthly_report", meets="CII"),
    "summary": Kind(title="健康扶贫工作情况汇总表", clock="monthly_report", periods=_ALL_PERIODS),
    "dispatch-notice": Kind(title="健康扶贫“一站式”结算工作调度通报", clock="dispatch_notice", meets=""),
    "late-register": Kind(title="资金和数据迟延登记表", clock="dispatch_notice"),
    **{
        name: Kind(title=title, clock="joint_meeting", periods=("month", "quarter"), of_next=True)
        for name, title in (
            ("meeting-units", "健康扶贫联席会议成员单位工作情况"),
            ("meeting-problems", "健康扶贫联席会议问题清单"),
            ("meeting-next", "健康扶贫联席会议下一步工作"),
        )
    },
    # 003 一(二)-(三): every level tells those below it; the rosters are the county's own (各县（市、区）要逐户逐人).
    "coverage-notice": Kind(title="建档立卡贫困人口参保缴费情况通报", clock="coverage_notice", meets="", of_a_day=True),
    **{
        name: Kind(title=title, clock="coverage_notice", of_a_day=True, of_counties=True)
        for name, title in (
            ("coverage-roster", "建档立卡贫困人口未参保人员花名册（逐户逐人）"),
            ("coverage-exceptions", "建档立卡贫困人口不符合参保条件人员台账"),
        )
    },
    "county-statement": Kind(title="医疗救助资金收支情况表", clock="hospital_clearing", periods=_ALL_PERIODS),
}


#: What lies on the table of a joint meeting (002 四(一)), in this order.
MEETING_PACK: Final = ("meeting-units", "meeting-problems", "meeting-next", "summary")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A report of a place and period. What moved in a period that has ended never changes: what is taken back later
    stands in a later one, reversed. So the same report comes out whenever it is made."""

    report: str
    area: str
    period: Period


class Ordered(msgspec.Struct, frozen=True):
    """The document that asks for a report at a place, and its clause."""

    document: str
    clause: str


def kind_of(report: str) -> Kind:
    """The kind of a report; raises Refused REPORT_UNKNOWN."""
    kind = KINDS.get(report)
    if kind is None:
        raise not_found("REPORT_UNKNOWN", f"there is no report {report!r}; there are {', '.join(KINDS)}", report=report)
    return kind


def check_asked(asked: Asked, today: date, library: PackLibrary) -> Ordered:
    """Who asks for the report there.

    Raises Refused REPORT_UNKNOWN, DIVISION_UNKNOWN, PERIOD_NOT_ENDED, REPORT_NOT_FOR_PERIOD, REPORT_OF_COUNTIES,
    REPORT_NOT_ASKED.
    """
    kind, period = kind_of(asked.report), asked.period
    check_division(asked.area, period.last.year, "area")
    if kind.of_a_day and today < period.first:
        detail = f"{period.name} begins on {period.first}; today, on {today}, nothing was compared for it"
        raise Refused("PERIOD_NOT_ENDED", detail, about={"period": period.name})
    if today <= period.last and not kind.of_a_day:
        detail = f"{period.name} ends on {period.last}; today, on {today}, there is no whole report of it"
        raise Refused("PERIOD_NOT_ENDED", detail, about={"period": period.name})
    if period.kind not in kind.periods:
        detail = f"{asked.report} is for a {' or '.join(kind.periods)}, not for {period.name}"
        raise Refused("REPORT_NOT_FOR_PERIOD", detail, about={"period": period.name})
    if kind.of_counties and len(prefix_of(asked.area)) < len(asked.area):
        detail = f"{asked.area} is no county; {asked.report} is made county by county"
        raise Refused("REPORT_OF_COUNTIES", detail, about={"report": asked.report})
    for policy in library.candidates(asked.area, period.last):
        for clock in policy.file.clocks:
            if clock.name == kind.clock:
                return Ordered(policy.file.document.cited_as, clock.clause)
    detail = f"no document in force at {asked.area} on {period.last} asks for {asked.report}"
    raise not_found("REPORT_NOT_ASKED", detail, area=asked.area, report=asked.report)
