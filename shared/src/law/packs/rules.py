"""What a document orders beside the waterfall: clocks, prepayment, clearing, advances, referral, tests, duties."""

from datetime import date
from typing import Literal

from law.rows import DiseaseList, Funding, Kind, Level, Part


class _Clock(Part, tag_field="due", frozen=True, kw_only=True):
    """A date by which something must have happened."""

    name: str
    clause: str


class WorkingDaysAfter(_Clock, tag="working_days_after", frozen=True, kw_only=True):
    """Due on the n-th working day after a start; the day of the start is not counted (AMB-L6)."""

    starts: str
    days: int


class DayOfMonth(_Clock, tag="day_of_month", frozen=True, kw_only=True):
    """Due by a day of the month before, or after, the month that it is for (AMB-H3: that day is in time)."""

    day: int
    month: Literal["before", "after", "same"]
    holidays: Literal["no_shift", "next_working_day"] = "no_shift"
    edge: Literal["inclusive", "exclusive"] = "inclusive"


class DayOfYear(_Clock, tag="day_of_year", frozen=True, kw_only=True):
    """Due by a day of the year; without a day, by the end of the month."""

    month: int
    day: int | None = None


class EveryMonth(_Clock, tag="every_month", frozen=True, kw_only=True):
    """Due every month; the document names no day."""


class EveryQuarter(_Clock, tag="every_quarter", frozen=True, kw_only=True):
    """Due every quarter; the document names no day."""


class FollowUp(_Clock, tag="interval", frozen=True, kw_only=True):
    """Due again and again; ``days`` is a sample where no document gives a number (AMB-L10)."""

    days: int
    sample: bool = False


class Milestone(_Clock, tag="milestone", frozen=True, kw_only=True):
    """Due once, on or before a day."""

    on: date


Clock = WorkingDaysAfter | DayOfMonth | DayOfYear | EveryMonth | EveryQuarter | FollowUp | Milestone


class _Prepayment(Part, tag_field="rule", frozen=True, kw_only=True):
    """Money that stands ready before bills come."""

    fund: str
    clause: str


class Reserve(_Prepayment, tag="reserve", frozen=True, kw_only=True):
    """Each department first puts in so many months, or a share of the year (AMB-H2)."""

    months: int
    percent_of_year: str
    combine: Literal["max", "percent_only", "months_only"] = "max"


class Assessment(_Prepayment, tag="prepay_and_assess", frozen=True, kw_only=True):
    """A share is prepaid; the rest is a pool that is paid out by assessment (AMB-C3)."""

    prepay_percent: str
    payout: Literal["linear_score"] = "linear_score"


class Quota(_Prepayment, tag="percent_of_last_year", frozen=True, kw_only=True):
    """A share of last year's cost; what is left at year's end is taken off the next quota (AMB-E7)."""

    percent: str
    carried: Literal["carry_offset"] = "carry_offset"


class Placement(_Prepayment, tag="placed_at_hospital", frozen=True, kw_only=True):
    """Money is placed at hospitals, who draw on it for aid on the spot."""


class Contracted(_Prepayment, tag="by_contract", frozen=True, kw_only=True):
    """Prepayment as the contract with the institution says; the document gives no figure."""


Prepayment = Reserve | Assessment | Quota | Placement | Contracted


class Clearing(Part, frozen=True, kw_only=True):
    """What was paid in is compared with what was used; each account by itself."""

    account: str
    clause: str
    #: The month in which it is done; None where the document names none.
    month: int | None = None
    every: Literal["month", "year"] = "year"
    rule: Literal["refund_or_top_up"] = "refund_or_top_up"


class ConsultationFee(Part, frozen=True, kw_only=True):
    """The general consultation fee of clinics, which reaches them whole; the document names no amount of a visit.

    ``configured`` is what a county's settings call the fee; without it none is booked. ``sample_yuan`` is for examples.
    """

    fund: str
    clause: str
    sample_yuan: str
    configured: str = "consultation_fee_yuan"


class AdvanceLine(Part, frozen=True, kw_only=True):
    """Who may draw an advance: strictly above an amount (超过), perhaps only at risk of falling into poverty."""

    person: Literal["poor", "rural_non_poor"]
    above_yuan: str
    needs_risk: bool = False


