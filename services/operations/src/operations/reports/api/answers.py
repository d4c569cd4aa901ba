"""A file that was made whole, handed out piece by piece."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Final

_PIECE: Final = 65_536


async def pieces(file: BytesIO) -> AsyncIterator[bytes]:
    """What is in the file, from its beginning."""
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
