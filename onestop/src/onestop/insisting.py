"""A careful caller: a message that could not be served at the moment is sent again, the same one under the same key."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import httpx

INSIST_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.05


async def insist(send: Callable[[], Awaitable[httpx.Response]], seconds: float = INSIST_SECONDS) -> httpx.Response:
    """The answer to what ``send`` sends, which is asked again while the service is away or answers 503.

    Every command carries its Idempotency-Key, so that one whose answer was lost works once however often it is sent.
    After ``seconds`` gives the last 503 as it is, or raises the last httpx.TransportError.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            response = await send()
            if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                return response
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
