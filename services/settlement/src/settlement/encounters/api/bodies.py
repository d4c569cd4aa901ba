"""What hospitals and the agency send: shapes and bounds, nothing decided yet."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from kernel.http import RequestBody, Yuan
from law.packs.model import Kind, Level
from settlement.encounters.domain.fees import CostClass
from settlement.reviews.domain.events import Decision

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
Payer = Annotated[str, msgspec.Meta(min_length=1, max_length=16, pattern=r"^[A-Z0-9_]+$")]
Cause = Literal[
    "illness",
    "own_illegal_act",
    "self_harm",
    "traffic_accident_third_party",
    "medical_malpractice",
    "other_excluded",
]


class AdmitBody(RequestBody, frozen=True):
    """A person at the door. For a visit ``admitted_on`` is its day; it needs no discharge.

    ``disease`` is the code of a listed disease: the certified one of a chronic visit, or the major one of a stay.
    ``handbook_check_id`` is what identity answered when the patient's poverty handbook was checked.
    """

    person_id: Identifier
    kind: Kind
    admitted_on: date
    referral_id: Identifier | None = None
    disease: Identifier | None = None
    handbook_check_id: Identifier | None = None


class ReferBody(RequestBody, frozen=True):
    """The referral that a stay rests on."""

    referral_id: Identifier


class FeeLineBody(RequestBody, frozen=True):
    """One line of the bill; ``excluded`` marks cost that aid must not pay."""

    item: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    amount_fen: Yuan
    cost_class: CostClass
    excluded: bool = False


class FeesBody(RequestBody, frozen=True):
    """A batch of lines."""

    lines: Annotated[tuple[FeeLineBody, ...], msgspec.Meta(min_length=1, max_length=500)]


class DischargeBody(RequestBody, frozen=True):
    """The end of a stay, and the facts that may exclude it from aid."""

    discharged_on: date
    cause: Cause = "illness"
    mental_disorder: bool = False
    valid_invoice: bool = True
    major_disease: bool = False


class ExceptionBody(RequestBody, frozen=True):
    """A department's approval of cost outside the catalogue above the limit, and the paper behind it."""

    approved_on: date
    evidence: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class SettleBody(RequestBody, frozen=True):
    """What the outer payers gave, by payer; ``total`` is checked against the uploaded lines."""

    payers_fen: Annotated[dict[Payer, Yuan], msgspec.Meta(max_length=12)]
    total_fen: Yuan | None = None
    patient_prepaid_fen: Yuan | None = None


class RevokeBody(RequestBody, frozen=True):
    """Why a settlement is taken back."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class ProposalBody(RequestBody, frozen=True):
    """ADJUST pays or claws back the difference, LEAVE keeps everything as it was settled."""

    decision: Decision
    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class RejectionBody(RequestBody, frozen=True):
    """Why a proposal is not released."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class BenefitYearBody(RequestBody, frozen=True):
    """Opening standings from the system before, by accumulator."""

    person_id: Identifier
    area: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    year: Annotated[int, msgspec.Meta(ge=2000, le=2100)]
    balances_fen: Annotated[dict[Annotated[str, msgspec.Meta(max_length=40)], Yuan], msgspec.Meta(max_length=40)]
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class InstitutionBody(RequestBody, frozen=True):
    """A registry entry; ``division`` is the six-digit code of the place it lies in.

    ``majors``: designated for major diseases, for those in ``major_diseases`` or, where it names none, for all.
    """

    hospital_id: Identifier
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    level: Level
    division: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    contract_from: date
    contract_to: date | None = None
    majors: bool = False
    major_diseases: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=200)] = ()
