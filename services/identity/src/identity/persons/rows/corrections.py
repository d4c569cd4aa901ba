"""The rows that corrections of a person lead to: personal data, former numbers, and what is known of a death."""

from base64 import b64decode
from collections.abc import Iterable

from identity.persons.domain.corrections import DeathCorrected, IdNumberCorrected, PersonalDataCorrected, PersonalRecord
from identity.persons.domain.person import DeathRecorded, PersonRegistered
from identity.persons.rows.tables import death_versions, former_numbers, personal_data
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put


def registered_row(event: PersonRegistered) -> Change:
    """The personal data of a new person."""
    record = PersonalRecord(event.number_token, event.personal, event.registered_by)
    return _record_row(event.entitlement.person_id, record)


def correction_rows(recorded: RecordedEvent) -> Iterable[Change]:
    """The rows of a correction, without the person's own row."""
    event = recorded.event
    match event:
        case PersonalDataCorrected():
            yield _record_row(event.entitlement.person_id, event.record)
        case IdNumberCorrected():
            yield _record_row(event.entitlement.person_id, event.record)
            yield former_number_row(event.former_token, event.entitlement.person_id, recorded)
        case DeathRecorded():
            yield death_row(recorded, "DIED", event.reported_by)
        case DeathCorrected():
            yield death_row(recorded, event.reason, event.corrected_by)
        case _:
            pass


def former_number_row(number_token: str, person_id: str, recorded: RecordedEvent) -> Change:
    """A number that leads to a person who has another one now."""
    return put(former_numbers, number_token=number_token, person_id=person_id, recorded_at=recorded.occurred_at)


def _record_row(person_id: str, record: PersonalRecord) -> Change:
    sealed = record.personal
    return put(
        personal_data,
        person_id=person_id,
        number_token=record.number_token,
        id_number=b64decode(sealed.id_number),
        name=b64decode(sealed.name),
        phone=_decoded(sealed.phone),
        address=_decoded(sealed.address),
        card_number=_decoded(sealed.card_number),
        registered_by=record.registered_by,
    )


def _decoded(sealed: str | None) -> bytes | None:
    return None if sealed is None else b64decode(sealed)


def death_row(recorded: RecordedEvent, change: str, told_by: str) -> Change:
    """What is known of a person's death since an event."""
    entitlement = recorded.event.entitlement
    return put(
        death_versions,
        person_id=entitlement.person_id,
        revision=entitlement.revision,
        deceased_on=entitlement.deceased_on,
        change=change,
        told_by=told_by,
        recorded_at=recorded.occurred_at,
    )
