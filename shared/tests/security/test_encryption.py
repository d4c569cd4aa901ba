"""Sealed values: they open only for the right subject, purpose and key, and show any change."""

import base64
import stat
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.security import KeyRing, KeyTextError, KeyUnknownError, SealBrokenError, Sealer, SecretFileError, WrappedKey
from kernel.security.key_ring import KEYS_FILE

KEK_1, KEK_2, HASH_KEY = b"1" * 32, b"2" * 32, b"h" * 32
AAD = b"person.id_number"
ID_NUMBER = "440104199001011234"


def ring(current: str = "1", second: bytes | None = None) -> KeyRing:
    keys = {"1": KEK_1} if second is None else {"1": KEK_1, "2": second}
    return KeyRing(keys, current=current, hash_key=HASH_KEY)


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_is_sealed_opens_again(plaintext: bytes, subject: str) -> None:
    sealer = Sealer(ring())
    key = sealer.new_key(subject)
    sealed = sealer.seal(plaintext, subject=subject, key=key, aad=AAD)
    assert sealer.open(sealed, subject=subject, key=key, aad=AAD) == plaintext


def test_any_changed_bit_is_detected() -> None:
    sealer = Sealer(ring())
    key = sealer.new_key("p1")
    sealed = sealer.seal(b"secret", subject="p1", key=key, aad=AAD)
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBrokenError):
            sealer.open(bytes(changed), subject="p1", key=key, aad=AAD)


@pytest.mark.parametrize("length", [0, 1, 13, 28])
def test_a_value_cut_short_is_detected(length: int) -> None:
    sealer = Sealer(ring())
    key = sealer.new_key("p1")
    sealed = sealer.seal(b"secret", subject="p1", key=key, aad=AAD)
    with pytest.raises(SealBrokenError):
        sealer.open(sealed[:length], subject="p1", key=key, aad=AAD)


def test_a_value_cannot_be_moved_to_another_field() -> None:
    sealer = Sealer(ring())
    key = sealer.new_key("p1")
    sealed = sealer.seal(b"secret", subject="p1", key=key, aad=AAD)
    with pytest.raises(SealBrokenError):
        sealer.open(sealed, subject="p1", key=key, aad=b"person.name")


def test_a_value_and_a_key_cannot_be_moved_to_another_person() -> None:
    sealer = Sealer(ring())
    first, second = sealer.new_key("p1"), sealer.new_key("p2")
    sealed = sealer.seal(b"secret", subject="p1", key=first, aad=AAD)
    with pytest.raises(SealBrokenError):
        sealer.open(sealed, subject="p2", key=second, aad=AAD)
    with pytest.raises(SealBrokenError):
        sealer.open(sealed, subject="p2", key=first, aad=AAD)


def test_the_same_value_of_two_persons_looks_different() -> None:
    sealer = Sealer(ring())
    seals = {sealer.seal(b"x", subject=s, key=sealer.new_key(s), aad=AAD) for s in ("p1", "p2")}
    assert len(seals) == 2


def test_the_same_value_sealed_twice_looks_different() -> None:
    sealer = Sealer(ring())
    key = sealer.new_key("p1")
    seals = {sealer.seal(b"x", subject="p1", key=key, aad=AAD) for _ in range(100)}
    assert len(seals) == 100


def test_a_wrapped_key_is_useless_without_its_key_encryption_key() -> None:
    wrapped = Sealer(ring()).new_key("p1")
    impostor = Sealer(KeyRing({"1": KEK_2}, current="1", hash_key=HASH_KEY))
    stranger = Sealer(KeyRing({"2": KEK_2}, current="2", hash_key=HASH_KEY))
    with pytest.raises(SealBrokenError):
        impostor.seal(b"x", subject="p1", key=wrapped, aad=AAD)
    with pytest.raises(KeyUnknownError, match="'1'"):
        stranger.seal(b"x", subject="p1", key=wrapped, aad=AAD)


