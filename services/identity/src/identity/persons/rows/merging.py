"""The rows that a merger or an annulment leads to: what moves to the surviving record, and what is gone."""

from collections.abc import Iterable

from identity.certification.rows.certifications import certification_row
from identity.memberships.rows import enrolment_row, membership_rows, version_row
from identity.persons.domain.annulment import RegistrationAnnulled
from identity.persons.domain.merging import AliasMoved, MergedAway, RecordsMerged
from identity.persons.rows.corrections import death_row, former_number_row
from identity.persons.rows.tables import enrolments, former_numbers, memberships, personal_data
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, remove

Event = RecordsMerged | MergedAway | AliasMoved | RegistrationAnnulled


def merging_rows(event: Event, recorded: RecordedEvent) -> Iterable[Change]:
    """The rows beside the person's own."""
    match event:
        case RecordsMerged():
            yield from _taken_over(event, recorded)
        case MergedAway():
            yield from _left_behind(event)
        case RegistrationAnnulled():
            yield remove(personal_data, person_id=event.entitlement.person_id)
        case AliasMoved():
            pass


def _taken_over(event: RecordsMerged, recorded: RecordedEvent) -> Iterable[Change]:
    person_id = event.entitlement.person_id
    for membership_id in event.taken:
        yield from membership_rows(recorded, event.entitlement, membership_id, "TAKEN_OVER")
    for held in event.given_up:
        yield remove(memberships, membership_id=held.membership_id)
        yield version_row(recorded, event.entitlement, held, "GIVEN_UP")
    for certification in event.entitlement.certifications:
        # A cancelled one rests where it was: its row alone knows why, and nobody acts on it any more.
        if certification.cancelled_from is None:
            yield certification_row(person_id, certification, None)
    for enrolment in event.entitlement.enrolments:
        yield enrolment_row(person_id, enrolment)
    if event.entitlement.deceased_on is not None:
        yield death_row(recorded, "MERGED", event.merged_by)
    for token in event.number_tokens:
        yield former_number_row(token, person_id, recorded)


def _left_behind(event: MergedAway) -> Iterable[Change]:
    person_id = event.entitlement.person_id
    yield remove(personal_data, person_id=person_id)
    for token in event.number_tokens:
        yield remove(former_numbers, number_token=token, person_id=person_id)
    for held in event.formerly.enrolments:
        yield remove(enrolments, person_id=person_id, area=held.area, year=held.year, scheme=held.scheme)
