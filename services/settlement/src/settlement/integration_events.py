"""What settlement tells the other services, keyed by person: nobody's name, every fen's clause."""

from kernel.contracts import settlement as contract
from kernel.contracts.envelope import Published
from kernel.event_store import RecordedEvent
from settlement.domain.encounter_events import EncounterAdmitted, SettlementConfirmed, SettlementRevoked


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event, or None for what is nobody else's business."""
    match recorded.event:
        case EncounterAdmitted() as event:
            return Published(event.person_id, _admitted(event))
        case SettlementConfirmed() as event:
            return Published(event.person_id, _confirmed(event))
        case SettlementRevoked() as event:
            return Published(event.person_id, _revoked(event))
        case _:
            return None


def _admitted(event: EncounterAdmitted) -> contract.EncounterAdmitted:
    return contract.EncounterAdmitted(
        event.encounter_id,
        event.person_id,
        event.hospital_id,
        event.admitted_on,
        event.deposit_required,
        event.referral_id,
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
