"""Holder notes over HTTP: identity says that a name and a number are a person's, for a paper printed elsewhere."""

import secrets
from datetime import datetime
from typing import Annotated

import msgspec

from identity.persons.commands.persons import PersonCommands
from identity.persons.domain.lookup import LookupReason
from identity.persons.domain.names import NameMatch, compare_names
from identity.persons.domain.resident_id import parse_resident_id
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.personal_fields import IdNumber, Name
from identity.persons.queries.vault import Vault
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answer
from kernel.running.clock import Clock
from kernel.security import Principal, Role
from kernel.security.holder_notes import NOTE_GOOD_FOR, holder_note
from kernel.security.signing_keys import SigningKey
from kernel.values.china_time import china_date
from kernel.values.refusals import conflict

Window = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, by_division=True)]


class HolderBody(RequestBody, frozen=True):
    """Who stands at the window, as the ID card says."""

    id_number: IdNumber
    name: Name


class HolderNote(Wire, frozen=True):
    """Hand the note on with the same name and number, before it is too old."""

    note: str
    good_until: datetime


class _Found(msgspec.Struct, frozen=True):
    """What a look-up came to."""

    person_id: str | None


def holder_notes(
    commands: PersonCommands, vault: Vault, divisions: DivisionQueries, key: SigningKey | None, clock: Clock
) -> Router:
    """The route of /v1/persons/{person_id}/holder-notes; ``key`` is that with which identity signs."""
    router = Router(prefix="/v1/persons/{person_id}/holder-notes", tags=["persons"], dependencies=[divisions.guard])

    @router.post("")
    async def note_holder(
        person_id: str, caller: Window, command: Sent[HolderBody], idempotency: IdempotencyKey
    ) -> Json[HolderNote]:
        """Compare the ID card with the person, and give a note of it; it is written down as a look-up."""
        if key is None:
            raise conflict("HOLDER_NOTES_OFF", "this service has no signing key, so it can give no notes")
        now = clock()
        number = parse_resident_id(command.id_number, today=china_date(now))
        looked = await commands.look_up(caller, idempotency, number, LookupReason.REFERRAL)
        found = msgspec.json.decode(looked.body, type=_Found)
        person = await vault.open(person_id) if found.person_id == person_id else None
        if person is None or compare_names(person.name, command.name) is NameMatch.DIFFERENT:
            raise conflict("HOLDER_DISAGREES", "the name and the number are not both this person's", person=person_id)
        until = now + NOTE_GOOD_FOR
        # Made anew for a repetition: a digest of a number is kept nowhere, not even beside the first answer.
        note = holder_note(person_id, number.number, command.name, until=until, salt=secrets.token_urlsafe(32), key=key)
        return answer(HolderNote(note, until))

    return router
