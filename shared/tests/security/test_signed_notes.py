"""Signed notes: what other programs for them read, and what is refused. Each rule of C2SP signed-note has its row."""

from pathlib import Path
from typing import Final

import pytest

from kernel.security import SecretFileError
from kernel.security.signed_notes import NoteError, opened_note, signed_note
from kernel.security.signing_keys import PublicKey, SigningKey, SigningKeyError

KEY: Final = SigningKey("example.com/log", bytes(range(32)))
OTHER: Final = SigningKey("example.com/other", bytes(32))
TEXT: Final = "example.com/log\n3\nthe root\n"
NOTE: Final = signed_note(TEXT, KEY)


def test_a_note_is_written_as_the_standard_says() -> None:
    *text, blank, signature, end = NOTE.split("\n")
    assert ("\n".join(text) + "\n", blank, end) == (TEXT, "", "")
    assert signature.startswith("— example.com/log ")
    assert KEY.public.text == "example.com/log+d455c521+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    assert repr(KEY) == "SigningKey('example.com/log', id=d455c521)"


def test_keys_come_back_from_their_texts() -> None:
    assert PublicKey.of_text(KEY.public.text).text == KEY.public.text
    assert SigningKey.of_text(KEY.text + "\n").text == KEY.text


def test_a_note_opens_with_one_of_the_keys_whoever_else_has_signed_it() -> None:
    both = NOTE + signed_note(TEXT, OTHER).rpartition("\n\n")[2]
    assert opened_note(NOTE, [KEY.public]) == TEXT
    assert opened_note(both, [OTHER.public]) == TEXT


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (NOTE.replace("3", "4"), "was changed after it was signed"),
        (signed_note(TEXT, OTHER), "none of the signatures is of a key that is trusted"),
        (TEXT, "no signed note"),
        (NOTE.removesuffix("\n"), "no signed note"),
        (NOTE.replace("— ", "- "), "is no signature"),
        (NOTE.replace("— example.com/log ", "— example.com/log !"), "is no signature"),
        ("x" * 1_000_001, "at most"),
    ],
)
def test_what_is_not_signed_as_it_stands_does_not_open(note: str, said: str) -> None:
    with pytest.raises(NoteError, match=said):
        opened_note(note, [KEY.public])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\n"])
def test_a_name_that_could_not_stand_in_a_signature_names_no_key(name: str) -> None:
    with pytest.raises(SigningKeyError, match="cannot name a key"):
        SigningKey.generate(name)


@pytest.mark.parametrize(
    "text", ["", "PRIVATE+KEY", KEY.public.text, KEY.text.replace("d455c521", "d455c522"), KEY.text[:-4], "+++++"]
)
def test_a_damaged_private_key_is_refused_and_never_shown(text: str) -> None:
    with pytest.raises(SigningKeyError) as refused:
        SigningKey.of_text(text)
    assert KEY.text.rpartition("+")[2] not in str(refused.value)


def test_a_damaged_public_key_is_refused() -> None:
    with pytest.raises(SigningKeyError, match="is damaged"):
        PublicKey.of_text(KEY.public.text.replace("/log+", "/lag+"))


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    key = SigningKey.in_folder(tmp_path, "onestop", "key")
    assert SigningKey.from_file(tmp_path / "key").text == key.text
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(SecretFileError, match="mode 0644"):
        SigningKey.from_file(tmp_path / "key")
