"""Rows: budgets, placements, aid on the spot, consultation fees and clinics as they stand."""

from typing import Final

from sqlalchemy import Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from fund_ledger.institutions.domain.aid import Aid, AidGiven, AidReconciled, AidWithdrawn
from fund_ledger.institutions.domain.budget import (
    Budget,
    BudgetAssessed,
    BudgetCut,
    BudgetSet,
    BudgetWithdrawn,
    InstalmentPaid,
    InstalmentReturned,
    PaidByScore,
    PrepaymentGivenBack,
)
from fund_ledger.institutions.domain.clinic import CentreAssigned, Clinic, ClinicPaid, VisitsHandedOver
from fund_ledger.institutions.domain.fee import (
    Fees,
    FeesApprovalWithdrawn,
    FeesApproved,
    FeesPaid,
    FeesPassedOn,
    FeesReported,
    FeesRetained,
    FeesReturned,
    FeesSentBack,
)
from fund_ledger.institutions.domain.placement import Placement, PlacementMoved, PlacementOrdered
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row

TABLES: Final = MetaData()

hospital_budgets: Final = Table(
    "hospital_budgets",
    TABLES,
    *columns_of(
        Budget,
        "budget_id",
        leaving=("scored_on", "paid_by"),
        kind=Text,
        status=Text,
        months=ARRAY(Integer),
        paid_months=ARRAY(Integer),
    ),
    Index("hospital_budgets_hospital", "hospital_id", "county", "fund", "year"),
)
placements: Final = Table("placements", TABLES, *columns_of(Placement, "placement_id"))
on_site_aids: Final = Table(
    "on_site_aids",
    TABLES,
    *columns_of(Aid, "aid_id", status=Text),
    Index("on_site_aids_placement", "placement_id", "aid_id"),
    Index("on_site_aids_settlement", "settlement_id"),
)
consultation_fees: Final = Table(
    "consultation_fees",
    TABLES,
    *columns_of(
        Fees, "fees_id", leaving=("paid_by", "unreported"), route=Text, status=Text, clinics=JSONB, sent_back_for=Text
    ),
    Index("consultation_fees_month", "county", "month"),
)
clinic_centres: Final = Table("clinic_centres", TABLES, *columns_of(Clinic, "county", "clinic_id"))

_budget, _placement = one_row(hospital_budgets, "budget"), one_row(placements, "placement")
_aid, _fees, _clinic = (
    one_row(on_site_aids, "aid"),
    one_row(consultation_fees, "fees"),
    one_row(clinic_centres, "clinic"),
)

ROWS: Final[RowsByEvent] = {
    **dict.fromkeys(
        (
            BudgetSet,
            InstalmentPaid,
            InstalmentReturned,
            BudgetWithdrawn,
            BudgetCut,
            BudgetAssessed,
            PaidByScore,
            PrepaymentGivenBack,
        ),
        _budget,
    ),
    **dict.fromkeys((PlacementOrdered, PlacementMoved), _placement),
    **dict.fromkeys((AidGiven, AidWithdrawn, AidReconciled), _aid),
    **dict.fromkeys(
        (
            FeesReported,
            FeesSentBack,
            FeesApproved,
            FeesApprovalWithdrawn,
            FeesPaid,
            FeesReturned,
            FeesPassedOn,
            FeesRetained,
        ),
        _fees,
    ),
    **dict.fromkeys((CentreAssigned, VisitsHandedOver, ClinicPaid), _clinic),
}
