"""What a key was answered with: a request that comes again under its key is done once and answered the same."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg

from kernel.http import Idempotency, Json, encode, stored_answer
from kernel.values.refusals import conflict
from kernel.writing.command_context import stored_keys
from kernel.writing.database import SingleConnection
from onestop.desk.tables import SCHEMA

# Who comes with the same key at the same time waits here until the first one is done or was refused.
_CLAIM_SQL: Final = f"""
INSERT INTO {SCHEMA}.answers (key, request_hash, status, body) VALUES ($1, $2, 0, '') ON CONFLICT DO NOTHING
RETURNING key
"""
_KEEP_SQL: Final = f"UPDATE {SCHEMA}.answers SET status = $2, body = $3 WHERE key = $1"
_FIRST_SQL: Final = f"SELECT request_hash, status, body FROM {SCHEMA}.answers WHERE key = $1"


async def once(
    session: SingleConnection, asked: Idempotency, do: Callable[[], Awaitable[Any]], *, status: int = 200
) -> Json[Any]:
    """Do it and answer with what it gives, or answer as before; what is done on the session is kept with the answer.

    What is refused leaves the key free. Raises Refused IDEMPOTENCY_KEY_REUSED for another request under a used key.
    """
    (key, *_) = stored_keys(asked.scope, asked.key)
    async with session.transaction():
        if await session.fetchval(_CLAIM_SQL, key, asked.request_hash) is None:
            return _again(await session.fetchrow(_FIRST_SQL, key), asked)
        body = encode(await do()).decode()
        await session.execute(_KEEP_SQL, key, status, body)
    return stored_answer(status, body, replayed=False)


def _again(first: asyncpg.Record | None, asked: Idempotency) -> Json[Any]:
    if first is None or first["request_hash"] != asked.request_hash:
        detail = f"the key {asked.key!r} was used for another request; use a new key"
        raise conflict("IDEMPOTENCY_KEY_REUSED", detail, idempotency_key=asked.key)
    return stored_answer(first["status"], first["body"], replayed=True)
