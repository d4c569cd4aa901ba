"""What the documents in force say of a case: how long its payment may take, and who audits which part."""

from collections.abc import Sequence

from law.clocks.working_days import WorkingCalendar
from law.packs import Policy
from law.packs.rules import WorkingDaysAfter
from settlement.cases.domain.standing import Clock
from settlement.encounters.domain.events import EncounterEvent, SettlementConfirmed


def clock_of(policies: Sequence[Policy], calendar: WorkingCalendar) -> Clock:
    """The clock of the first document in force that has one."""
    clocks = [clock for policy in policies for clock in policy.file.clocks]
    payout = (clock for clock in clocks if isinstance(clock, WorkingDaysAfter) and clock.name == "payout")
    return Clock(next((clock.days for clock in payout), None), calendar)


def auditors_of(policies: Sequence[Policy], settled: EncounterEvent) -> tuple[str, ...]:
    """Who audits a part of the bill that is not zero: duties such as ``audit MA``."""
    assert isinstance(settled, SettlementConfirmed), "the bill was settled just now"
    layers = settled.adjudication.layers
    parts = {f"audit {layer.payer}" for layer in layers if layer.amount_fen or layer.payout_fen}
    duties = [duty for policy in policies for duty in policy.file.duties]
    return tuple(dict.fromkeys(duty.owner for duty in duties if parts & set(duty.of)))
