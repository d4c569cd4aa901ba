"""What every path value and query must be like before an endpoint sees it."""

import re
from typing import Final

from starlette.requests import Request

from kernel.http.problems import ProblemError

#: Identifiers in paths: anything else names nothing here, and never reaches a database.
_PATH_VALUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}")
_NAME_SHOWN_MAX: Final = 40


def check_path(request: Request) -> None:
    """Raise ROUTE_NOT_FOUND unless every value in the path can be an identifier."""
    for name, value in request.path_params.items():
        if not _PATH_VALUE.fullmatch(str(value)):
            detail = f"{name} in the path must be 1 to 128 letters, digits or . _ : ~ -, a letter or digit first"
            raise ProblemError("ROUTE_NOT_FOUND", 404, detail, about={"parameter": name})


def check_query(request: Request, known: frozenset[str]) -> None:
    """Raise UNKNOWN_PARAMETER or INVALID_PARAMETER: a misspelt filter must not silently give everything."""
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        shown = name[:_NAME_SHOWN_MAX]
        if name not in known:
            allowed = ", ".join(sorted(known)) or "none"
            detail = f"this path takes no parameter {shown!r}; it takes {allowed}"
            raise ProblemError("UNKNOWN_PARAMETER", 422, detail, about={"parameter": shown})
        if name in seen or "\0" in value:
            fault = "may be given only once" if name in seen else "contains the character U+0000"
            raise ProblemError("INVALID_PARAMETER", 422, f"parameter {name} {fault}", about={"parameter": name})
        seen.add(name)
