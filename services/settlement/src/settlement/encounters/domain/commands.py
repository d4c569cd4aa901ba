"""What can be asked of an encounter. Whatever a decision rests on arrives in the command."""

from datetime import date, datetime

import msgspec

from law import Standing
from law.packs import Policy
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.bill_lines import LineOnBill
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.domain.fees import FeeLine
from settlement.encounters.domain.payees import Route
from settlement.encounters.domain.readjudication import Correction
from settlement.encounters.domain.stays import Stay
from settlement.institutions.domain import Institution
from settlement.people.domain import Who
from settlement.referrals.domain import Referral


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What the hospital calls a stay or a bill, who entered it there, and by which message."""

    inpatient_number: str | None = None
    settlement_number: str | None = None
    invoice_number: str | None = None
    operator: str | None = None
    message_id: str | None = None


class Admit(msgspec.Struct, frozen=True, kw_only=True):
    """Take a person in. Visits (everything but a stay) end on the day they begin.

    ``policies`` are those in force at the place, the county's first: the person gets the better one (AMB-D6).
    """

    encounter_id: str
    person_id: str
    arrival: Arrival
    today: date
    county: str
    standing: Standing
    policies: tuple[Policy, ...]
    referral_id: str | None = None
    #: The person's other stays, and how many admissions there were that may exclude this one.
    others: tuple[Stay, ...] = ()
    admission_number: int | None = None
    numbers: Numbers = Numbers()
    diagnoses: tuple[str, ...] = ()
    route: Route = "HOSPITAL"


class Cancel(msgspec.Struct, frozen=True):
    """Take an admission back that was an error, before the bill is settled."""

    reason: str
    now: datetime


class Refer(msgspec.Struct, frozen=True):
    """Name the referral of a stay that began without one, such as an emergency's that was filed afterwards."""

    referral_id: str
    admission_number: int | None = None


class CorrectAdmission(msgspec.Struct, frozen=True):
    """Correct what was said at the door; ``admit`` is what would be right, decided as at the door."""

    admit: Admit
    reason: str
    now: datetime


class UploadFees(msgspec.Struct, frozen=True):
    """Add a batch of lines to the bill; ``on_bill`` are the lines with a number that are on it."""

    lines: tuple[FeeLine, ...]
    today: date
    on_bill: tuple[LineOnBill, ...] = ()


class VoidFees(msgspec.Struct, frozen=True):
    """Take a batch off the bill; ``on_bill`` as in ``UploadFees``."""

    batch: int
    on_bill: tuple[LineOnBill, ...] = ()


class Discharge(msgspec.Struct, frozen=True, kw_only=True):
    """End the stay."""

    discharged_on: date
    today: date
    cause: str = "illness"
    mental_disorder: bool = False
    valid_invoice: bool = True
    major_disease: bool = False
    deceased_on: date | None = None
    #: The person's other stays.
    others: tuple[Stay, ...] = ()


class CorrectDischarge(msgspec.Struct, frozen=True):
    """Correct the day or the facts of a discharge; ``discharge`` is what would be right."""

    discharge: Discharge
    reason: str
    now: datetime
    admission_number: int | None = None


class UndoDischarge(msgspec.Struct, frozen=True):
    """Take a discharge back that was an error: the stay goes on."""

    reason: str
    now: datetime


class Presented(msgspec.Struct, frozen=True):
    """What the hospital presents with the bill: what each outer payer gave, its own total, what the patient prepaid.

    ``deducted`` are the outer payers that paid an outside hospital directly, where the agency settles.
    """

    given_fen: dict[str, int]
    stated_total_fen: int | None = None
    patient_prepaid_fen: int | None = None
    numbers: Numbers = Numbers()
    deducted: tuple[str, ...] = ()


class Tells(msgspec.Struct, frozen=True, kw_only=True):
    """What the others are told of bills from now on, once each instance that runs tells it (decision 0052).

    ``stays``: what a stay was like; ``cases``: paper cases, and how far from home a stay was.
    """

    stays: bool = True
    cases: bool = True


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """Settle the bill, with all that the decision rests on; ``policies`` as at admission."""

    settlement_id: str
    presented: Presented
    now: datetime
    county: str
    institution: Institution
    who: Who
    policies: tuple[Policy, ...]
    benefit_year: BenefitYear
    referral: Referral | None = None
    tells: Tells = Tells()


class ApproveException(msgspec.Struct, frozen=True):
    """A department approves cost outside the catalogue above the limit, before or after settlement."""

    department: str
    approved_on: date
    today: date
    evidence: str


class FindCause(msgspec.Struct, frozen=True, kw_only=True):
    """What a bill was for came out otherwise than was said, before or after settlement (004 八(一)).

    Without ``excluded_fen`` the cause is that of the whole bill; with it, of so much of it, in fen, of which
    ``excluded_compliant_fen`` is compliant cost.
    """

    cause: str
    evidence: str
    found_on: date
    today: date
    mental_disorder: bool = False
    excluded_fen: int | None = None
    excluded_compliant_fen: int = 0


class TellAmount(msgspec.Struct, frozen=True, kw_only=True):
    """The owner of an outer payer tells what it gives for the stay, in fen, before or after settlement."""

    department: str
    payer: str
    amount_fen: int
    given_on: date
    today: date
    evidence: str


class Supplement(msgspec.Struct, frozen=True, kw_only=True):
    """Put a settlement's new outcome beside it; ``year_after`` is how the benefit year stands after the release."""

    supplement_id: str
    review_id: str
    correction: Correction
    identity_revision: int | None
    now: datetime
    year_after: BenefitYear


class Revoke(msgspec.Struct, frozen=True, kw_only=True):
    """Take a settlement back: the latest of the year, or any where ``cascade`` says that the later ones follow.

    ``before`` is the settlement before it that stands, ``cascade`` is the agency's (AMB-X4).
    """

    settlement_id: str
    reason: str
    now: datetime
    benefit_year: BenefitYear
    before: str | None = None
    cascade: bool = False


Correct = CorrectAdmission | CorrectDischarge | UndoDischarge
Command = (
    Admit
    | Cancel
    | Refer
    | Correct
    | UploadFees
    | VoidFees
    | Discharge
    | Settle
    | ApproveException
    | FindCause
    | TellAmount
    | Supplement
    | Revoke
)
