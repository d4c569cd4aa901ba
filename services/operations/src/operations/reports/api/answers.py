"""A file that was made whole, handed out piece by piece; and the token with which a caller came."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Final

from starlette.requests import Request

_PIECE: Final = 65_536


async def pieces(file: BytesIO) -> AsyncIterator[bytes]:
    """What is in the file, from its beginning."""
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def token_of(request: Request) -> str:
    """The caller's own word to other services, as it came: it is passed on and kept nowhere."""
    return request.headers.get("authorization", "")
