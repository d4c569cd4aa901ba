"""Identity's read tables, as pure functions of its events."""

from collections.abc import Iterable

from identity.domain import entry, feed, person
from identity.domain.certifier import CertifierRegistered
from identity.domain.entitlement import Entitlement
from identity.domain.filing import ChronicFiled
from identity.domain.lookup import LookupMade
from identity.projections.certification_rows import certification_rows
from identity.projections.correction_rows import correction_rows, registered_row
from identity.projections.enrolment_rows import enrolment_rows
from identity.projections.entry_rows import entry_rows
from identity.projections.feed_rows import feed_changes
from identity.projections.feed_tables import FEED_WORKING_TABLES
from identity.projections.tables import (
    PERSON_SOURCES,
    enrolments,
    lookups,
    membership_versions,
    memberships,
    metadata,
    person_keys,
    persons,
)
from kernel.event_store import RecordedEvent
from kernel.read_tables import Change, put

#: Tables of this service that are not made from its events.
SOURCE_TABLES = PERSON_SOURCES | FEED_WORKING_TABLES

__all__ = ["SOURCE_TABLES", "metadata", "person_keys", "project"]


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows that an event leads to."""
    if isinstance(recorded.event, feed.Event):
        return feed_changes(recorded)
    if isinstance(recorded.event, entry.Event):
        return entry_rows(recorded.event.entry)
    rows = enrolment_rows(recorded.event)
    return _of_person(recorded) if rows is None else rows


def _of_person(recorded: RecordedEvent) -> Iterable[Change]:
    yield from certification_rows(recorded.event)
    match recorded.event:
        case CertifierRegistered() | ChronicFiled():
            return
        case LookupMade() as lookup:
            yield _lookup_row(lookup, recorded)
            return
        case person.PersonRegistered() as registered:
            yield registered_row(registered)
        case person.MembershipAsserted(membership_id=membership_id):
            yield from _membership_rows(recorded, membership_id, "ADDED")
        case person.MembershipEnded(membership_id=membership_id, reason=reason):
            yield from _membership_rows(recorded, membership_id, reason.value)
        case person.MembershipCorrected(membership_id=membership_id, reason=reason):
            yield from _membership_rows(recorded, membership_id, reason.value)
        case person.PersonEnrolled() as enrolled:
            yield _enrolment_row(enrolled)
        case _:
            yield from correction_rows(recorded)
    yield _person_row(recorded.event.entitlement)


def _person_row(entitlement: Entitlement) -> Change:
    return put(
        persons,
        person_id=entitlement.person_id,
        county=entitlement.county,
        revision=entitlement.revision,
        deceased_on=entitlement.deceased_on,
    )


def _membership_rows(recorded: RecordedEvent, membership_id: str, change: str) -> Iterable[Change]:
    entitlement: Entitlement = recorded.event.entitlement
    held = entitlement.membership(membership_id)
    facts = {
        "membership_id": membership_id,
        "person_id": entitlement.person_id,
        "group": held.group,
        "poverty_status": held.poverty_status,
        "exit_date": held.exit_date,
        "valid_from": held.valid_from,
        "valid_to": held.valid_to,
        "evidence": held.evidence,
        "revision": entitlement.revision,
        "recorded_at": recorded.occurred_at,
    }
    yield put(memberships, department=held.department, category=held.category, **facts)
    yield put(membership_versions, change=change, **facts)


def _enrolment_row(enrolled: person.PersonEnrolled) -> Change:
    enrolment = enrolled.enrolment
    return put(
        enrolments,
        person_id=enrolled.entitlement.person_id,
        area=enrolment.area,
        year=enrolment.year,
        scheme=enrolment.scheme,
        registered_on=enrolment.registered_on,
        marked_on=enrolment.marked_on,
    )


def _lookup_row(lookup: LookupMade, recorded: RecordedEvent) -> Change:
    return put(
        lookups,
        lookup_id=lookup.lookup_id,
        person_id=lookup.person_id,
        number_token=lookup.number_token,
        asked_by=lookup.asked_by,
        roles=lookup.roles,
        reason=lookup.reason,
        asked_at=recorded.occurred_at,
    )
