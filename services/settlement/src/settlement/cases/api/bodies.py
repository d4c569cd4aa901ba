"""What offices send about cases: shapes and bounds, nothing decided yet."""

from datetime import date
from typing import Annotated

import msgspec

from kernel.http import RequestBody, SignedYuan, Yuan
from kernel.http.fields import Identifier, Text
from law.packs.model import Kind
from settlement.cases.domain.papers import PaperKind
from settlement.cases.domain.standing import Submitter
from settlement.encounters.domain.causes import Cause
from settlement.encounters.domain.fees import CostClass

#: The agency's six digits, or a township's nine.
Office = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}([0-9]{3})?$", description="Division or township code")]
Reference = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/~-]{0,199}$")]
InvoiceNumber = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
PayerCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{1,16}$")]
Diagnosis = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][0-9]{2}(\.[0-9A-Za-z]{1,8})?[+*]?$")]


class PaperBody(RequestBody, frozen=True):
    """A paper, by the reference under which the office keeps it."""

    kind: PaperKind
    reference: Reference


Papers = Annotated[tuple[PaperBody, ...], msgspec.Meta(min_length=1, max_length=30)]


class WindowBody(RequestBody, frozen=True):
    """The window at which papers are handed in: its kind as the county's document names it, and where it lies."""

    kind: Text
    hospital_id: Identifier | None = None


class CaseBody(RequestBody, frozen=True, kw_only=True):
    """A bill that is handed in: whose, of which hospital and days, by whom, at which office, with which papers.

    For a visit ``discharged_on`` is left out. Without ``handed_in_on`` it is today.
    """

    person_id: Identifier
    hospital_id: Identifier
    kind: Kind
    admitted_on: date
    invoice_number: InvoiceNumber
    submitter: Submitter
    office: Office
    papers: Papers
    discharged_on: date | None = None
    handed_in_on: date | None = None
    referral_id: Identifier | None = None
    disease: Identifier | None = None
    window: WindowBody | None = None


class MorePapersBody(RequestBody, frozen=True):
    """More papers, the day on which they came (without it today), and with whom (without it as the first ones)."""

    papers: Papers
    on: date | None = None
    submitter: Submitter | None = None


class BecauseBody(RequestBody, frozen=True):
    """Why the papers go back, or the case ends."""

    reason: Text


class PaidLineBody(RequestBody, frozen=True, kw_only=True):
    """A line of the bill, or the sum of a class; ``excluded`` marks cost that aid must not pay."""

    item: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    amount_fen: SignedYuan
    cost_class: CostClass
    excluded: bool = False


class CaseBillBody(RequestBody, frozen=True, kw_only=True):
    """The bill of a case: its lines, what the outer payers give, and what the receipts say that the patient paid.

    ``deducted`` are the payers whose parts the hospital took off the bill itself (异地联网结算): they owe the hospital.
    """

    lines: Annotated[tuple[PaidLineBody, ...], msgspec.Meta(min_length=1, max_length=500)]
    payers_fen: Annotated[dict[PayerCode, Yuan], msgspec.Meta(max_length=12)]
    patient_paid_fen: Yuan
    deducted: Annotated[tuple[PayerCode, ...], msgspec.Meta(max_length=12)] = ()
    cause: Cause = "illness"
    mental_disorder: bool = False
    major_disease: bool = False
    diagnoses: Annotated[tuple[Diagnosis, ...], msgspec.Meta(max_length=20)] = ()


class SignOffBody(RequestBody, frozen=True):
    """The department that agrees, as the receipt names it."""

    owner: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class CasePaymentBody(RequestBody, frozen=True):
    """The day on which the money went to the patient."""

    on: date


class PaymentBackBody(RequestBody, frozen=True):
    """The day on which the bank sent the money back, and why."""

    on: date
    reason: Text
