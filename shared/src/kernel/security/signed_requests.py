"""Signed requests: what a machine signs of a request instead of bringing a token, the same for both ends."""

import hashlib
from base64 import b64decode, b64encode
from typing import Final

import msgspec

from kernel.security.signing_keys import SigningKey

#: Headers of a signed request: which key, when, the digest of the body, and the signature over all of it.
KEY: Final = "OneStop-Key"
MOMENT: Final = "OneStop-Moment"
DIGEST: Final = "OneStop-Content-SHA256"
SIGNATURE: Final = "OneStop-Signature"
NO_BODY: Final = hashlib.sha256(b"").hexdigest()
_VERSION: Final = "onestop-request-1"
_SIGNATURE_BYTES: Final = 64


class Signed(msgspec.Struct, frozen=True):
    """What is signed. ``target`` is the path with its query as sent; ``moment`` is in whole seconds since 1970."""

    method: str
    target: str
    key_id: str
    moment: int
    digest: str

    @property
    def text(self) -> bytes:
        """The bytes under the signature: a line each, so that no part can run into the next."""
        parts = (_VERSION, self.method, self.target, self.key_id, str(self.moment), self.digest)
        return "\n".join(parts).encode()


def signed_headers(key: SigningKey, method: str, target: str, moment: int, digest: str = NO_BODY) -> dict[str, str]:
    """The headers of a request that ``key`` signs."""
    signed = Signed(method, target, key_id_of(key.public.name, key.public.id), moment, digest)
    signature = b64encode(key.sign(signed.text)).decode()
    return {KEY: signed.key_id, MOMENT: str(moment), DIGEST: digest, SIGNATURE: signature}


def key_id_of(name: str, four: bytes) -> str:
    """How a request names its key."""
    return f"{name}+{four.hex()}"


def signature_of(text: str) -> bytes | None:
    """A signature as its header holds it; None where it is none."""
    try:
        signature = b64decode(text, validate=True)
    except ValueError:
        return None
    return signature if len(signature) == _SIGNATURE_BYTES else None
