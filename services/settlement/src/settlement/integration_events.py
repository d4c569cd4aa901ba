"""What settlement tells the other services, keyed by person or hospital: nobody's name, every fen's clause."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from contracts import settlement as contract
from kernel.messaging.envelope import Published
from kernel.writing.event_store import RecordedEvent
from settlement.admission_checks.domain import AdmissionCheckClosed
from settlement.encounters.domain.events import (
    CatalogueExceptionApproved,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterReferred,
    FeeBatchVoided,
    FeeLinesUploaded,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from settlement.institutions.domain import InstitutionContracted
from settlement.payment_refusals.domain import PaymentRefused
from settlement.policies.domain import PolicyAdopted
from settlement.reviews.domain.events import (
    ReviewObsolete,
    ReviewOpened,
    ReviewProposed,
    ReviewRefreshed,
    ReviewRejected,
    ReviewReleased,
)
from settlement.years.domain import BenefitYearOpened, BenefitYearsJoined


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event, or None for what is nobody else's business."""
    return PUBLISHED[type(recorded.event)](recorded.event)


def _nothing(_event: Any) -> None:
    """It is nobody else's business."""


def _contracted(event: InstitutionContracted) -> Published:
    told = contract.InstitutionContracted(
        hospital_id=event.hospital_id,
        name=event.name,
        level=event.level,
        division=event.division,
        contract_from=event.contract_from,
        contract_to=event.contract_to,
    )
    return Published(event.hospital_id, told)


def _admitted(event: EncounterAdmitted) -> Published:
    told = contract.EncounterAdmitted(
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        hospital_id=event.hospital_id,
        admitted_on=event.admitted_on,
        deposit_required=event.deposit_required,
        referral_id=event.referral_id,
    )
    return Published(event.person_id, told)


def _referred(event: EncounterReferred) -> Published:
    admission = event.admission
    assert admission.referral_id is not None, "who is referred has a referral"
    told = contract.EncounterReferred(
        encounter_id=admission.encounter_id,
        person_id=admission.person_id,
        hospital_id=admission.hospital_id,
        admitted_on=admission.admitted_on,
        referral_id=admission.referral_id,
    )
    return Published(admission.person_id, told)


def _confirmed(event: SettlementConfirmed) -> Published:
    result = event.adjudication
    layers = tuple(
        contract.LayerPaid(
            payer=layer.payer,
            amount_fen=layer.amount_fen,
            clause=layer.clause,
            document=result.document,
            funding=layer.funds,
            payout_fen=layer.payout_fen,
        )
        for layer in result.layers
    )
    told = contract.SettlementConfirmed(
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        county=event.county,
        area=event.area,
        hospital_id=event.hospital_id,
        encounter_kind=event.claim.kind,
        discharged_on=event.claim.discharged_on,
        settled_at=event.settled_at,
        category=result.category,
        policy_id=result.policy_id,
        total_fen=result.total_fen,
        patient_pays_fen=result.patient_pays_fen,
        payout_fen=result.payout_fen,
        layers=layers,
        referral_id=event.referral_id,
        flags=tuple(sorted(name for name, raised in result.flags.items() if raised)),
    )
    return Published(event.person_id, told)


def _revoked(event: SettlementRevoked) -> Published:
    told = contract.SettlementRevoked(
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        hospital_id=event.hospital_id,
        revoked_at=event.revoked_at,
        reason=event.reason,
        refund_to_patient_fen=event.refund_to_patient_fen,
    )
    return Published(event.person_id, told)


def _supplemented(event: SettlementSupplemented) -> Published:
    layers = tuple(
        contract.LayerChanged(
            payer=layer.payer,
            amount_fen=layer.amount_fen,
            clause=layer.clause,
            document=layer.document,
            funding=layer.funds,
            payout_fen=layer.payout_fen,
        )
        for layer in event.layers
    )
    told = contract.SettlementSupplemented(
        supplement_id=event.supplement_id,
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        county=event.county,
        area=event.area,
        hospital_id=event.hospital_id,
        supplemented_at=event.supplemented_at,
        review_id=event.review_id,
        category=event.adjudication.category,
        policy_id=event.adjudication.policy_id,
        patient_fen=event.patient_fen,
        payout_fen=event.payout_fen,
        layers=layers,
    )
    return Published(event.person_id, told)


def _approved(event: CatalogueExceptionApproved) -> Published:
    told = contract.CatalogueExceptionApproved(
        encounter_id=event.encounter_id,
        person_id=event.person_id,
        hospital_id=event.hospital_id,
        department=event.department,
        approved_on=event.approved_on,
    )
    return Published(event.person_id, told)


def _refused(event: PaymentRefused) -> Published:
    bill = event.bill
    told = contract.PaymentRefused(
        settlement_id=bill.settlement_id,
        encounter_id=bill.encounter_id,
        person_id=bill.person_id,
        hospital_id=bill.hospital_id,
        county=bill.county,
        certification_id=bill.certification_id,
        cancelled_from=event.cancelled_from,
        refused_at=event.refused_at,
        payers=bill.payers,
    )
    return Published(bill.person_id, told)


#: Every stored event, with what is told of it.
PUBLISHED: Final[Mapping[type, Callable[[Any], Published | None]]] = {
    InstitutionContracted: _contracted,
    EncounterAdmitted: _admitted,
    EncounterReferred: _referred,
    SettlementConfirmed: _confirmed,
    SettlementRevoked: _revoked,
    SettlementSupplemented: _supplemented,
    CatalogueExceptionApproved: _approved,
    PaymentRefused: _refused,
    PolicyAdopted: _nothing,
    FeeLinesUploaded: _nothing,
    FeeBatchVoided: _nothing,
    EncounterDischarged: _nothing,
    AdmissionCheckClosed: _nothing,
    BenefitYearOpened: _nothing,
    BenefitYearsJoined: _nothing,
    ReviewOpened: _nothing,
    ReviewRefreshed: _nothing,
    ReviewObsolete: _nothing,
    ReviewProposed: _nothing,
    ReviewRejected: _nothing,
    ReviewReleased: _nothing,
}