def test_a_wrapped_key_does_not_show_the_data_key() -> None:
    data_key = b"d" * 32
    answers: Iterator[bytes] = iter([data_key, b"n" * 12])
    wrapped = Sealer(ring(), random=lambda _size: next(answers)).new_key("p1")
    assert data_key not in wrapped.sealed


def test_rotation_rewraps_keys_without_touching_the_data() -> None:
    old = Sealer(ring())
    wrapped = old.new_key("p1")
    sealed = old.seal(b"secret", subject="p1", key=wrapped, aad=AAD)
    rewrapped = Sealer(ring("2", KEK_2)).rewrap("p1", wrapped)
    new = Sealer(KeyRing({"2": KEK_2}, current="2", hash_key=HASH_KEY))
    assert rewrapped.key_id == "2"
    assert new.open(sealed, subject="p1", key=rewrapped, aad=AAD) == b"secret"


def test_a_wrapped_key_cannot_be_relabelled() -> None:
    sealer = Sealer(ring(second=KEK_1))
    wrapped = sealer.new_key("p1")
    with pytest.raises(SealBrokenError):
        sealer.rewrap("p1", WrappedKey("2", wrapped.sealed))


def test_nonces_come_from_the_given_source() -> None:
    numbers = count()
    sealer = Sealer(ring(), random=lambda size: next(numbers).to_bytes(size, "big"))
    key = sealer.new_key("p1")
    sealed = sealer.seal(b"x", subject="p1", key=key, aad=AAD)
    assert sealed[1:13] == (2).to_bytes(12, "big")


def test_a_keyed_hash_is_stable_and_depends_on_value_and_key() -> None:
    sealer = Sealer(ring())
    other = Sealer(KeyRing({"1": KEK_1}, current="1", hash_key=b"o" * 32))
    digest = sealer.keyed_hash(ID_NUMBER)
    assert digest.hex() == "4674e186e9b6e6d3d49a94074a1ea2e2f858adea3d45735e01ea055ffa03aa95"
    assert digest == Sealer(ring()).keyed_hash(ID_NUMBER)
    assert digest != sealer.keyed_hash(ID_NUMBER[:-1] + "5")
    assert digest != other.keyed_hash(ID_NUMBER)


@pytest.mark.parametrize("write", [lambda key: base64.b64encode(key).decode(), bytes.hex])
def test_keys_in_settings_are_base64_or_hex(write: object) -> None:
    assert callable(write)
    read = KeyRing.from_texts({"1": write(KEK_1)}, current="1", hash_key=write(HASH_KEY))
    assert (read.key("1"), read.hash_key()) == (KEK_1, HASH_KEY)


@pytest.mark.parametrize("text", ["", "short", "z" * 64, base64.b64encode(b"x" * 31).decode(), "秘密"])
def test_a_wrong_key_text_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyTextError) as caught:
        KeyRing.from_texts({"1": text}, current="1", hash_key=HASH_KEY.hex())
    assert not text or text not in str(caught.value)


def test_the_hash_key_must_be_its_own() -> None:
    with pytest.raises(KeyTextError, match="must not be one of"):
        KeyRing({"1": KEK_1}, current="1", hash_key=KEK_1)


def test_the_current_key_must_exist() -> None:
    with pytest.raises(KeyUnknownError, match="'2'"):
        ring("2")


def test_keys_do_not_show_in_a_repr() -> None:
    shown = repr(ring()) + repr(Sealer(ring()))
    assert KEK_1.decode() not in shown
    assert HASH_KEY.decode() not in shown


def test_the_embedded_ring_is_private_and_used_again(tmp_path: Path) -> None:
    first, again = KeyRing.in_folder(tmp_path), KeyRing.in_folder(tmp_path)
    file = tmp_path / KEYS_FILE
    assert first.key("1") == again.key("1") == KeyRing.from_file(file).key("1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    with pytest.raises(SecretFileError):
        KeyRing.from_file(file)


def test_a_broken_key_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.touch(mode=0o600)
    file.write_text('{"current": "1", "keys": {"1": "topsecret"}, "hash": "x"}')
    with pytest.raises(KeyTextError) as caught:
        KeyRing.from_file(file)
    assert "topsecret" not in str(caught.value)
