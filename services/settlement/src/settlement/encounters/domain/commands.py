"""What can be asked of an encounter. Whatever a decision rests on arrives in the command."""

from datetime import date, datetime

import msgspec

from law import Standing
from law.packs import Policy
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.entitlement import Arrival
from settlement.encounters.domain.fees import FeeLine
from settlement.encounters.domain.readjudication import Correction
from settlement.institutions.domain import Institution
from settlement.people.domain import Who
from settlement.referrals.domain import Referral


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


class Refer(msgspec.Struct, frozen=True):
    """Name the referral of a stay that began without one, such as an emergency's that was filed afterwards."""

    referral_id: str


class UploadFees(msgspec.Struct, frozen=True):
    """Add a batch of lines to the bill."""

    lines: tuple[FeeLine, ...]


class VoidFees(msgspec.Struct, frozen=True):
    """Take a batch off the bill."""

    batch: int


class Discharge(msgspec.Struct, frozen=True, kw_only=True):
    """End the stay."""

    discharged_on: date
    today: date
    cause: str = "illness"
    mental_disorder: bool = False
    valid_invoice: bool = True
    major_disease: bool = False


class Presented(msgspec.Struct, frozen=True):
    """What the hospital presents with the bill: what each outer payer gave, its own total, what the patient prepaid."""

    given_fen: dict[str, int]
    stated_total_fen: int | None = None
    patient_prepaid_fen: int | None = None


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


class ApproveException(msgspec.Struct, frozen=True):
    """A department approves cost outside the catalogue above the limit, before or after settlement."""

    department: str
    approved_on: date
    today: date
    evidence: str


class Supplement(msgspec.Struct, frozen=True, kw_only=True):
    """Put a settlement's new outcome beside it; ``year_after`` is how the benefit year stands after the release."""

    supplement_id: str
    review_id: str
    correction: Correction
    identity_revision: int
    now: datetime
    year_after: BenefitYear


class Revoke(msgspec.Struct, frozen=True):
    """Take the latest settlement back."""

    settlement_id: str
    reason: str
    now: datetime
    benefit_year: BenefitYear


Command = Admit | Refer | UploadFees | VoidFees | Discharge | Settle | ApproveException | Supplement | Revoke