class Advance(Part, frozen=True, kw_only=True):
    """A revolving fund that pays first and gets its money back."""

    fund: str
    name: str
    clause: str
    repaid_by: Literal["reimbursement", "insurer"]
    lines: tuple[AdvanceLine, ...] = ()
    #: What becomes of an advance that the reimbursement does not cover (AMB-L7).
    shortfall: Literal["receivable", "write_off"] = "receivable"


#: What a place may ask to be handed in with a referral; the referral service knows each.
PaperForm = Literal["id_card_copy", "household_book_copy", "social_card_copy", "handbook_copy", "diagnosis_certificate"]


class Paper(Part, frozen=True, kw_only=True):
    """One paper that must be handed in; any of its forms will do."""

    any_of: tuple[PaperForm, ...]
    clause: str


class TickBox(Part, frozen=True, kw_only=True):
    """A check box of a form: the category that it stands for, and what it is called on paper."""

    category: str
    label: str


class ReferralForm(Part, frozen=True, kw_only=True):
    """The form as it stands on paper in this place; ``fields`` are those beside name and number."""

    clause: str
    title: str
    copies: tuple[str, ...]
    ticks: tuple[TickBox, ...] = ()
    fields: tuple[Literal["phone", "address", "card_number"], ...] = ()
    notes: tuple[str, ...] = ()


class ReferralRule(Part, frozen=True, kw_only=True):
    """What makes care outside the county count (AMB-H5)."""

    clause: str
    papers: tuple[Paper, ...] = ()
    #: None where the document has none of its own.
    form: ReferralForm | None = None
    #: Whether the agency approves only what it can see: each paper, and the form with its seals, as a scan.
    scanned: bool = False
    flags: tuple[str, ...] = ()
    #: An emergency needs a referral like any other stay, one that may be filed afterwards, or none.
    emergency: Literal["not_exempt", "filed_afterwards", "exempt"] = "not_exempt"
    #: Days for which an approval holds, that of the approval being the first; None is without end.
    valid_days: int | None = None


class Indicator(Part, frozen=True, kw_only=True):
    """A share that is watched; ``at_least_percent`` is not rounded up to be reached."""

    name: str
    clause: str
    owner: str | None = None
    at_least_percent: str | None = None


class Certification(Part, frozen=True, kw_only=True):
    """Who may certify a special chronic disease."""

    clause: str
    diseases: int
    hospital_grade_min: int
    doctors_min: int
    title_min: Literal["attending"]
    effective: Literal["from_entry"] = "from_entry"
    if_cancelled: Literal["hospital_bears"] = "hospital_bears"
    #: Which diseases; ``diseases`` is how many there are.
    disease_list: DiseaseList | None = None
    #: Care that must rest on a certification which holds on the day; without it the payers in ``withhold`` pay nothing.
    required_for: tuple[Kind, ...] = ()
    withhold: tuple[str, ...] = ()
    #: Payers whose money for such care is refused to the hospital where the certification is cancelled afterwards.
    refused: tuple[str, ...] = ()


class Exemption(Part, frozen=True, kw_only=True):
    """A reason why a registered-poor person need not be enrolled."""

    code: str
    name: str


class EnrolmentCheck(Part, frozen=True, kw_only=True):
    """The monthly comparison of the poor with the insured."""

    clause: str
    exemptions: tuple[Exemption, ...]


class LowIncomeTest(Part, frozen=True, kw_only=True):
    """Income per head up to a multiple of the local line, and assets below the local limit."""

    clause: str
    income_multiple: str


class Premium(Part, frozen=True, kw_only=True):
    """Who has the personal premium paid, and out of which funds."""

    clause: str
    rows: tuple[Funding, ...]


class Source(Part, frozen=True, kw_only=True):
    """Where a fund's money comes from."""

    code: str
    name: str
    clause: str
    percent: str | None = None


class ServicePoint(Part, frozen=True, kw_only=True):
    """A window where cases are accepted."""

    name: str
    accepts: tuple[Literal["in_county", "out_county"], ...]
    clause: str
    levels: tuple[Level, ...] = ()


class Duty(Part, frozen=True, kw_only=True):
    """Who answers for what."""

    owner: str
    of: tuple[str, ...]
    clause: str
