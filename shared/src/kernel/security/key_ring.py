"""The key-encryption keys and the hash key, from settings or a file; they never appear in a log or a repr."""

import binascii
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from typing_extensions import override

from kernel.security.private_files import read_or_create_secret, read_secret

KEYS_FILE: Final = "encryption-keys.json"
#: The ring that seals scans of papers, apart from identity's: whoever has the one cannot open the other's.
SCAN_KEYS_FILE: Final = "scan-keys.json"
PAYEE_KEYS_FILE: Final = "payee-keys.json"
_KEY_BYTES: Final = 32
_HEX_CHARACTERS: Final = 2 * _KEY_BYTES


class KeyUnknownError(Exception):
    """The ring has no key of this id; put the key back or restore the data that names it."""


class KeyTextError(ValueError):
    """A key in settings is not 32 bytes of base64 or hex. The message never repeats the text."""


class _KeysDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current: str
    keys: dict[str, str]
    hash_key: str


class KeyRing:
    """Key-encryption keys by id, the id of the current one, and the key of look-up hashes.

    To rotate: add a new key, make it current, rewrap, then drop the old one. The hash key cannot be
    rotated without hashing every value again.
    """

    def __init__(self, keys: Mapping[str, bytes], *, current: str, hash_key: bytes) -> None:
        if current not in keys:
            raise KeyUnknownError(f"the current key {current!r} is not among the keys {sorted(keys)}")
        if any(len(key) != _KEY_BYTES for key in (*keys.values(), hash_key)):
            raise KeyTextError(f"every key must have {_KEY_BYTES} bytes")
        if hash_key in keys.values():
            raise KeyTextError("the hash key must not be one of the encryption keys")
        self._keys = dict(keys)
        self._hash_key = hash_key
        self.current = current

    @classmethod
    def from_texts(cls, keys: Mapping[str, str], *, current: str, hash_key: str) -> "KeyRing":
        """Read keys written as base64 or hex, as they stand in settings. Raises KeyTextError."""
        decoded = {key_id: _key_from_text(key_id, text) for key_id, text in keys.items()}
        return cls(decoded, current=current, hash_key=_key_from_text("hash key", hash_key))

    @classmethod
    def from_file(cls, path: Path) -> "KeyRing":
        """Read ``{"current": id, "keys": {id: text}, "hash_key": text}``. Raises KeyTextError, SecretFileError."""
        return cls._from_json(read_secret(path))

    @classmethod
    def in_folder(cls, folder: Path, file: str = KEYS_FILE) -> "KeyRing":
        """The ring kept in ``folder``, made there with mode 0600 if there is none: for the embedded run."""
        return cls._from_json(read_or_create_secret(folder / file, _new_document))

    @classmethod
    def _from_json(cls, content: bytes) -> "KeyRing":
        try:
            document = msgspec.json.decode(content, type=_KeysDocument)
        except msgspec.MsgspecError:
            raise KeyTextError("the key file must hold current, keys and hash_key as JSON") from None
        return cls.from_texts(document.keys, current=document.current, hash_key=document.hash_key)

    def key(self, key_id: str) -> bytes:
        """The key-encryption key of this id. Raises KeyUnknownError."""
        try:
            return self._keys[key_id]
        except KeyError:
            raise KeyUnknownError(f"no key-encryption key {key_id!r} in this ring") from None

    def hash_key(self) -> bytes:
        """The key of look-up hashes."""
        return self._hash_key

    @override
    def __repr__(self) -> str:
        return f"KeyRing(current={self.current!r}, ids={sorted(self._keys)})"


def _key_from_text(name: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text) if len(text) == _HEX_CHARACTERS else b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyTextError(f"key {name!r} must be {_KEY_BYTES} bytes written as base64 or hex")
    return key


def _new_document() -> bytes:
    text = [b64encode(os.urandom(_KEY_BYTES)).decode() for _ in range(2)]
    return msgspec.json.encode(_KeysDocument(current="1", keys={"1": text[0]}, hash_key=text[1]))
