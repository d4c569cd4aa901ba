"""Personal data at rest: one key per person, wrapped by a key-encryption key, and hashes for look-up."""

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag

from kernel.security.ciphers import TAG_BYTES, SealCipher, decrypt, encrypt
from kernel.security.key_ring import KeyRing

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
#: First byte of every sealed value: the cipher can be changed, and what was sealed before still opens.
_FORMATS: Final = {b"\x01": SealCipher.AES_256_GCM, b"\x02": SealCipher.SM4_GCM}
_FORMAT_OF: Final = {cipher: mark for mark, cipher in _FORMATS.items()}

RandomBytes = Callable[[int], bytes]


class SealBrokenError(Exception):
    """A sealed value cannot be opened: it was changed, or belongs to another subject, purpose or key."""


class WrappedKey(msgspec.Struct, frozen=True):
    """A subject's data key, encrypted under the key-encryption key ``key_id``. Safe to store.

    Destroying it makes everything sealed for that subject unreadable for good.
    """

    key_id: str
    sealed: bytes


class Sealer:
    """Seals and opens values. ``cipher`` seals new ones, ``random`` gives nonces and new data keys."""

    def __init__(
        self, ring: KeyRing, *, cipher: SealCipher = SealCipher.AES_256_GCM, random: RandomBytes = os.urandom
    ) -> None:
        self._ring = ring
        self._cipher = cipher
        self._random = random

    def new_key(self, subject: str) -> WrappedKey:
        """A fresh data key for ``subject``, wrapped by the current key-encryption key."""
        return self._wrap(subject, self._random(_KEY_BYTES))

    def rewrap(self, subject: str, wrapped: WrappedKey) -> WrappedKey:
        """The same data key under the current key-encryption key: rotation without touching the data.

        Raises SealBrokenError, or KeyUnknownError when the ring lacks the old key.
        """
        return self._wrap(subject, self._unwrap(subject, wrapped))

    def seal(self, plaintext: bytes, *, subject: str, key: WrappedKey, aad: bytes) -> bytes:
        """Encrypt ``plaintext``; ``aad`` says what it is (say ``b"person.id_number"``) and is needed to open it."""
        return self.seal_all({aad: plaintext}, subject=subject, key=key)[aad]

    def seal_all(self, plaintexts: Mapping[bytes, bytes], *, subject: str, key: WrappedKey) -> dict[bytes, bytes]:
        """The same for several values of one subject, by what each is; the key is unwrapped once."""
        data_key = self._unwrap(subject, key)
        return {aad: self._encrypt(data_key, plaintext, aad) for aad, plaintext in plaintexts.items()}

    def open(self, sealed: bytes, *, subject: str, key: WrappedKey, aad: bytes) -> bytes:
        """Decrypt what ``seal`` made. Raises SealBrokenError if anything does not match to the bit."""
        return _decrypt(self._unwrap(subject, key), sealed, aad)

    def keyed_hash(self, value: str) -> bytes:
        """HMAC-SHA256 of ``value`` (32 bytes): the same value always gives the same hash, for look-ups.

        Without the key nobody can try out all resident ID numbers.
        """
        return hmac.digest(self._ring.hash_key(), value.encode(), hashlib.sha256)

    def _wrap(self, subject: str, data_key: bytes) -> WrappedKey:
        key_id = self._ring.current
        sealed = self._encrypt(self._ring.key(key_id), data_key, _wrap_aad(key_id, subject))
        return WrappedKey(key_id, sealed)

    def _unwrap(self, subject: str, wrapped: WrappedKey) -> bytes:
        return _decrypt(self._ring.key(wrapped.key_id), wrapped.sealed, _wrap_aad(wrapped.key_id, subject))

    def _encrypt(self, key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        nonce = self._random(_NONCE_BYTES)
        return _FORMAT_OF[self._cipher] + nonce + encrypt(self._cipher, key, nonce, plaintext, aad)


def _decrypt(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    cipher = _FORMATS.get(sealed[:1])
    if cipher is None or len(ciphertext) < TAG_BYTES:
        raise SealBrokenError("this is not a sealed value of a known format")
    try:
        return decrypt(cipher, key, nonce, ciphertext, aad)
    except InvalidTag as error:
        raise SealBrokenError("the sealed value was changed, or is opened with another key, subject or aad") from error


def _wrap_aad(key_id: str, subject: str) -> bytes:
    # The lengths keep ("a", "bc") and ("ab", "c") apart.
    return f"data-key {len(key_id)}:{key_id} {len(subject)}:{subject}".encode()
