"""Whose messages are believed: the key with which this service seals, and the public keys of every publisher."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from kernel.messaging.chain import keys_by_id
from kernel.security.signing_keys import PublicKey, SigningKey, SigningKeyError


class PublisherKeys:
    """The keys that one service has. Without ``own`` it does not sign; without ``public`` ones it believes everybody.

    ``public`` are all keys that a topic was ever sealed with, because old messages are read for ever: to change a key,
    first add the new public one everywhere, then give its private half to the publisher.
    """

    def __init__(self, own: SigningKey | None, public: Mapping[str, Sequence[PublicKey]]) -> None:
        self.own = own
        self._public = {topic: keys_by_id(keys) for topic, keys in public.items()}

    @classmethod
    def of_texts(cls, own: str | None, public: str | None) -> "PublisherKeys":
        """Read a signing key and a JSON object of topics with lists of public keys; raises SigningKeyError."""
        try:
            texts = msgspec.json.decode(public or "{}", type=dict[str, list[str]])
        except msgspec.DecodeError as error:
            raise SigningKeyError(f"the publishers' keys are no JSON object of topics with lists: {error}") from error
        keys = {topic: [PublicKey.of_text(text) for text in each] for topic, each in texts.items()}
        return cls(SigningKey.of_text(own) if own else None, keys)

    def of(self, topic: str) -> Mapping[str, PublicKey] | None:
        """A publisher's keys by their ids; None where its messages are not checked."""
        return self._public.get(topic)


NO_KEYS: Final = PublisherKeys(None, {})


def signing_key(environ: Mapping[str, str], folder: Path, topic: str) -> SigningKey | None:
    """The key of a service for an operator's command: from ONESTOP_SIGNING_KEY, or of the embedded run.

    Raises SigningKeyError, and SecretFileError where others may read the file.
    """
    if text := environ.get("ONESTOP_SIGNING_KEY"):
        return SigningKey.of_text(text)
    path = folder / _file(topic)
    return SigningKey.from_file(path) if path.exists() else None


def keys_in_folder(folder: Path, topics: Sequence[str]) -> dict[str, PublisherKeys]:
    """The keys of every service, kept in ``folder`` and made there where there are none: for the embedded run."""
    own = {topic: SigningKey.in_folder(folder, f"onestop/{topic}", _file(topic)) for topic in topics}
    public = {topic: [key.public] for topic, key in own.items()}
    return {topic: PublisherKeys(key, public) for topic, key in own.items()}


def _file(topic: str) -> str:
    return f"publisher-{topic}.key"
