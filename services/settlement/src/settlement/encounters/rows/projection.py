"""Projections: what each event, and each message of the others, writes into the read tables. All pure."""

from collections.abc import Iterable
from typing import Final

from contracts.identity import EntitlementChanged, HandbookChecked, PremiumsPaid
from contracts.referral import ReferralChanged
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put
from settlement.admission_checks.rows import project_admission_check
from settlement.encounters.domain.adopted_law import PolicyAdopted
from settlement.encounters.domain.events import (
    EncounterAdmitted,
    EncounterReferred,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from settlement.encounters.rows.tables import (
    benefit_years,
    encounters,
    handbook_checks,
    institutions,
    metadata,
    people,
    policies,
    referrals,
    revocations,
    settlements,
    supplements,
)
from settlement.institutions.domain.institution import InstitutionContracted
from settlement.reviews.rows.certified import project_certified
from settlement.reviews.rows.reviews import project_review
from settlement.years.domain.benefit_year import BenefitYearOpened
from settlement.years.domain.joining import BenefitYearsJoined
from settlement.years.rows import project_join

__all__ = ["metadata", "project", "project_entitlement", "project_referral"]


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of one of settlement's own events; they are written together with it."""
    yield from project_certified(recorded)
    yield from project_admission_check(recorded)
    match recorded.event:
        case EncounterAdmitted() as event:
            yield _admitted(event)
        case EncounterReferred(admission=admission):
            yield _admitted(admission)
        case SettlementConfirmed() as event:
            yield _settled(event)
            yield _year_after(event)
        case SettlementRevoked() as event:
            yield put(
                revocations,
                settlement_id=event.settlement_id,
                revoked_at=event.revoked_at,
                reason=event.reason,
                refund_to_patient_fen=event.refund_to_patient_fen,
            )
            yield _year_again(event)
        case SettlementSupplemented() as event:
            yield from _supplemented(event)
        case BenefitYearOpened() as event:
            yield _year_opened(event)
        case BenefitYearsJoined() as event:
            yield from project_join(event)
        case InstitutionContracted() as event:
            yield put(institutions, **{name: getattr(event, name) for name in event.__struct_fields__})
        case PolicyAdopted() as event:
            yield put(policies, digest=event.digest, pack_id=event.pack_id, text=event.text)
        case _:
            yield from project_review(recorded)


def _admitted(event: EncounterAdmitted) -> Change:
    return put(
        encounters,
        encounter_id=event.encounter_id,
        hospital_id=event.hospital_id,
        person_id=event.person_id,
        kind=event.kind,
        county=event.county,
        area=event.area,
        admitted_on=event.admitted_on,
        deposit_required=event.deposit_required,
        category=event.category,
        referral_id=event.referral_id,
    )


def _settled(event: SettlementConfirmed) -> Change:
    result = event.adjudication
    return put(
        settlements,
        settlement_id=event.settlement_id,
        encounter_id=event.encounter_id,
        hospital_id=event.hospital_id,
        person_id=event.person_id,
        county=event.county,
        year=event.year,
        discharged_on=event.claim.discharged_on,
        settled_at=event.settled_at,
        category=result.category,
        policy_id=result.policy_id,
        total_fen=result.total_fen,
        patient_pays_fen=result.patient_pays_fen,
        payout_fen=result.payout_fen,
        identity_revision=event.identity_revision,
        counted_for=event.year_of,
    )


def _year_after(event: SettlementConfirmed) -> Change:
    return put(
        benefit_years,
        person_id=event.year_of,
        area=event.area,
        year=event.year,
        balances=event.adjudication.after_fen,
        latest_settlement=event.settlement_id,
        version=event.benefit_year_version,
    )


def _year_again(event: SettlementRevoked) -> Change:
    return put(
        benefit_years,
        person_id=event.year_of,
        area=event.area,
        year=event.year,
        balances=event.balances_fen,
        latest_settlement=event.latest_settlement,
        version=event.benefit_year_version,
    )


def _supplemented(event: SettlementSupplemented) -> Iterable[Change]:
    yield put(
        supplements,
        supplement_id=event.supplement_id,
        settlement_id=event.settlement_id,
        review_id=event.review_id,
        supplemented_at=event.supplemented_at,
        category=event.adjudication.category,
        patient_fen=event.patient_fen,
        payout_fen=event.payout_fen,
        identity_revision=event.identity_revision,
    )
    yield put(
        benefit_years,
        person_id=event.year_of,
        area=event.area,
        year=event.year,
        balances=event.balances_fen,
        latest_settlement=event.latest_settlement,
        version=event.benefit_year_version,
    )


def _year_opened(event: BenefitYearOpened) -> Change:
    return put(
        benefit_years,
        person_id=event.person_id,
        area=event.area,
        year=event.year,
        balances=event.balances_fen,
        latest_settlement=None,
        version=1,
    )


def project_entitlement(event: EntitlementChanged | PremiumsPaid | HandbookChecked) -> Iterable[Change]:
    """What identity tells of a person, of whom the newest message is the whole truth, and of handbooks shown."""
    if isinstance(event, PremiumsPaid):
        return
    if isinstance(event, HandbookChecked):
        yield put(handbook_checks, **{name: getattr(event, name) for name in event.__struct_fields__})
        return
    yield put(
        people,
        person_id=event.person_id,
        revision=event.revision,
        county=event.county,
        merged_into=event.merged_into,
        entitlement={
            "memberships": event.memberships,
            "enrolments": event.enrolments,
            "deceased_on": event.deceased_on,
            "merged_into": event.merged_into,
            # Left out where there are none: rows from before these were told stay as they are.
            **({"certifications": event.certifications} if event.certifications else {}),
            **({"annulled": True} if event.annulled else {}),
        },
    )


def project_referral(event: ReferralChanged) -> Iterable[Change]:
    """How far a referral has come."""
    yield put(
        referrals,
        referral_id=event.referral_id,
        revision=event.revision,
        person_id=event.person_id,
        state=event.state,
        receiving_hospital=event.receiving_hospital,
        approved_on=event.approved_on,
        emergency_admitted_on=event.emergency_admitted_on,
    )


ENTITLEMENT_ROWS: Final[RowsByMessage] = {EntitlementChanged: project_entitlement, HandbookChecked: project_entitlement}
REFERRAL_ROWS: Final[RowsByMessage] = {ReferralChanged: project_referral}
