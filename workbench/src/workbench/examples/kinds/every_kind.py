"""Every kind of example beside ``settle``: tables of cases, or what is given and what must come out."""

from typing import TypeAlias

from workbench.examples.kinds.advances import AdvanceEligibility, CiiRevolving, FundRevolving
from workbench.examples.kinds.bills import BandTable, CiiSegment, ExclusionTable, Idempotency, Readjudicate, RejectTable
from workbench.examples.kinds.clinics import ClawbackExample, ClinicLedgerExample, MonthlyBill, PassThrough
from workbench.examples.kinds.clocks import Deadline, RatioKpi, RatioThreshold, ReferralGate, SlaWorkingDays
from workbench.examples.kinds.funds import (
    ClearingExample,
    Lottery,
    Prealloc,
    PremiumExample,
    Prepay25,
    ReserveExample,
    Split6040,
)
from workbench.examples.kinds.people import (
    CertTable,
    CoverageExample,
    EligibilityTable,
    LowIncomeExample,
    PrecedenceTable,
)

Kinds: TypeAlias = (
    AdvanceEligibility
    | BandTable
    | CertTable
    | CiiRevolving
    | CiiSegment
    | ClawbackExample
    | ClearingExample
    | ClinicLedgerExample
    | CoverageExample
    | Deadline
    | EligibilityTable
    | ExclusionTable
    | FundRevolving
    | Idempotency
    | Lottery
    | LowIncomeExample
    | MonthlyBill
    | PassThrough
    | Prealloc
    | PrecedenceTable
    | PremiumExample
    | Prepay25
    | RatioKpi
    | RatioThreshold
    | Readjudicate
    | ReferralGate
    | RejectTable
    | ReserveExample
    | SlaWorkingDays
    | Split6040
)
