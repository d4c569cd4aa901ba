"""Identity's read tables, as pure functions of its events."""

from collections.abc import Iterable
from typing import TypeAlias

from identity.certification.domain.certifier import CertifierRegistered
from identity.certification.domain.certifying import CertificationCancelled, ChronicCertified
from identity.certification.domain.filing import ChronicFiled
from identity.certification.rows.certifications import certification_rows
from identity.comparison.domain import payment_list
from identity.comparison.rows.payment_lists import payment_changes
from identity.comparison.rows.payment_tables import PAYMENT_WORKING_TABLES
from identity.enrolment.rows.enrolments import enrolment_rows
from identity.entries.domain import entry
from identity.entries.rows.entries import entry_rows
from identity.facts.domain import facts
from identity.facts.domain.handbook import HandbookChecked
from identity.facts.rows.facts import fact_rows
from identity.feeds.domain import feed
from identity.feeds.rows.feeds import feed_changes
from identity.feeds.rows.tables import FEED_WORKING_TABLES
from identity.illnesses.domain import illness
from identity.illnesses.domain.exit_check import ExitChecked
from identity.illnesses.rows.illnesses import illness_rows
from identity.memberships.rows import enrolment_row, membership_rows
from identity.persons.domain import erasure, person
from identity.persons.domain.annulment import RegistrationAnnulled
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.erasure import PersonErased
from identity.persons.domain.lookup import LookupMade
from identity.persons.domain.merging import AliasMoved, MergedAway, RecordsMerged
from identity.persons.rows.corrections import correction_rows, registered_row
from identity.persons.rows.erasures import erased_rows, erasure_row
from identity.persons.rows.merging import merging_rows
from identity.persons.rows.tables import PERSON_SOURCES, lookups, metadata, person_keys, persons
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put

#: Tables of this service that are not made from its events.
SOURCE_TABLES = PERSON_SOURCES | FEED_WORKING_TABLES | PAYMENT_WORKING_TABLES

__all__ = ["SOURCE_TABLES", "metadata", "person_keys", "project"]


#: What is about one person, in a stream beside the person's.
OfOnePerson: TypeAlias = entry.Event | facts.Event | erasure.Event | illness.Event | ExitChecked


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows that an event leads to."""
    other = _of_other_streams(recorded)
    return _of_person(recorded) if other is None else other


def _of_person(recorded: RecordedEvent) -> Iterable[Change]:
    yield from _beside_the_person(recorded)
    yield _person_row(recorded.event.entitlement)


def _of_other_streams(recorded: RecordedEvent) -> Iterable[Change] | None:
    """The rows of an event that is in no person's stream; None for those that are."""
    event = recorded.event
    match event:
        case LookupMade() | HandbookChecked():
            # A check of a handbook is answered, and told to settlement: nobody reads it here.
            return (_lookup_row(event, recorded),) if isinstance(event, LookupMade) else ()
        case CertifierRegistered() | ChronicFiled():
            return certification_rows(event)
        case _ if isinstance(event, feed.Event):
            return feed_changes(recorded)
        case _ if isinstance(event, payment_list.Event):
            return payment_changes(event, recorded)
        case _ if isinstance(event, OfOnePerson):
            return _of_one_person(event, recorded)
        case _:
            return enrolment_rows(event)


def _of_one_person(event: OfOnePerson, recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of an event that is about a person, in a stream beside the person's."""
    if isinstance(event, illness.Event | ExitChecked):
        return illness_rows(event)
    if isinstance(event, entry.Event):
        return entry_rows(event.entry)
    if isinstance(event, facts.Event):
        return fact_rows(event, recorded)
    return (erasure_row(event.erasure),)


def _beside_the_person(recorded: RecordedEvent) -> Iterable[Change]:
    event = recorded.event
    match event:
        case person.PersonRegistered():
            yield registered_row(event)
        case person.MembershipAsserted():
            yield from membership_rows(recorded, event.entitlement, event.membership_id, "ADDED")
        case person.MembershipEnded() | person.MembershipCorrected():
            yield from membership_rows(recorded, event.entitlement, event.membership_id, event.reason)
        case person.PersonEnrolled():
            yield enrolment_row(event.entitlement.person_id, event.enrolment)
        case RecordsMerged() | MergedAway() | AliasMoved() | RegistrationAnnulled():
            yield from merging_rows(event, recorded)
        case PersonErased():
            yield from erased_rows(event)
        case ChronicCertified() | CertificationCancelled():
            yield from certification_rows(event)
        case _:
            yield from correction_rows(recorded)


def _person_row(entitlement: Entitlement) -> Change:
    return put(
        persons,
        person_id=entitlement.person_id,
        county=entitlement.county,
        revision=entitlement.revision,
        deceased_on=entitlement.deceased_on,
        merged_into=entitlement.merged_into,
        annulled=entitlement.annulled,
        erased=entitlement.erased,
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
