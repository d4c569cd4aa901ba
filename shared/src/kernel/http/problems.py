"""Problem documents (RFC 9457): the one shape in which anything is refused over HTTP."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kernel.http.error_codes import ErrorCodes
from kernel.http.languages import CHINESE, in_chinese, language_of

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
_ENCODER: Final = msgspec.json.Encoder()


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong. ``path`` points into the body, ``about`` names the things concerned."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    correlation_id: str = ""
    path: str | None = None
    about: dict[str, str] = {}


class ProblemError(Exception):
    """Raised by the shell where a request cannot be served; becomes a problem document."""

    def __init__(
        self,
        code: str,
        status: int,
        detail: str,
        *,
        path: str | None = None,
        about: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.status = status
        self.detail = detail
        self.path = path
        self.about = dict(about or {})
        self.headers = dict(headers or {})


def problem_response(request: Request, error: ProblemError) -> Response:
    """The problem document for ``error``. Leaves the code in the scope for the request's log line."""
    request.scope["kernel.problem_code"] = error.code
    codes: ErrorCodes = request.app.state.error_codes
    language = language_of(request.headers.get("accept-language"), request.app.state.language)
    title, detail = codes.title(error.code), error.detail
    if language == CHINESE:
        title, detail = in_chinese(
            error.code, title, detail, error.about | ({"path": error.path} if error.path else {})
        )
    problem = Problem(
        type=f"/problems/{error.code}",
        title=title,
        status=error.status,
        code=error.code,
        detail=detail,
        instance=request.scope["path"],
        correlation_id=request.scope.get("kernel.correlation_id", ""),
        path=error.path,
        about=error.about,
    )
    headers = {**error.headers, "Content-Language": language, "Vary": "Accept-Language"}
    return Response(_ENCODER.encode(problem), status_code=error.status, media_type=PROBLEM_MEDIA_TYPE, headers=headers)
