"""What every path value and query must be like before an endpoint sees it."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple, get_args

from starlette.requests import Request

from kernel.http.problems import ProblemError
from kernel.values.personal import personal_in

#: Identifiers in paths: anything else names nothing here, and never reaches a database.
_PATH_VALUE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}")
_NAME_SHOWN_MAX: Final = 40


class Form(NamedTuple):
    """How the text of a parameter must look, and what to say of another one."""

    pattern: re.Pattern[str]
    example: str


_DAY: Final = Form(re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day such as 2019-08-01")
_MOMENT: Final = Form(
    re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}\S*"),
    "a moment with its time zone, such as 2019-08-01T08:00:00+08:00 (write %2B for + in an address)",
)


def form_of(annotation: Any) -> Form | None:
    """The form that a parameter of this type must have beyond what its type says.

    The framework would read a bare number as seconds since 1970: ``0``, and 20190801, which nobody means so.
    """
    kinds = (annotation, *get_args(annotation))
    if datetime in kinds:
        return _MOMENT
    return _DAY if date in kinds else None


def check_path(request: Request) -> None:
    """Raise ROUTE_NOT_FOUND unless every value in the path can be an identifier."""
    for name, value in request.path_params.items():
        if not _PATH_VALUE.fullmatch(str(value)):
            detail = f"{name} in the path must be 1 to 128 letters, digits or . _ : ~ -, a letter or digit first"
            raise ProblemError("ROUTE_NOT_FOUND", 404, detail, about={"parameter": name})


def check_query(request: Request, known: Mapping[str, Form | None]) -> None:
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
        if personal_in(value):
            detail = f"parameter {name} holds personal data, which must not stand in an address: ask by the person's id"
            raise ProblemError("PERSONAL_DATA_IN_TEXT", 422, detail, about={"parameter": name})
        form = known[name]
        if form is not None and not form.pattern.fullmatch(value):
            detail = f"parameter {name} must be {form.example}"
            raise ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": name})
        seen.add(name)
