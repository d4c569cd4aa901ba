"""Signing keys: Ed25519 with a name, written as texts that every program for signed notes reads (C2SP signed-note)."""

import binascii
import hashlib
from base64 import b64decode, b64encode
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from typing_extensions import override

from kernel.security.private_files import read_or_create_secret, read_secret

_ED25519: Final = b"\x01"
_KEY_BYTES: Final = 32
#: Several consumers of a process read the same seals at about the same time: each costs as much as a message.
_KNOWN_MAX: Final = 1024
_PRIVATE: Final = ("PRIVATE", "KEY")


class SigningKeyError(ValueError):
    """A text is not a signing key, or not a public one; the message never repeats the text of a private key."""


class PublicKey:
    """Checks what its private half has signed."""

    def __init__(self, name: str, key: bytes) -> None:
        self.name = checked_name(name)
        self._bytes = key

    @classmethod
    def of_text(cls, text: str) -> "PublicKey":
        """Read ``name+id+key``, as ``text`` gives it; raises SigningKeyError."""
        name, key_id, material = _parts(text.strip().split("+", 2), "a public key is written as name+id+key")
        public = cls(name, material)
        if key_id != public.id.hex():
            raise SigningKeyError(f"the public key {name!r} is damaged: its id is {public.id.hex()}, not {key_id}")
        return public

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self._bytes).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is handed to those who check."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self._bytes).decode()}"

    def holds(self, signature: bytes, signed: bytes) -> bool:
        """Whether the private half has signed exactly this."""
        return _holds(self._bytes, signature, signed)


class SigningKey:
    """A private key with its name; neither a repr nor an error shows it."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._seed = seed
        self.public = PublicKey(name, self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> "SigningKey":
        """A new key. Raises SigningKeyError for a name with spaces or a plus."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def of_text(cls, text: str) -> "SigningKey":
        """Read ``PRIVATE+KEY+name+id+key``; raises SigningKeyError."""
        form = "a signing key is written as PRIVATE+KEY+name+id+key"
        words = text.strip().split("+", 4)
        if tuple(words[:2]) != _PRIVATE:
            raise SigningKeyError(form)
        name, key_id, seed = _parts(words[2:], form)
        key = cls(name, seed)
        if key_id != key.public.id.hex():
            raise SigningKeyError(f"the signing key {name!r} is damaged: its id does not fit")
        return key

    @classmethod
    def from_file(cls, path: Path) -> "SigningKey":
        """Read a key file. Raises SigningKeyError, and SecretFileError where others may read it."""
        return cls.of_text(read_secret(path).decode(errors="replace"))

    @classmethod
    def in_folder(cls, folder: Path, name: str, file: str) -> "SigningKey":
        """The key kept in ``folder``, made there with mode 0600 if there is none: for the embedded run."""

        def new() -> bytes:
            return cls.generate(name).text.encode()

        return cls.of_text(read_or_create_secret(folder / file, new).decode())

    @property
    def text(self) -> str:
        """The key as its file holds it."""
        seed = b64encode(_ED25519 + self._seed).decode()
        return f"{'+'.join(_PRIVATE)}+{self.public.name}+{self.public.id.hex()}+{seed}"

    def sign(self, signed: bytes) -> bytes:
        """The signature over exactly these bytes."""
        return self._key.sign(signed)

    @override
    def __repr__(self) -> str:
        return f"SigningKey({self.public.name!r}, id={self.public.id.hex()})"


@lru_cache(maxsize=_KNOWN_MAX)
def _holds(key: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def checked_name(name: str) -> str:
    """A key's name as it is; raises SigningKeyError where it could not stand in a signature line."""
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise SigningKeyError(f"{name!r} cannot name a key: no spaces and no plus, such as onestop.example/445200")
    return name


def _parts(words: list[str], form: str) -> tuple[str, str, bytes]:
    try:
        name, key_id, material = words
        key = b64decode(material, validate=True)
    except (ValueError, binascii.Error):
        raise SigningKeyError(form) from None
    if key[:1] != _ED25519 or len(key) != _KEY_BYTES + 1:
        raise SigningKeyError(f"{form}; only Ed25519 keys are known")
    return name, key_id, key[1:]
