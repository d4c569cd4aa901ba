"""What identity tells the others: a person's whole entitlement after each change, and premiums that were paid."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts import identity as contract
from identity.certification.domain import certifying
from identity.enrolment.domain.premium_batch import SubsidyPaid
from identity.facts.domain.handbook import HandbookChecked
from identity.persons.domain import annulment, corrections, erasure, merging, person
from identity.persons.domain.certification import Certification
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership
from kernel.messaging.envelope import Published
from kernel.writing.event_store import RecordedEvent

#: What an event is called to others, where it has one name only.
_CHANGES: Final[Mapping[type, str]] = MappingProxyType(
    {
        person.PersonRegistered: "REGISTERED",
        person.MembershipAsserted: "ADDED",
        person.MembershipCorrected: "CORRECTED",
        person.PersonEnrolled: "ENROLLED",
        person.DeathRecorded: "DIED",
        certifying.ChronicCertified: "CERTIFIED",
        certifying.CertificationCancelled: "CERTIFICATION_CANCELLED",
        merging.RecordsMerged: "TOOK_OVER",
        merging.MergedAway: "MERGED",
        merging.AliasMoved: "MERGED",
        annulment.RegistrationAnnulled: "ANNULLED",
        erasure.PersonErased: "ERASED",
        corrections.PersonalDataCorrected: "PERSON_CORRECTED",
        corrections.IdNumberCorrected: "PERSON_CORRECTED",
    }
)


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a recorded event; None where nobody else needs to know."""
    if isinstance(recorded.event, SubsidyPaid):
        return _premiums_paid(recorded.event)
    if isinstance(recorded.event, HandbookChecked):
        return _handbook_checked(recorded.event)
    change = _change_of(recorded.event)
    if change is None:
        return None
    event = recorded.event
    if isinstance(event, merging.MergedAway | merging.AliasMoved):
        # Who still acts for the alias, such as a hospital with a patient admitted under it, acts on what is known.
        return _changed(event.entitlement, change, known=event.surviving)
    return _changed(event.entitlement, change)


def _change_of(event: object) -> str | None:
    match event:
        case person.MembershipEnded(reason=reason):
            return reason.value
        case corrections.DeathCorrected(reason=reason):
            return f"DEATH_{reason.value}"
        case _:
            return _CHANGES.get(type(event))


def _changed(entitlement: Entitlement, change: str, known: Entitlement | None = None) -> Published:
    known = known or entitlement
    event = contract.EntitlementChanged(
        person_id=entitlement.person_id,
        revision=entitlement.revision,
        change=change,
        county=entitlement.county,
        memberships=tuple(_membership(held) for held in known.memberships),
        enrolments=tuple(_enrolment(held) for held in known.enrolments),
        deceased_on=known.deceased_on,
        merged_into=entitlement.merged_into,
        annulled=entitlement.annulled,
        certifications=tuple(_certification(held) for held in known.certifications),
    )
    return Published(entitlement.person_id, event)


def _handbook_checked(checked: HandbookChecked) -> Published:
    event = contract.HandbookChecked(
        check_id=checked.check_id,
        person_id=checked.person_id,
        hospital_id=checked.hospital_id,
        result=checked.result.value,
        checked_on=checked.checked_on,
    )
    return Published(checked.person_id, event)


def _premiums_paid(paid: SubsidyPaid) -> Published | None:
    if not paid.county:
        return None
    first = paid.premiums[0]
    event = contract.PremiumsPaid(
        batch_id=paid.batch_id,
        county=paid.county,
        area=first.area,
        year=first.year,
        funds=first.funds,
        persons=len(paid.premiums),
        total_fen=paid.total_fen,
        paid_on=paid.paid_on,
    )
    return Published(paid.batch_id, event)


def _membership(held: Membership) -> contract.Membership:
    return contract.Membership(
        membership_id=held.membership_id,
        category=held.category.value,
        department=held.department.value,
        valid_from=held.valid_from,
        valid_to=held.valid_to,
        group=held.group and held.group.value,
        poverty_status=held.poverty_status and held.poverty_status.value,
        exit_date=held.exit_date,
    )


def _enrolment(held: Enrolment) -> contract.Enrolment:
    return contract.Enrolment(held.scheme.value, held.area, held.year, held.registered_on, held.marked_on)


def _certification(held: Certification) -> contract.Certification:
    return contract.Certification(
        held.certification_id, held.disease, held.hospital_id, held.effective_from, held.cancelled_from
    )
