"""Bodies as bytes: read within a limit, of declared media types."""

import re
from typing import Final

from starlette.requests import Request

from kernel.http.patience import grant
from kernel.http.problems import ProblemError

BODY_BYTES_MAX: Final = 1024 * 1024
#: Where the shell keeps what a JSON body was read as.
DECODED: Final = "kernel.decoded"
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
_UTF8: Final = ("utf-8", "utf8", "us-ascii")


def media_type_of(request: Request, accepted: tuple[str, ...]) -> str:
    """The body's declared media type. Raises CONTENT_TYPE_UNSUPPORTED (415) unless it is an accepted one."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in accepted:
        detail = f"declare the body with Content-Type: {' or '.join(accepted)}"
        raise ProblemError("CONTENT_TYPE_UNSUPPORTED", 415, detail)
    return media_type


def check_utf8(request: Request) -> None:
    """Raise CONTENT_TYPE_UNSUPPORTED (415) for a body that says to be in another encoding (RFC 8259, 8.1: UTF-8)."""
    charset = _CHARSET.search(request.headers.get("content-type", ""))
    if charset is not None and charset.group(1).lower() not in _UTF8:
        detail = f"the body says to be in {charset.group(1)[:40]}: send JSON in UTF-8"
        raise ProblemError("CONTENT_TYPE_UNSUPPORTED", 415, detail)


async def bounded_body(request: Request, bytes_max: int, *, patience_seconds: float | None = None) -> bytes:
    """The request's body, kept in the scope for the idempotency hash. Raises BODY_TOO_LARGE (413).

    With ``patience_seconds`` a body that keeps arriving is not cut off: each piece gives it so long for the next.
    """
    kept: bytes | None = request.scope.get("kernel.body")
    if kept is not None:
        return kept
    if int(request.headers.get("content-length", "0")) > bytes_max:
        raise _too_large(bytes_max)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > bytes_max:  # a chunked body does not say its length beforehand
            raise _too_large(bytes_max)
        chunks.append(chunk)
        if patience_seconds is not None:
            grant(request, patience_seconds)
    content = b"".join(chunks)
    request.scope["kernel.body"] = content
    return content


def _too_large(bytes_max: int) -> ProblemError:
    return ProblemError("BODY_TOO_LARGE", 413, f"the body may have at most {bytes_max} bytes")
