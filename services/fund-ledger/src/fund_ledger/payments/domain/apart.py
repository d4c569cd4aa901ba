"""What is paid by a door of its own, and so not by hand and not on a hospital's statement: it would be paid twice."""

from typing import Final

from fund_ledger.charts.domain import Chart
from kernel.values.refusals import conflict

#: The purpose of a fund that pays the general consultation fee, which each month's report settles (003 四(十一)).
CONSULT_FEE: Final = "CONSULT_FEE"


def check_not_apart(chart: Chart, fund: str) -> None:
    """Refuse what a month's report of consultation fees pays: PAID_BY_REPORT. A fund that is unknown is another's."""
    known = chart.funds.get(fund)
    if known is not None and CONSULT_FEE in known.purposes:
        raise conflict(
            "PAID_BY_REPORT", f"what {fund} owes is paid by its report: see /v1/consultation-fees", fund=fund
        )
