"""Both ciphers: SM4-GCM as its standard has it, and values that say themselves what they were sealed with."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kernel.security import KeyRing, SealBrokenError, SealCipher, Sealer
from kernel.security.ciphers import decrypt, encrypt, sm4_key

RING = KeyRing({"1": b"1" * 32}, current="1", hash_key=b"h" * 32)
AAD = b"person.name"
BOTH = pytest.mark.parametrize("cipher", list(SealCipher))


def test_sm4_in_gcm_gives_what_rfc_8998_says() -> None:
    """The example of RFC 8998, appendix A.1."""
    key, nonce = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("00001234567800000000ABCD")
    plaintext = b"".join(bytes([value]) * 8 for value in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
    ciphertext = encryptor.update(plaintext) + encryptor.finalize()
    assert ciphertext.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert encryptor.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


@BOTH
def test_what_is_encrypted_opens_with_the_same_key_nonce_and_aad_only(cipher: SealCipher) -> None:
    key, nonce = b"k" * 32, b"n" * 12
    sealed = encrypt(cipher, key, nonce, b"secret", AAD)
    assert decrypt(cipher, key, nonce, sealed, AAD) == b"secret"
    for wrong in (
        (b"K" * 32, nonce, sealed, AAD),
        (key, b"N" * 12, sealed, AAD),
        (key, nonce, sealed, b"person.phone"),
        (key, nonce, sealed[:-1] + bytes([sealed[-1] ^ 1]), AAD),
    ):
        with pytest.raises(InvalidTag):
            decrypt(cipher, *wrong)


@BOTH
def test_a_change_of_cipher_leaves_what_was_sealed_before_readable(cipher: SealCipher) -> None:
    old, (other,) = Sealer(RING, cipher=cipher), (c for c in SealCipher if c is not cipher)
    new = Sealer(RING, cipher=other)
    key = old.new_key("p1")
    sealed = old.seal(b"secret", subject="p1", key=key, aad=AAD)
    assert new.open(sealed, subject="p1", key=key, aad=AAD) == b"secret"
    again = new.seal(b"secret", subject="p1", key=new.rewrap("p1", key), aad=AAD)
    assert old.open(again, subject="p1", key=key, aad=AAD) == b"secret"
    assert sealed[:1] != again[:1]


def test_a_value_that_names_the_other_cipher_does_not_open() -> None:
    sealer = Sealer(RING, cipher=SealCipher.SM4_GCM)
    key = sealer.new_key("p1")
    sealed = sealer.seal(b"secret", subject="p1", key=key, aad=AAD)
    for mark in (b"\x01", b"\x03"):
        with pytest.raises(SealBrokenError):
            sealer.open(mark + sealed[1:], subject="p1", key=key, aad=AAD)


def test_the_key_of_sm4_is_not_a_part_of_the_other_key() -> None:
    key = bytes(range(32))
    derived = sm4_key(key)
    assert len(derived) == 16
    assert derived not in key
