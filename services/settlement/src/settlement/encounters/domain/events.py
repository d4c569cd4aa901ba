"""What can happen to an encounter. Events carry outcomes, so replay looks nothing up."""

from datetime import date, datetime

import msgspec

from law import Adjudication, Claim, Standing
from settlement.encounters.domain.fees import FeeLine, FeeSums
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


class EncounterReferred(msgspec.Struct, frozen=True):
    """A stay that began without a referral was given one; ``admission`` is how it stands since."""

    admission: EncounterAdmitted


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


class CatalogueExceptionApproved(msgspec.Struct, frozen=True, kw_only=True):
    """A department approved that cost outside the catalogue exceeds the limit (003 二(七) 特殊情况)."""

    encounter_id: str
    person_id: str
    hospital_id: str
    department: str
    approved_on: date
    evidence: str


class SettlementRevoked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A settlement was taken back whole; the year stands again as it did before."""

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
    | EncounterReferred
    | FeeLinesUploaded
    | FeeBatchVoided
    | EncounterDischarged
    | SettlementConfirmed
    | SettlementSupplemented
    | CatalogueExceptionApproved
    | SettlementRevoked
)


def year_of(event: SettlementConfirmed | SettlementSupplemented | SettlementRevoked) -> str:
    """Whose benefit year counts it."""
    return event.counted_for or event.person_id
