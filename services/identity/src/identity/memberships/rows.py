"""The rows of memberships, their versions, and enrolments."""

from collections.abc import Iterable

from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership
from identity.persons.rows.tables import enrolments, membership_versions, memberships
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put


def membership_rows(
    recorded: RecordedEvent, entitlement: Entitlement, membership_id: str, change: str
) -> Iterable[Change]:
    """A membership as it stands in an entitlement, and the version of it that this is."""
    held = entitlement.membership(membership_id)
    yield put(memberships, **_facts(recorded, entitlement, held))
    yield version_row(recorded, entitlement, held, change)


def version_row(recorded: RecordedEvent, entitlement: Entitlement, held: Membership, change: str) -> Change:
    """One version of a membership, known since the event."""
    return put(membership_versions, change=change, **_facts(recorded, entitlement, held))


def enrolment_row(person_id: str, enrolment: Enrolment) -> Change:
    """An enrolment as it stands."""
    return put(
        enrolments,
        person_id=person_id,
        area=enrolment.area,
        year=enrolment.year,
        scheme=enrolment.scheme,
        registered_on=enrolment.registered_on,
        marked_on=enrolment.marked_on,
    )


def _facts(recorded: RecordedEvent, entitlement: Entitlement, held: Membership) -> dict[str, object]:
    return {
        "membership_id": held.membership_id,
        "person_id": entitlement.person_id,
        "department": held.department,
        "category": held.category,
        "group": held.group,
        "poverty_status": held.poverty_status,
        "exit_date": held.exit_date,
        "valid_from": held.valid_from,
        "valid_to": held.valid_to,
        "evidence": held.evidence,
        "revision": entitlement.revision,
        "recorded_at": recorded.occurred_at,
    }
