"""A careful caller: a message that could not be served at the moment is sent again, the same one under the same key."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import Final

import httpx

INSIST_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.05
_PAUSE_SECONDS_MAX: Final = 1.0


async def insist(send: Callable[[], Awaitable[httpx.Response]], seconds: float = INSIST_SECONDS) -> httpx.Response:
    """The answer to what ``send`` sends, which is asked again while the service is away or answers 503.

    Every command carries its Idempotency-Key, so that one whose answer was lost works once however often it is sent.
    After ``seconds`` gives the last 503 as it is, or raises the last httpx.TransportError.
    """
    deadline = time.monotonic() + seconds
    for pause in _pauses():
        try:
            response = await send()
            if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                return response
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(pause)
    raise AssertionError("the pauses do not end")


def insist_on(send: Callable[[], httpx.Response], seconds: float = INSIST_SECONDS) -> httpx.Response:
    """The same for a command at the terminal, which has nothing else to do. Who is away altogether is said at once."""
    deadline = time.monotonic() + seconds
    for pause in _pauses():
        response = send()
        if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
            return response
        time.sleep(pause)
    raise AssertionError("the pauses do not end")


def _pauses() -> Iterator[float]:
    pause = _PAUSE_SECONDS
    while True:
        yield pause
        pause = min(pause * 1.5, _PAUSE_SECONDS_MAX)
