"""Files as request bodies: taken piece by piece, and with more patience than other requests have."""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request

from kernel.http.patience import grant

#: A connection that sends nothing for so long is cut off.
_PATIENCE_SECONDS: Final = 30.0


def announced_size(request: Request) -> int:
    """How many bytes the sender announces, 0 where it does not."""
    return int(request.headers.get("content-length", "0"))


async def patiently(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces, for as long as they keep coming."""
    async for chunk in request.stream():
        grant(request, _PATIENCE_SECONDS)
        yield chunk
