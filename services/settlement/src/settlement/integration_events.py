"""What settlement tells the other services, keyed by person or hospital: nobody's name, every fen's clause."""

from typing import TypeAlias

from contracts import settlement as contract
from kernel.messaging.envelope import Published
from kernel.writing.event_store import RecordedEvent
from settlement.encounters.domain.events import (
    CatalogueExceptionApproved,
    EncounterAdmitted,
    EncounterReferred,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from settlement.institutions.domain.institution import InstitutionContracted
from settlement.reviews.domain.payment_refusal import PaymentRefused

Told: TypeAlias = (
    contract.EncounterAdmitted
    | contract.EncounterReferred
    | contract.SettlementConfirmed
    | contract.SettlementRevoked
    | contract.SettlementSupplemented
    | contract.CatalogueExceptionApproved
    | contract.PaymentRefused
)


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event, or None for what is nobody else's business."""
    told: Told
    match recorded.event:
        case InstitutionContracted() as event:
            return Published(event.hospital_id, _contracted(event))
        case EncounterAdmitted() as event:
            told = _admitted(event)
        case EncounterReferred(admission=admission):
            told = _referred(admission)
        case SettlementConfirmed() as event:
            told = _confirmed(event)
        case SettlementRevoked() as event:
            told = _revoked(event)
        case SettlementSupplemented() as event:
            told = _supplemented(event)
        case CatalogueExceptionApproved() as event:
            told = _approved(event)
        case PaymentRefused() as event:
            told = _refused(event)
        case _:
            return None
    return Published(told.person_id, told)


def _contracted(event: InstitutionContracted) -> contract.InstitutionContracted:
    return contract.InstitutionContracted(
        event.hospital_id, event.name, event.level, event.division, event.contract_from, event.contract_to
    )


def _admitted(event: EncounterAdmitted) -> contract.EncounterAdmitted:
    return contract.EncounterAdmitted(
        event.encounter_id,
        event.person_id,
        event.hospital_id,
        event.admitted_on,
        event.deposit_required,
        event.referral_id,
    )


def _referred(admission: EncounterAdmitted) -> contract.EncounterReferred:
    assert admission.referral_id is not None, "who is referred has a referral"
    return contract.EncounterReferred(
        admission.encounter_id,
        admission.person_id,
        admission.hospital_id,
        admission.admitted_on,
        admission.referral_id,
    )


def _confirmed(event: SettlementConfirmed) -> contract.SettlementConfirmed:
    result = event.adjudication
    layers = tuple(
        contract.LayerPaid(layer.payer, layer.amount_fen, layer.clause, result.document, layer.funds, layer.payout_fen)
        for layer in result.layers
    )
    return contract.SettlementConfirmed(
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


def _revoked(event: SettlementRevoked) -> contract.SettlementRevoked:
    return contract.SettlementRevoked(
        event.settlement_id,
        event.encounter_id,
        event.person_id,
        event.hospital_id,
        event.revoked_at,
        event.reason,
        event.refund_to_patient_fen,
    )


def _supplemented(event: SettlementSupplemented) -> contract.SettlementSupplemented:
    return contract.SettlementSupplemented(
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
        layers=tuple(
            contract.LayerChanged(
                layer.payer, layer.amount_fen, layer.clause, layer.document, layer.funds, layer.payout_fen
            )
            for layer in event.layers
        ),
    )


def _approved(event: CatalogueExceptionApproved) -> contract.CatalogueExceptionApproved:
    return contract.CatalogueExceptionApproved(
        event.encounter_id, event.person_id, event.hospital_id, event.department, event.approved_on
    )


def _refused(event: PaymentRefused) -> contract.PaymentRefused:
    bill = event.bill
    return contract.PaymentRefused(
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
