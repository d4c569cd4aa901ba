"""Holder notes: identity's word, for a short time, that a name and an ID number are those of a person.

Whoever prints a paper with them shows the note to a service that holds neither. The note itself names nobody: it has
the person's id and a salted digest, and is kept by no service.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from kernel.security.signed_notes import NoteError, opened_note, signed_note
from kernel.security.signing_keys import PublicKey, SigningKey

#: The first line of a note, so that no other text that identity signs is taken for one.
_HEAD: Final = "onestop holder note v1"
_LINES: Final = 5
#: A window prints while the person stands before it.
NOTE_GOOD_FOR: Final = timedelta(minutes=15)
NOTE_CHARACTERS_MAX: Final = 1000


def holder_note(person_id: str, id_number: str, name: str, *, until: datetime, salt: str, key: SigningKey) -> str:
    """A note about a person, as one word that travels in JSON. ``salt`` is fresh chance for each note."""
    lines = (_HEAD, person_id, until.isoformat(), salt, _digest(salt, id_number, name))
    return urlsafe_b64encode(signed_note("\n".join(lines) + "\n", key).encode()).decode()


def check_holder_note(
    note: str, person_id: str, id_number: str, name: str, *, now: datetime, keys: Iterable[PublicKey]
) -> None:
    """Raise NoteError unless identity said so of this person, this number and this name, not long ago."""
    try:
        text = opened_note(urlsafe_b64decode(note.encode()).decode(), keys)
    except (Base64Error, UnicodeDecodeError):
        raise NoteError("this is no holder note") from None
    lines = text.splitlines()
    if len(lines) != _LINES or lines[0] != _HEAD:
        raise NoteError("this is no holder note")
    _, about, until, salt, digest = lines
    if datetime.fromisoformat(until) < now:
        raise NoteError("the holder note is too old: have the person checked again")
    same = hmac.compare_digest(digest, _digest(salt, id_number, name))
    if about != person_id or not same:
        raise NoteError("the holder note is about another person, number or name")


def _digest(salt: str, id_number: str, name: str) -> str:
    return hashlib.sha256(f"{salt}\n{id_number}\n{''.join(name.split())}".encode()).hexdigest()
