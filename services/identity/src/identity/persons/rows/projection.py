"""The rows of persons, pure functions of events: how each stands, sealed data, numbers, deaths, look-ups, erasures."""

from base64 import b64decode
from collections.abc import Iterable
from typing import Final, get_args

import msgspec

from identity.persons.domain import corrections, merging, person
from identity.persons.domain.also_listed import AlsoListed
from identity.persons.domain.annulment import RegistrationAnnulled
from identity.persons.domain.corrections import DeathCorrected, IdNumberCorrected, PersonalDataCorrected, PersonalRecord
from identity.persons.domain.erasure import ErasureAsked, ErasureConfirmed, ErasureDeclined, PersonErased
from identity.persons.domain.handing_over import MembershipHandedOver
from identity.persons.domain.lookup import LookupMade
from identity.persons.domain.merging import MergedAway, RecordsMerged
from identity.persons.domain.moving import PersonMoved
from identity.persons.domain.person import DeathRecorded, PersonRegistered
from identity.persons.domain.seeing import DataSeen
from identity.persons.domain.withdrawing import MembershipWithdrawn
from identity.persons.rows.tables import (
    data_looks,
    death_versions,
    erasures,
    former_numbers,
    lookups,
    person_moves,
    personal_data,
    persons,
)
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import Change, put_of, remove


def person_row(recorded: RecordedEvent) -> Iterable[Change]:
    """How a person stands since an event that carries the person's entitlement, whichever topic decided it."""
    yield put_of(recorded.event.entitlement, persons)


def _registered(recorded: RecordedEvent) -> Iterable[Change]:
    event: PersonRegistered = recorded.event
    yield _data(recorded, PersonalRecord(event.number_token, event.personal, event.registered_by))


def _number_corrected(recorded: RecordedEvent) -> Iterable[Change]:
    yield _data(recorded, recorded.event.record)
    yield _former_number(recorded.event.former_token, recorded)


def _taken_over(recorded: RecordedEvent) -> Iterable[Change]:
    event: RecordsMerged = recorded.event
    if event.entitlement.deceased_on is not None:
        yield _death(recorded, "MERGED", event.merged_by)
    for token in event.number_tokens:
        yield _former_number(token, recorded)


def _gone(recorded: RecordedEvent) -> Iterable[Change]:
    yield remove(personal_data, person_id=recorded.event.entitlement.person_id)


def _gone_with_numbers(recorded: RecordedEvent) -> Iterable[Change]:
    """Neither ciphertext nor number leads to this record any more."""
    event: MergedAway | PersonErased = recorded.event
    yield from _gone(recorded)
    for token in event.number_tokens:
        yield remove(former_numbers, number_token=token, person_id=event.entitlement.person_id)


#: Each event of a person's stream moves the person's own row.
STANDING: Final[RowsByEvent] = dict.fromkeys(
    (
        *get_args(person.Event),
        *get_args(corrections.Event),
        *get_args(merging.Event),
        RegistrationAnnulled,
        PersonMoved,
        AlsoListed,
        MembershipHandedOver,
        MembershipWithdrawn,
        PersonErased,
    ),
    person_row,
)
#: What is written beside it.
ROWS: Final[RowsByEvent] = {
    PersonRegistered: _registered,
    PersonalDataCorrected: lambda recorded: [_data(recorded, recorded.event.record)],
    IdNumberCorrected: _number_corrected,
    DeathRecorded: lambda recorded: [_death(recorded, "DIED", recorded.event.reported_by)],
    DeathCorrected: lambda recorded: [_death(recorded, recorded.event.reason, recorded.event.corrected_by)],
    RecordsMerged: _taken_over,
    MergedAway: _gone_with_numbers,
    RegistrationAnnulled: _gone,
    PersonMoved: lambda recorded: [_moved(recorded)],
    PersonErased: _gone_with_numbers,
    DataSeen: lambda recorded: [put_of(recorded.event, data_looks, seen_at=recorded.occurred_at)],
    LookupMade: lambda recorded: [put_of(recorded.event, lookups, asked_at=recorded.occurred_at)],
    **dict.fromkeys((ErasureAsked, ErasureConfirmed, ErasureDeclined), one_row(erasures, "erasure")),
}


def _data(recorded: RecordedEvent, record: PersonalRecord) -> Change:
    sealed = msgspec.structs.asdict(record.personal).items()
    ciphertexts = {name: None if text is None else b64decode(text) for name, text in sealed}
    return put_of(record, personal_data, person_id=recorded.event.entitlement.person_id, **ciphertexts)


def _former_number(number_token: str, recorded: RecordedEvent) -> Change:
    """A number that leads to a person who has another one now."""
    standing, at = recorded.event.entitlement, recorded.occurred_at
    return put_of(standing, former_numbers, number_token=number_token, recorded_at=at)


def _moved(recorded: RecordedEvent) -> Change:
    """That a person was of another county before."""
    event: PersonMoved = recorded.event
    told = {"formerly": event.formerly, "told_by": event.told_by, "moved_at": recorded.occurred_at}
    return put_of(event.entitlement, person_moves, **told)


def _death(recorded: RecordedEvent, change: str, told_by: str) -> Change:
    """What is known of a person's death since an event."""
    standing, at = recorded.event.entitlement, recorded.occurred_at
    return put_of(standing, death_versions, change=change, told_by=told_by, recorded_at=at)
