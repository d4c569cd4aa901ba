"""Signed notes: a text with signatures below it, in the form of C2SP signed-note, which other programs check, too."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Final

from kernel.security.signing_keys import PublicKey, SigningKey

_DASH: Final = "— "
_ID_BYTES: Final = 4
#: A checkpoint of a service has some hundred lines; what is larger is no note of ours.
NOTE_MAX_BYTES: Final = 1_000_000


class NoteError(ValueError):
    """A text is not a signed note, or none of the known keys has signed it as it stands."""


def signed_note(text: str, key: SigningKey) -> str:
    """The text with its signature. The text ends with a newline and has no other control characters."""
    assert text.endswith("\n"), "the text of a note ends with a newline"
    assert all(character >= " " or character == "\n" for character in text), "a note has no control characters"
    signature = b64encode(key.public.id + key.sign(text.encode())).decode()
    return f"{text}\n{_DASH}{key.public.name} {signature}\n"


def opened_note(note: str, keys: Iterable[PublicKey]) -> str:
    """The text of a note that at least one of the keys has signed; signatures of others are passed over.

    Raises NoteError: for what is no note, for a note that no known key has signed, and as soon as the signature of a
    known key does not fit.
    """
    text, signatures = _split(note)
    known = {(key.name, key.id): key for key in keys}
    holding = False
    for line in signatures:
        name, key_id, signature = _signature(line)
        key = known.get((name, key_id))
        if key is None:
            continue
        if not key.holds(signature, text.encode()):
            raise NoteError(f"the signature of {name} does not fit: the note was changed after it was signed")
        holding = True
    if not holding:
        wanted = ", ".join(sorted(name for name, _ in known)) or "no key"
        raise NoteError(f"none of the signatures is of a key that is trusted here ({wanted})")
    return text


def _split(note: str) -> tuple[str, Sequence[str]]:
    if len(note.encode()) > NOTE_MAX_BYTES:
        raise NoteError(f"a signed note has at most {NOTE_MAX_BYTES} bytes")
    text, blank, below = note.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise NoteError("this is no signed note: a text, an empty line, and signatures below it")
    return text + "\n", below[:-1].split("\n")


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).rpartition(" ")
    try:
        signature = b64decode(encoded, validate=True)
    except binascii.Error:
        signature = b""
    if not line.startswith(_DASH) or not name or len(signature) <= _ID_BYTES:
        raise NoteError("a line below the note is no signature")
    return name, signature[:_ID_BYTES], signature[_ID_BYTES:]
