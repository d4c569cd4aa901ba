"""Projections: what each event, and each message of the others, writes into the read tables. All pure."""

from collections.abc import Iterable
from typing import Any, Final

from contracts import settlement
from contracts.identity import EntitlementChanged, HandbookChecked, PremiumsPaid
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put
from referral.copies.domain import CopyDelivered
from referral.referrals.domain.referral import MisuseRecorded
from referral.referrals.domain.standing import Standing
from referral.referrals.rows.tables import (
    applicants,
    copies,
    institutions,
    metadata,
    misuses,
    referrals,
    revoked_settlements,
    settled_stays,
)

__all__ = ["metadata", "project", "project_entitlement", "project_settlement"]


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of one of referral's own events; they are written together with it."""
    match recorded.event:
        case MisuseRecorded(standing=standing, encounter_id=encounter_id, why=why):
            yield put(
                misuses,
                referral_id=standing.form.referral_id,
                encounter_id=encounter_id,
                why=why.value,
                recorded_at=recorded.occurred_at,
            )
        case CopyDelivered() as delivered:
            yield put(
                copies,
                referral_id=delivered.referral_id,
                copy=delivered.copy.value,
                delivered_on=delivered.delivered_on,
                recorded_by=delivered.recorded_by,
            )
        case event:
            yield _referral(event.standing)


def _referral(standing: Standing) -> Change:
    form = standing.form
    return put(
        referrals,
        referral_id=form.referral_id,
        revision=standing.revision,
        person_id=form.person_id,
        state=standing.state.value,
        sending_hospital=form.sending_hospital,
        receiving_hospital=form.receiving_hospital,
        attributes=[attribute.value for attribute in form.attributes],
        diagnosis=form.diagnosis,
        attachments=form.attachments,
        signed_on=form.signed_on,
        signed_by=form.signed_by.value,
        endorsement=None if standing.endorsement is None else standing.endorsement.text,
        endorsed_on=standing.endorsed_on,
        review=None if standing.review is None else standing.review.text,
        reviewed_on=standing.reviewed_on,
        approved_on=standing.approved_on,
        expires_on=standing.expires_on,
        encounter_id=standing.encounter_id,
        ended_because=standing.ended_because,
        emergency_admitted_on=form.emergency_admitted_on,
        county=standing.county,
        waiting_since=standing.waiting_since,
    )


def project_entitlement(event: EntitlementChanged | PremiumsPaid | HandbookChecked) -> Iterable[Change]:
    """What identity tells of a person; the newest message is the whole truth."""
    if not isinstance(event, EntitlementChanged):
        return
    yield put(
        applicants,
        person_id=event.person_id,
        revision=event.revision,
        memberships=event.memberships,
        deceased_on=event.deceased_on,
        merged_into=event.merged_into,
        county=event.county,
    )


#: What settlement raises where a stay out of the county has its benefits (001 二(六)).
_BENEFITS: Final = "hpa_benefits"


def project_settlement(event: Any) -> Iterable[Change]:
    """What settlement made of a stay that rests on a referral, and what it calls the hospitals."""
    match event:
        case settlement.SettlementConfirmed(referral_id=str() as referral_id):
            yield put(
                settled_stays,
                settlement_id=event.settlement_id,
                referral_id=referral_id,
                encounter_id=event.encounter_id,
                settled_at=event.settled_at,
                with_benefits=_BENEFITS in event.flags,
            )
        case settlement.SettlementRevoked():
            yield put(revoked_settlements, settlement_id=event.settlement_id, revoked_at=event.revoked_at)
        case settlement.InstitutionContracted():
            yield put(institutions, hospital_id=event.hospital_id, name=event.name)
        case _:
            return


ENTITLEMENT_ROWS: Final[RowsByMessage] = {EntitlementChanged: project_entitlement}
SETTLEMENT_ROWS: Final[RowsByMessage] = dict.fromkeys(
    (settlement.SettlementConfirmed, settlement.SettlementRevoked, settlement.InstitutionContracted),
    project_settlement,
)
