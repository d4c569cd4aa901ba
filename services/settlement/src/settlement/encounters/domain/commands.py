"""What can be asked of an encounter. Whatever a decision rests on arrives in the command."""

from datetime import date, datetime

import msgspec

from law import Standing
from law.certificate import Certificate
from law.packs import Policy
from settlement.encounters.domain.fees import FeeLine
from settlement.encounters.domain.readjudication import Correction
from settlement.institutions.domain.institution import Institution
from settlement.years.domain.benefit_year import BenefitYear


class Admit(msgspec.Struct, frozen=True):
    """Take a person in. Visits (everything but a stay) end on the day they begin.

    ``rivals`` are further policies in force at the place: the person gets the better one (AMB-D6). ``disease`` is the
    code of a listed disease: a certified chronic one of a visit, or a major one of a stay. ``handbook`` is what
    identity said of a poverty handbook that was shown.
    """

    encounter_id: str
    person_id: str
    hospital_id: str
    kind: str
    admitted_on: date
    today: date
    county: str
    area: str
    standing: Standing
    policy: Policy
    place: str
    institution: Institution
    referral_id: str | None = None
    rivals: tuple[Policy, ...] = ()
    disease: str | None = None
    handbook: str | None = None


class Refer(msgspec.Struct, frozen=True):
    """Name the referral of a stay that began without one, such as an emergency's that was filed afterwards."""

    referral_id: str


class UploadFees(msgspec.Struct, frozen=True):
    """Add a batch of lines to the bill."""

    lines: tuple[FeeLine, ...]


class VoidFees(msgspec.Struct, frozen=True):
    """Take a batch off the bill."""

    batch: int


class Discharge(msgspec.Struct, frozen=True):
    """End the stay."""

    discharged_on: date
    today: date
    cause: str = "illness"
    mental_disorder: bool = False
    valid_invoice: bool = True
    major_disease: bool = False


class Settle(msgspec.Struct, frozen=True):
    """Settle the bill, with all that the decision rests on; ``rivals`` as at admission."""

    settlement_id: str
    given_fen: dict[str, int]
    now: datetime
    county: str
    place: str
    institution: Institution
    standing: Standing
    policy: Policy
    benefit_year: BenefitYear
    stated_total_fen: int | None = None
    referral_approved_on: date | None = None
    patient_prepaid_fen: int | None = None
    rivals: tuple[Policy, ...] = ()
    identity_revision: int | None = None
    certificates: tuple[Certificate, ...] = ()
    emergency: bool = False


class ApproveException(msgspec.Struct, frozen=True):
    """A department approves cost outside the catalogue above the limit, before or after settlement."""

    department: str
    approved_on: date
    today: date
    evidence: str


class Supplement(msgspec.Struct, frozen=True):
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
