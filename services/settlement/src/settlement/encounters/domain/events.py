"""What can happen to an encounter. Events carry outcomes, so replay looks nothing up."""

from datetime import date, datetime

import msgspec

from law import Adjudication, Claim, Standing
from settlement.encounters.domain.fees import FeeLine, FeeSums
from settlement.encounters.domain.notices import Notice
from settlement.encounters.domain.owners_events import OuterAmountTold
from settlement.encounters.domain.payees import Route
from settlement.policies.domain import Considered


class EncounterAdmitted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person was admitted, or came for a visit. No deposit is asked of the entitled (先诊疗后付费)."""

    encounter_id: str
    person_id: str
    hospital_id: str
    kind: str
    admitted_on: date
    county: str
    area: str
    deposit_required: bool
    category: str | None = None
    clause: str | None = None
    referral_id: str | None = None
    #: The code of a listed disease, and whether it is one of those that anybody is treated for first.
    disease: str | None = None
    major_disease: bool = False
    #: What the poverty handbook said without which a deposit could have been asked: the agency looks into it.
    handbook: str | None = None
    #: How many admissions of the person there are with it that may exclude each other: it can be given only once.
    admission_number: int | None = None
    #: The first day in hospital where the patient was transferred (转院) on the day of this admission.
    in_hospital_since: date | None = None
    #: What the hospital was told at the door, such as CONTRACT_ENDED.
    notices: tuple[Notice, ...] = ()
    #: The hospital's own number of the stay or visit (住院号, 门诊号), who entered it there, and by which message.
    inpatient_number: str | None = None
    operator: str | None = None
    message_id: str | None = None
    #: ICD-10, the main one first.
    diagnoses: tuple[str, ...] = ()
    #: AGENCY where the papers were handed in there: the bill is no hospital's to change.
    route: Route = "HOSPITAL"


class EncounterCancelled(msgspec.Struct, frozen=True, kw_only=True):
    """An admission was taken back: nobody was in hospital, and its referral may be used by another stay."""

    encounter_id: str
    person_id: str
    hospital_id: str
    reason: str
    cancelled_at: datetime
    referral_id: str | None = None


class EncounterReferred(msgspec.Struct, frozen=True):
    """A stay that began without a referral was given one; ``admission`` is how it stands since."""

    admission: EncounterAdmitted


class AdmissionCorrected(msgspec.Struct, frozen=True, kw_only=True):
    """What was said at the door was corrected; ``admission`` is how it stands since."""

    admission: EncounterAdmitted
    reason: str
    corrected_at: datetime


class FeeLinesUploaded(msgspec.Struct, frozen=True):
    """A batch of fee lines was added to the bill."""

    encounter_id: str
    batch: int
    lines: tuple[FeeLine, ...]
    sums: FeeSums


class FeeBatchVoided(msgspec.Struct, frozen=True):
    """A batch was taken off the bill again."""

    encounter_id: str
    batch: int
    sums: FeeSums


class EncounterDischarged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stay ended, or the visit took place; the facts that settlement asks for are known."""

    encounter_id: str
    discharged_on: date
    cause: str = "illness"
    mental_disorder: bool = False
    valid_invoice: bool = True
    major_disease: bool = False
    #: Approvals that hospitals stated themselves, in events from before departments approved here.
    exception_approved_by: tuple[str, ...] = ()


class DischargeCorrected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stay ended on another day, or with other facts, than was said; ``discharge`` holds since."""

    encounter_id: str
    person_id: str
    discharge: EncounterDischarged
    reason: str
    corrected_at: datetime
    #: As with an admission: two corrections, or one and an admission, cannot both be the person's next.
    admission_number: int | None = None


class DischargeUndone(msgspec.Struct, frozen=True, kw_only=True):
    """The discharge was an error: the stay goes on."""

    encounter_id: str
    person_id: str
    reason: str
    undone_at: datetime


class StayTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """For what a person was treated, as it is told: a listed disease, and the main diagnosis (ICD-10); how far away."""

    disease: str | None = None
    diagnosis: str | None = None
    #: ``in_city``, ``other_city`` or ``other_province``; None in bills from before it was told.
    reach: str | None = None


class SettlementConfirmed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The bill was settled. Everything that the decision rested on is in here: it can be decided again."""

    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    county: str
    area: str
    year: int
    settled_at: datetime
    claim: Claim
    standing: Standing
    adjudication: Adjudication
    policy_digest: str
    #: The benefit year's version after this settlement, and the settlement that was its latest before.
    benefit_year_version: int
    previous_settlement: str | None = None
    referral_id: str | None = None
    #: Figures that the document leaves open, as they were configured when this was decided.
    configured: dict[str, str] = {}
    #: Where more than one policy is in force at the place: all that were compared, the county's first (AMB-D6).
    considered: tuple[Considered, ...] = ()
    #: The revision of what identity had told of the person.
    identity_revision: int | None = None
    #: The record whose benefit year counts it, where the person's own record was merged into that one.
    counted_for: str | None = None
    #: The revision of what referral had told of the stay's referral.
    referral_revision: int | None = None
    #: The hospital's own numbers of the bill (结算单号, 发票号), who settled it there, and by which message.
    settlement_number: str | None = None
    invoice_number: str | None = None
    operator: str | None = None
    message_id: str | None = None
    #: By which route, and which payers then paid the hospital directly: so who gets each layer.
    route: Route = "HOSPITAL"
    deducted: tuple[str, ...] = ()
    #: What was prepaid beyond the own share; 0 of bills from before this was told, which have no ``stay`` either.
    refund_to_patient_fen: int = 0
    stay: StayTold | None = None


class LayerChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a supplement changes for one payer, in fen: the new amount less the old one."""

    payer: str
    amount_fen: int
    clause: str
    document: str
    payout_fen: int = 0
    funds: tuple[str, ...] = ()


class SettlementSupplemented(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A settlement was decided again on other facts; it stays, and this pays or claws back the difference (AMB-X8).

    ``adjudication`` is the new outcome whole; ``layers``, ``patient_fen`` and ``payout_fen`` are new less old. All
    supplements of one release carry the same ``benefit_year_version`` and the year's standing after all of them.
    """

    supplement_id: str
    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    county: str
    area: str
    year: int
    review_id: str
    supplemented_at: datetime
    claim: Claim
    standing: Standing
    adjudication: Adjudication
    policy_digest: str
    layers: tuple[LayerChange, ...]
    patient_fen: int
    payout_fen: int
    balances_fen: dict[str, int]
    benefit_year_version: int
    latest_settlement: str | None = None
    configured: dict[str, str] = {}
    considered: tuple[Considered, ...] = ()
    identity_revision: int | None = None
    #: The record whose benefit year counts it, where the person's own record was merged into that one.
    counted_for: str | None = None
    #: As of the settlement.
    route: Route = "HOSPITAL"
    deducted: tuple[str, ...] = ()


class CatalogueExceptionApproved(msgspec.Struct, frozen=True, kw_only=True):
    """A department approved that cost outside the catalogue exceeds the limit (003 二(七) 特殊情况)."""

    encounter_id: str
    person_id: str
    hospital_id: str
    department: str
    approved_on: date
    evidence: str


class CauseFound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a bill was for came out otherwise: an accident that others answer for, a court's ruling (004 八(一)).

    ``excluded_fen`` is the part of the bill that it is about, None for all of it. ``lines_excluded_fen`` and
    ``lines_excluded_compliant_fen`` are what the bill's own lines keep away from aid.
    """

    encounter_id: str
    person_id: str
    hospital_id: str
    cause: str
    evidence: str
    found_on: date
    mental_disorder: bool = False
    excluded_fen: int | None = None
    excluded_compliant_fen: int = 0
    lines_excluded_fen: int = 0
    lines_excluded_compliant_fen: int = 0


class SettlementRevoked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A settlement was taken back whole; the year stands as it did without it.

    Where later settlements of the year stand, they are decided again at the same moment, each with a supplement.
    """

    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    area: str
    year: int
    revoked_at: datetime
    reason: str
    refund_to_patient_fen: int
    balances_fen: dict[str, int]
    benefit_year_version: int
    latest_settlement: str | None = None
    #: The record whose benefit year counts it, where the person's own record was merged into that one.
    counted_for: str | None = None


EncounterEvent = (
    EncounterAdmitted
    | EncounterCancelled
    | EncounterReferred
    | AdmissionCorrected
    | FeeLinesUploaded
    | FeeBatchVoided
    | EncounterDischarged
    | DischargeCorrected
    | DischargeUndone
    | SettlementConfirmed
    | SettlementSupplemented
    | CatalogueExceptionApproved
    | CauseFound
    | OuterAmountTold
    | SettlementRevoked
)


def year_of(event: SettlementConfirmed | SettlementSupplemented | SettlementRevoked) -> str:
    """Whose benefit year counts it."""
    return event.counted_for or event.person_id
