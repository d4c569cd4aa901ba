"""Whose messages are believed where nothing but topics is left: the publishers' public keys that an operator has."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from kernel.messaging.chain import keys_by_id
from kernel.messaging.publisher_keys import PublisherKeys, signing_key
from kernel.security.signing_keys import PublicKey

#: A publisher's public keys by its public topic; None where none is known.
KeysOf: TypeAlias = Callable[[str], Mapping[str, PublicKey] | None]


def publisher_keys(folder: Path) -> KeysOf:
    """The publishers' public keys: of ONESTOP_PUBLISHER_KEYS, or of the embedded run. Raises SigningKeyError."""
    told = PublisherKeys.of_texts(None, os.environ.get("ONESTOP_PUBLISHER_KEYS"))

    def keys_of(topic: str) -> Mapping[str, PublicKey] | None:
        own = signing_key({}, folder / "keys", topic)
        return told.of(topic) or (None if own is None else keys_by_id([own.public]))

    return keys_of
