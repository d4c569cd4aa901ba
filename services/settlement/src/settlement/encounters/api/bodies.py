"""What hospitals and departments send about an encounter: shapes and bounds, nothing decided yet."""

from datetime import date
from typing import Annotated

import msgspec

from kernel.http import RequestBody, SignedYuan, Yuan
from kernel.http.fields import Identifier
from kernel.security import Principal
from law.packs.model import Kind
from settlement.encounters.domain.causes import Cause
from settlement.encounters.domain.fees import CostClass

Payer = Annotated[str, msgspec.Meta(min_length=1, max_length=16, pattern=r"^[A-Z0-9_]+$")]


#: A number that the hospital gave; letters, digits and marks, so that it can be searched for as it is printed.
OwnNumber = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
#: ICD-10 as the insurance writes it: I63.900, C34.900x001, with + or * of a double coding.
Icd10 = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][0-9]{2}(\.[0-9A-Za-z]{1,8})?[+*]?$")]
Operator = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="Staff number")]


class AdmitBody(RequestBody, frozen=True, kw_only=True):
    """A person at the door. For a visit ``admitted_on`` is its day; it needs no discharge.

    ``disease`` is the code of a listed disease: the certified one of a chronic visit, or the major one of a stay.
    ``handbook_check_id`` is what identity answered when the patient's poverty handbook was checked.
    ``inpatient_number`` is the hospital's own (住院号, 门诊号), no two of which are alike; ``diagnoses`` are ICD-10,
    the main one first; ``operator`` and ``message_id`` are kept as they are.
    """

    person_id: Identifier
    kind: Kind
    admitted_on: date
    referral_id: Identifier | None = None
    disease: Identifier | None = None
    handbook_check_id: Identifier | None = None
    inpatient_number: OwnNumber | None = None
    operator: Operator | None = None
    message_id: OwnNumber | None = None
    diagnoses: Annotated[tuple[Icd10, ...], msgspec.Meta(max_length=20)] = ()


class ReferBody(RequestBody, frozen=True):
    """The referral that a stay rests on."""

    referral_id: Identifier


class FeeLineBody(RequestBody, frozen=True, kw_only=True):
    """One line of the bill; ``excluded`` marks cost that aid must not pay, such as what is not for the disease on
    a chronic bill.

    ``number`` is the hospital's own: sent again with the same content it is the same line, with another it is refused.
    ``on`` is the day of the service, ``code`` the item's in the catalogue. A line that gives another one back, wholly
    or in part, names its number in ``returns`` and is below zero; no other line is.
    """

    item: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    amount_fen: SignedYuan
    cost_class: CostClass
    excluded: bool = False
    number: OwnNumber | None = None
    on: date | None = None
    code: OwnNumber | None = None
    quantity: Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$")] | None = None
    returns: OwnNumber | None = None


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


class AdmissionCorrectionBody(RequestBody, frozen=True, kw_only=True):
    """What would be right of an admission, and why; what is left out stays. A stay stays a stay."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
    kind: Kind | None = None
    admitted_on: date | None = None
    disease: Identifier | None = None
    inpatient_number: OwnNumber | None = None
    operator: Operator | None = None
    message_id: OwnNumber | None = None
    diagnoses: Annotated[tuple[Icd10, ...], msgspec.Meta(max_length=20)] | None = None


class DischargeCorrectionBody(RequestBody, frozen=True, kw_only=True):
    """What would be right of a discharge, and why; what is left out stays."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
    discharged_on: date | None = None
    cause: Cause | None = None
    mental_disorder: bool | None = None
    valid_invoice: bool | None = None
    major_disease: bool | None = None


class ExceptionBody(RequestBody, frozen=True):
    """A department's approval of cost outside the catalogue above the limit, and the paper behind it."""

    approved_on: date
    evidence: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class FoundCauseBody(RequestBody, frozen=True, kw_only=True):
    """What a bill was for, and the paper that says so: the police's report, the court's ruling.

    Without ``excluded`` it is the cause of the whole bill; with it, of so much of it, and
    ``excluded_compliant`` of that is compliant cost. A ruling that nobody else is liable is the cause ``illness``.
    """

    cause: Cause
    evidence: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
    found_on: date
    mental_disorder: bool = False
    excluded_fen: Yuan | None = None
    excluded_compliant_fen: Yuan | None = None


class OuterAmountBody(RequestBody, frozen=True):
    """What an outer payer gives for a stay, on which day it was given or promised, and the paper that says so."""

    payer: Payer
    amount_fen: Yuan
    given_on: date
    evidence: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


class SettleBody(RequestBody, frozen=True):
    """What the outer payers gave, by payer; ``total`` is checked against the uploaded lines.

    ``settlement_number`` (结算单号) and ``invoice_number`` are the hospital's own; no two of its bills have the same.
    """

    payers_fen: Annotated[dict[Payer, Yuan], msgspec.Meta(max_length=12)]
    total_fen: Yuan | None = None
    patient_prepaid_fen: Yuan | None = None
    settlement_number: OwnNumber | None = None
    invoice_number: OwnNumber | None = None
    operator: Operator | None = None
    message_id: OwnNumber | None = None


class RevokeBody(RequestBody, frozen=True):
    """Why a settlement or an admission is taken back."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]


def hospital_of(caller: Principal) -> str:
    """The hospital that the caller acts for."""
    assert caller.organisation is not None, "a hospital's token names the hospital"
    return caller.organisation
