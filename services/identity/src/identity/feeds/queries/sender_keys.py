"""Who has signed a request: the key that stands, the moment that is near, and a signature that nobody used before."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request

from identity.feeds.domain.sender_keys import SenderKey
from kernel.http import Wire
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal, Role
from kernel.security.signed_requests import DIGEST, KEY, MOMENT, SIGNATURE, Signed, signature_of
from kernel.security.signing_keys import PublicKey
from kernel.values.refusals import Refused, forbidden
from kernel.writing.reads import Reads, checked

_NEAR: Final = timedelta(minutes=5)
_MOMENT: Final = re.compile(r"[0-9]{1,11}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_COLUMNS: Final = """
key_id, department, divisions, public_key, registered_by, registered_at, revoked_by, revoked_at, confirmed_by,
confirmed_at
"""
_KEY_SQL: Final = f"SELECT {_COLUMNS} FROM sender_keys WHERE key_id = $1"
_LIST_SQL: Final = f"SELECT {_COLUMNS} FROM sender_keys WHERE department = $1 ORDER BY registered_at, key_id LIMIT 500"
_USE_SQL: Final = """
WITH old AS (DELETE FROM used_signatures WHERE used_at < $2::timestamptz - interval '1 hour')
INSERT INTO used_signatures (signature_hash, used_at) VALUES ($1, $2)
ON CONFLICT (signature_hash) DO NOTHING RETURNING 1
"""


class KeyAnswer(Wire, frozen=True, kw_only=True):
    """A key, for whom it speaks, and who registered, who confirmed and who revoked it."""

    key_id: str
    department: str
    divisions: list[str] | None
    public_key: str
    registered_by: str
    registered_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    confirmed_by: str | None
    confirmed_at: datetime | None


class SenderKeys(Reads):
    """The keys of departments' machines."""

    def __init__(self, runtime: Runtime, clock: Clock) -> None:
        super().__init__(runtime)
        self._clock = clock

    async def of_department(self, department: str) -> list[KeyAnswer]:
        """A department's keys, revoked ones too."""
        return await self.many(KeyAnswer, _LIST_SQL, department)

    async def caller(self, request: Request) -> Principal:
        """The department whose machine has signed a request, as a caller.

        Raises Refused SIGNATURE_WRONG, SIGNATURE_STALE, SIGNATURE_REPLAYED. What the body really comes to is compared
        with the digest that was signed where it has arrived.
        """
        headers = request.headers
        key = await self._standing(headers.get(KEY, ""))
        signature = signature_of(headers.get(SIGNATURE, ""))
        told = headers.get(MOMENT, ""), headers.get(DIGEST, "")
        # Without its digest a body could be any.
        if key is None or signature is None or not _MOMENT.fullmatch(told[0]) or not _DIGEST.fullmatch(told[1]):
            raise _wrong()
        moment = int(told[0])
        signed = Signed(request.method, _target(request), key.key_id, moment, told[1])
        if not PublicKey.of_text(key.public_key).holds(signature, signed.text):
            raise _wrong()
        await self._check_fresh(moment, signature)
        divisions = None if key.divisions is None else frozenset(key.divisions)
        own = frozenset({Role.DEPARTMENT})
        is_machine = key.confirmed_by is not None
        return Principal(f"key:{key.key_id}", own, key.department.value, divisions, is_machine=is_machine)

    async def _standing(self, key_id: str) -> SenderKey | None:
        key = await self.one(checked(SenderKey), _KEY_SQL, key_id)
        return key if key is not None and key.revoked_at is None else None

    async def _check_fresh(self, moment: int, signature: bytes) -> None:
        now = self._clock()
        if abs(datetime.fromtimestamp(moment, UTC) - now) > _NEAR:
            raise forbidden(
                "SIGNATURE_STALE", f"the request was signed at another time than now, {now.isoformat()}; set the clock"
            )
        used = hashlib.sha256(signature).hexdigest()
        if await self.pool.fetchval(_USE_SQL, used, now) is None:
            raise forbidden("SIGNATURE_REPLAYED", "this signature was used before; sign each request anew")


def _target(request: Request) -> str:
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _wrong() -> Refused:
    return forbidden(
        "SIGNATURE_WRONG",
        "no key that stands has signed this request as it came: method, path with query, moment and digest of the body",
    )
