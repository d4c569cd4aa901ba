"""The codes of problems: each with its status and a title, declared once and printed into docs/errors.md."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec


class ErrorCode(msgspec.Struct, frozen=True):
    """A stable code that a caller's program may branch on."""

    code: str
    status: int
    title: str


#: Codes of the shell itself, the same in every service.
SHELL_CODES: Final = (
    ErrorCode("MALFORMED_JSON", 400, "The body is not JSON"),
    ErrorCode("CLIENT_DISCONNECTED", 400, "The caller went away before the body was complete"),
    ErrorCode("IDEMPOTENCY_KEY_MISSING", 400, "A writing request carries no Idempotency-Key"),
    ErrorCode("IDEMPOTENCY_KEY_INVALID", 400, "The Idempotency-Key is not 1 to 128 printable characters"),
    ErrorCode("TOKEN_MISSING", 401, "The request carries no bearer token"),
    ErrorCode("TOKEN_MALFORMED", 401, "The bearer token is not one of this platform"),
    ErrorCode("TOKEN_EXPIRED", 401, "The bearer token has expired"),
    ErrorCode("TOKEN_NOT_YET_VALID", 401, "The bearer token is not valid yet"),
    ErrorCode("TOKEN_FOREIGN", 401, "The bearer token has an unknown key, issuer or audience"),
    ErrorCode("ROLE_NOT_ALLOWED", 403, "The caller's role may not do this"),
    ErrorCode("ORGANISATION_FOREIGN", 403, "The caller acts for another organisation"),
    ErrorCode("DIVISION_FOREIGN", 403, "The caller works for another county, city or province"),
    ErrorCode("DIVISIONS_NOT_SERVED", 403, "The path is for callers who work for all divisions"),
    ErrorCode("ROUTE_NOT_FOUND", 404, "There is nothing at this path"),
    ErrorCode("METHOD_NOT_ALLOWED", 405, "The path does not take this method"),
    ErrorCode("IDEMPOTENCY_KEY_REUSED", 409, "The idempotency key was used for another request"),
    ErrorCode("EVENTS_ARCHIVED", 409, "What this needs was put away with an old year; operations can bring it back"),
    ErrorCode("TOO_CONTENDED", 409, "Others kept changing the same thing; send it again under the same key"),
    ErrorCode("BODY_TOO_LARGE", 413, "The body is larger than this path takes"),
    ErrorCode("CONTENT_TYPE_UNSUPPORTED", 415, "The body is not declared as a media type that the path takes"),
    ErrorCode("UNKNOWN_FIELD", 422, "The body has a field that is not known"),
    ErrorCode("DUPLICATE_FIELD", 422, "The body names a field twice in one object"),
    ErrorCode("MISSING_FIELD", 422, "The body lacks a field"),
    ErrorCode("INVALID_FIELD", 422, "A field of the body has a wrong type or value"),
    ErrorCode("INVALID_AMOUNT", 422, "An amount is not yuan with at most two decimals"),
    ErrorCode("NEGATIVE_AMOUNT", 422, "An amount is negative"),
    ErrorCode("DIVISION_UNKNOWN", 422, "A division code is none, or was none then"),
    ErrorCode("PERSONAL_DATA_IN_TEXT", 422, "A free text holds an ID number or a phone number"),
    ErrorCode("UNKNOWN_PARAMETER", 422, "The query has a parameter that is not known"),
    ErrorCode("INVALID_PARAMETER", 422, "A parameter has a wrong type or value"),
    ErrorCode("INVALID_CURSOR", 422, "The cursor was not made by this list"),
    ErrorCode("INTERNAL_ERROR", 500, "The service made a mistake"),
    ErrorCode("OVERLOADED", 503, "The service has too much to do"),
    ErrorCode("TIMED_OUT", 503, "The service did not finish in time"),
    ErrorCode("DEPENDENCY_UNAVAILABLE", 503, "Something the service needs is away"),
)
#: What the shell answers any request with, whichever operation it is for.
ANY_OPERATION: Final = ("INTERNAL_ERROR", "OVERLOADED", "TIMED_OUT", "DEPENDENCY_UNAVAILABLE")


class ErrorCodes:
    """Looks up titles: the shell's codes and those a service declares. Refuses two meanings of one code."""

    def __init__(self, declared: Iterable[ErrorCode] = ()) -> None:
        self._by_code: dict[str, ErrorCode] = {}
        for entry in (*SHELL_CODES, *declared):
            known = self._by_code.setdefault(entry.code, entry)
            if known != entry:
                raise ValueError(f"error code {entry.code} is declared twice with different meanings")

    def title(self, code: str) -> str:
        """The declared title, or the code in words when a service did not declare it."""
        entry = self._by_code.get(code)
        return entry.title if entry is not None else code.replace("_", " ").capitalize()

    def status(self, code: str) -> int:
        """The status that a declared code is answered with."""
        return self._by_code[code].status


def errors_markdown(groups: Mapping[str, Iterable[ErrorCode]]) -> str:
    """The tables of docs/errors.md, one per group, each sorted by code."""
    lines = ["# Error codes", "", "Generated from the declared codes; every problem document carries one as `code`."]
    for group, codes in groups.items():
        lines += ["", f"## {group}", "", "| code | status | meaning |", "| --- | --- | --- |"]
        by_code = sorted(codes, key=lambda entry: entry.code)
        lines += [f"| `{entry.code}` | {entry.status} | {entry.title} |" for entry in by_code]
    return "\n".join(lines) + "\n"
