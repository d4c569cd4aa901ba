"""What settlement publishes: who owes what for which bill, each fen with its clause."""

from datetime import date, datetime
from typing import Final

import msgspec

from kernel.values.contract import Contract

TOPIC: Final = "settlement"


class LayerPaid(msgspec.Struct, frozen=True, kw_only=True):
    """One payer's part of a bill. ``funding`` names the funds that stand behind it, in order: the ledger splits.

    ``payee`` is who gets the part: HOSPITAL, which advanced it or bears it itself, or PERSON who paid the whole bill.
    ``payout_fen`` is always the person's.
    """

    payer: str
    amount_fen: int
    clause: str
    document: str
    funding: tuple[str, ...] = ()
    payout_fen: int = 0
    payee: str = "HOSPITAL"


class EncounterAdmitted(msgspec.Struct, frozen=True, kw_only=True):
    """A person was admitted; a referral, if named, is used up by this stay."""

    encounter_id: str
    person_id: str
    hospital_id: str
    admitted_on: date
    deposit_required: bool
    referral_id: str | None = None


class EncounterReferred(msgspec.Struct, frozen=True):
    """A stay that began without a referral was given one; it is used up by this stay."""

    encounter_id: str
    person_id: str
    hospital_id: str
    admitted_on: date
    referral_id: str


class EncounterCancelled(msgspec.Struct, frozen=True, kw_only=True):
    """An admission was taken back as an error; the referral that it named may be used by another stay."""

    encounter_id: str
    person_id: str
    hospital_id: str
    cancelled_at: datetime
    referral_id: str | None = None


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """What a stay or visit was like, as far as the money rests on it and the assessment of hospitals needs it.

    ``compliant_fen`` (合规) and ``out_of_catalogue_fen`` (目录外) are None where the document does not ask for them.
    ``disease`` is the code of a listed disease, ``diagnosis`` the main one (ICD-10). ``reach`` says how far from home
    it was: ``in_city``, ``other_city`` of the province or ``other_province`` (004 二).
    """

    admitted_on: date | None
    place: str
    level: str | None
    compliant_fen: int | None
    out_of_catalogue_fen: int | None
    disease: str | None
    diagnosis: str | None
    #: Not in the messages of bills from before it was told.
    reach: str | msgspec.UnsetType = msgspec.UNSET


class SettlementConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """A bill was settled: total = sum of layers + what the patient pays; the payout is beside the bill.

    ``refund_to_patient_fen`` is what the patient had paid in advance beyond the own share. On the route HOSPITAL the
    hospital holds it and owes it.
    """

    settlement_id: str
    encounter_id: str
    person_id: str
    county: str
    area: str
    hospital_id: str
    encounter_kind: str
    discharged_on: date
    settled_at: datetime
    category: str | None
    policy_id: str
    total_fen: int
    patient_pays_fen: int
    payout_fen: int
    layers: tuple[LayerPaid, ...]
    referral_id: str | None = None
    flags: tuple[str, ...] = ()
    route: str = "HOSPITAL"
    refund_to_patient_fen: int = 0
    #: Not in the messages of bills from before it was told.
    stay: Stay | msgspec.UnsetType = msgspec.UNSET


class SettlementRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement was taken back whole; the ledger books its exact negative."""

    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    revoked_at: datetime
    reason: str
    refund_to_patient_fen: int


class LayerChanged(LayerPaid, frozen=True, kw_only=True):
    """What a supplement changes for one payer: the new amount less the old one. ``funding`` pays the new amount."""


class SettlementSupplemented(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement stays, and its difference on facts that became known later is paid or clawed back.

    ``patient_fen`` is what the patient should have paid more; below zero it is owed to the patient, who has paid the
    old share already. The sum of the layers' changes and ``patient_fen`` is zero.
    """

    supplement_id: str
    settlement_id: str
    encounter_id: str
    person_id: str
    county: str
    area: str
    hospital_id: str
    supplemented_at: datetime
    review_id: str
    category: str | None
    policy_id: str
    patient_fen: int
    payout_fen: int
    layers: tuple[LayerChanged, ...]


class CatalogueExceptionApproved(msgspec.Struct, frozen=True):
    """A department approved that an encounter's cost outside the catalogue exceeds the limit (003 二(七))."""

    encounter_id: str
    person_id: str
    hospital_id: str
    department: str
    approved_on: date


class CauseFound(msgspec.Struct, frozen=True):
    """What a bill was for came out otherwise, such as an accident that others answer for (004 八(一))."""

    encounter_id: str
    person_id: str
    hospital_id: str
    cause: str
    found_on: date


class OuterAmountTold(msgspec.Struct, frozen=True, kw_only=True):
    """The owner of an outer payer told what it gives for a stay, before or after settlement."""

    encounter_id: str
    person_id: str
    hospital_id: str
    payer: str
    amount_fen: int
    department: str
    given_on: date


class PaymentRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A chronic visit rested on a certification that was cancelled: the hospital bears what ``payers`` gave for it.

    The patient's result stands and the settlement stays in force (003 三(九), AMB-D5).
    """

    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    county: str
    certification_id: str
    cancelled_from: date
    refused_at: datetime
    payers: tuple[str, ...]


class CaseVisit(msgspec.Struct, frozen=True):
    """Somebody came to the office with papers: the patient, the family, or the helping cadre."""

    on: date
    by: str


class CaseSignedOff(msgspec.Struct, frozen=True):
    """A department agreed to the parts of the bill that it audits, and who said so for it when."""

    owner: str
    by: str
    on: date | None


class CaseChanged(msgspec.Struct, frozen=True, kw_only=True):
    """How a bill on paper stands after each step of its case: taken in, returned, settled, signed, paid.

    ``window_kind`` is that of the window where it was handed in, ``window_hospital`` where that lies. ``returned``
    counts how often its papers went back. ``to_sign`` are the departments without whose sign-off nothing is paid.
    """

    case_id: str
    person_id: str
    county: str
    hospital_id: str
    kind: str
    office: str
    window_kind: str | None
    window_hospital: str | None
    submitter: str
    handed_in_on: date
    visits: tuple[CaseVisit, ...]
    returned: int
    state: str
    complete_on: date | None
    due_on: date | None
    settlement_id: str | None
    to_sign: tuple[str, ...]
    signed: tuple[CaseSignedOff, ...]
    paid_on: date | None
    paid_by: str | None


class InstitutionContracted(msgspec.Struct, frozen=True, kw_only=True):
    """An institution as the agency has it in its registry from now on (协议定点); replaces what was there."""

    hospital_id: str
    name: str
    level: str
    division: str
    contract_from: date
    contract_to: date | None = None


CONTRACT: Final = Contract.of(
    TOPIC,
    InstitutionContracted,
    EncounterAdmitted,
    EncounterReferred,
    EncounterCancelled,
    SettlementConfirmed,
    SettlementSupplemented,
    CatalogueExceptionApproved,
    CauseFound,
    OuterAmountTold,
    SettlementRevoked,
    PaymentRefused,
    CaseChanged,
)
