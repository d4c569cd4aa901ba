"""Refusals: what a command may not do, as values with a stable code that travel from the domain to the caller."""

from datetime import date
from enum import StrEnum


class RefusalKind(StrEnum):
    """What the caller can do about it; the HTTP shell turns each kind into one status."""

    INVALID = "invalid"  # 422: the command itself is wrong; send another one
    NOT_FOUND = "not_found"  # 404: the thing it speaks of is unknown
    CONFLICT = "conflict"  # 409: right in itself, but not in the present state
    FORBIDDEN = "forbidden"  # 403: not this caller's to do


class Refused(Exception):  # noqa: N818 - a refusal is an outcome of the domain, not an error of the program
    """A command was refused and nothing was written.

    ``code`` is stable, in capitals, and documented in docs/errors.md. ``detail`` says what happened,
    to which thing, and what would be right. ``about`` names the things concerned, for machines.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        kind: RefusalKind = RefusalKind.INVALID,
        about: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.kind = kind
        self.about = about or {}


def not_found(code: str, detail: str, **about: str) -> Refused:
    """The refusal of what speaks of an unknown thing (404)."""
    return Refused(code, detail, kind=RefusalKind.NOT_FOUND, about=about)


def conflict(code: str, detail: str, **about: str) -> Refused:
    """The refusal of what is right in itself, but not in the present state (409)."""
    return Refused(code, detail, kind=RefusalKind.CONFLICT, about=about)


def forbidden(code: str, detail: str, **about: str) -> Refused:
    """The refusal of what is not this caller's to do (403)."""
    return Refused(code, detail, kind=RefusalKind.FORBIDDEN, about=about)


def check_not_to_come(name: str, day: date, today: date) -> None:
    """Refuse a day that is still to come: DATE_IN_FUTURE. ``name`` is the field's."""
    if day > today:
        raise Refused("DATE_IN_FUTURE", f"{name} {day} is after today, {today}")
