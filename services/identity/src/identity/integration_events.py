"""What identity tells the others: a person's whole entitlement after each change, without personal data."""

from identity.domain import certifying, person
from identity.domain.chronic import Certification
from identity.domain.enrolment import Enrolment
from identity.domain.entitlement import Entitlement
from identity.domain.membership import Membership
from kernel.contracts import identity as contract
from kernel.contracts.envelope import Published
from kernel.event_store import RecordedEvent


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a recorded event; None where nobody else needs to know."""
    change = _change_of(recorded.event)
    return None if change is None else _changed(recorded.event.entitlement, change)


def _change_of(event: object) -> str | None:
    match event:
        case person.PersonRegistered():
            change = "REGISTERED"
        case person.MembershipAsserted():
            change = "ADDED"
        case person.MembershipEnded(reason=reason):
            change = reason.value
        case person.MembershipCorrected():
            change = "CORRECTED"
        case person.PersonEnrolled():
            change = "ENROLLED"
        case person.DeathRecorded():
            change = "DIED"
        case certifying.ChronicCertified():
            change = "CERTIFIED"
        case certifying.CertificationCancelled():
            change = "CERTIFICATION_CANCELLED"
        case _:
            return None
    return change


def _changed(entitlement: Entitlement, change: str) -> Published:
    event = contract.EntitlementChanged(
        person_id=entitlement.person_id,
        revision=entitlement.revision,
        change=change,
        county=entitlement.county,
        memberships=tuple(_membership(held) for held in entitlement.memberships),
        enrolments=tuple(_enrolment(held) for held in entitlement.enrolments),
        deceased_on=entitlement.deceased_on,
        certifications=tuple(_certification(held) for held in entitlement.certifications),
    )
    return Published(entitlement.person_id, event)


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
