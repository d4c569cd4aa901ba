"""Idempotency keys: the name a caller gives to a writing request, so that sending it twice does it once."""

import hashlib
import re
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from kernel.http.guard import principal_of
from kernel.http.parts import OF_THE_BODY, Part
from kernel.http.problems import ProblemError
from kernel.http.raw_bodies import BODY_BYTES_MAX, DECODED, bounded_body
from kernel.http.wire import canonical
from kernel.values.personal import personal_in

_PRINTABLE: Final = re.compile(r"[\x21-\x7e]{1,128}")
_AFTER_THE_BODY: Final = 2


class Idempotency(msgspec.Struct, frozen=True):
    """The caller's key within the caller's own scope, and the SHA-256 of what was asked under it.

    Same scope and key with another ``request_hash`` is another request under a used name: 409. ``received_hash`` is
    over the body's very bytes, as answers before this release were stored with.
    """

    scope: str
    key: str
    request_hash: bytes
    received_hash: bytes


class IdempotencyKeyPart(Part):
    """Reads the Idempotency-Key header and hashes method, path, query and what the body says, however it is written."""

    order = _AFTER_THE_BODY

    @override
    async def __call__(self, request: Request) -> Idempotency:
        key = request.headers.get("idempotency-key")
        if key is None:
            raise ProblemError("IDEMPOTENCY_KEY_MISSING", 400, "send an Idempotency-Key header with every write")
        if not _PRINTABLE.fullmatch(key):
            detail = "the Idempotency-Key must be 1 to 128 printable ASCII characters without spaces"
            raise ProblemError("IDEMPOTENCY_KEY_INVALID", 400, detail)
        if personal_in(key):
            detail = "the Idempotency-Key holds personal data: use a random one, such as a UUID"
            raise ProblemError("PERSONAL_DATA_IN_TEXT", 422, detail)
        content = await bounded_body(request, BODY_BYTES_MAX)
        received = request_hash(request, content)
        meant = request_hash(request, canonical(request.scope[DECODED])) if DECODED in request.scope else received
        asked = Idempotency(principal_of(request).scope, key, meant, received)
        if OF_THE_BODY in request.scope and DECODED in request.scope:
            await request.scope[OF_THE_BODY](request.scope[DECODED], asked)
        return asked

    @override
    def parameters(self) -> list[dict[str, Any]]:
        return [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "Names this write; sending it again gives the first answer again.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
            }
        ]


class Keyless(Part):
    """Says why a POST or PUT needs no Idempotency-Key: it writes nothing, or is named in its body."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    @override
    async def __call__(self, request: Request) -> None:
        return None


def keyless(reason: str) -> Any:
    """Route dependency for the rare POST without a key: ``dependencies=[keyless("writes nothing")]``."""
    return Depends(Keyless(reason))


def request_hash(request: Request, content: bytes) -> bytes:
    """SHA-256 over method, path, query and body; none of the first three can hold a line feed unescaped."""
    scope = request.scope
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    head = b"%s %s?%s\n" % (scope["method"].encode(), raw_path, scope["query_string"])
    return hashlib.sha256(head + content).digest()


#: Ask for it in every POST and PUT: ``key: IdempotencyKey``.
IdempotencyKey = Annotated[Idempotency, Depends(IdempotencyKeyPart())]
