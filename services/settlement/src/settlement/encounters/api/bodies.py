"""What hospitals and departments send about an encounter: shapes and bounds, nothing decided yet."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from kernel.http import RequestBody, Yuan
from kernel.http.fields import Identifier
from kernel.security import Principal
from law.packs.model import Kind
from settlement.encounters.domain.fees import CostClass

Payer = Annotated[str, msgspec.Meta(min_length=1, max_length=16, pattern=r"^[A-Z0-9_]+$")]
Cause = Literal[
    "illness",
    "own_illegal_act",
    "self_harm",
    "traffic_accident_third_party",
    "medical_malpractice",
    "other_excluded",
]


class AdmitBody(RequestBody, frozen=True, kw_only=True):
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


def hospital_of(caller: Principal) -> str:
    """The hospital that the caller acts for."""
    assert caller.organisation is not None, "a hospital's token names the hospital"
    return caller.organisation
