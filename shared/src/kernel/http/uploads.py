"""Uploads: a body that is a file of a few kinds, read within a limit and with patience for slow lines."""

from typing import Any, Final

from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from kernel.http.parts import Part
from kernel.http.raw_bodies import bounded_body, media_type_of

#: A connection that sends nothing for so long is cut off.
_PATIENCE_SECONDS: Final = 30.0


class Upload(Part):
    """Reads a body of at most ``bytes_max`` bytes that is declared as one of ``media_types``.

    Raises BODY_TOO_LARGE (413), CONTENT_TYPE_UNSUPPORTED (415). What the bytes are is for the reader to find out.
    """

    def __init__(self, media_types: tuple[str, ...], bytes_max: int) -> None:
        self.media_types = media_types
        self.bytes_max = bytes_max

    @override
    async def __call__(self, request: Request) -> bytes:
        media_type_of(request, self.media_types)
        return await bounded_body(request, self.bytes_max, patience_seconds=_PATIENCE_SECONDS)

    @override
    def request_content(self) -> dict[str, Any]:
        return {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in self.media_types}


def upload(media_types: tuple[str, ...], bytes_max: int) -> Any:
    """Dependency that reads a file: ``content: Annotated[bytes, upload(("image/png",), 1024)]``."""
    return Depends(Upload(media_types, bytes_max))
