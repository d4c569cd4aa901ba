"""A change that three people handle where the document of the place asks for them (004 七(四)), as callers send it."""

import re
from typing import Any, Final

import httpx
import msgspec

#: Paths of direct changes, and what the same change is called as an entry. What the path names, the entry names too.
_DIRECT: Final = tuple(
    (re.compile(rf"/v1/persons/(?P<person_id>[^/]+)/{path}"), kind)
    for path, kind in (
        ("memberships", "assert"),
        ("memberships/(?P<membership_id>[^/]+)/end", "end"),
        ("memberships/(?P<membership_id>[^/]+)/correction", "correct"),
        ("facts", "tell_fact"),
        ("facts/(?P<fact_id>[^/]+)/correction", "correct_fact"),
        ("facts/(?P<fact_id>[^/]+)/withdrawal", "withdraw_fact"),
        ("death", "death"),
        ("death/correction", "correct_death"),
        ("id-number/correction", "correct_number"),
        ("merger", "merge"),
    )
)
#: Who reviews and who approves, beside whoever enters.
REVIEWER: Final = "second"
APPROVER: Final = "third"


class Entry(msgspec.Struct, frozen=True):
    """What is sent to /v1/entries, and under which path the next steps are taken."""

    body: dict[str, Any]

    def step(self, entered: dict[str, Any], name: str) -> str:
        """The path of a step of the entry that was answered."""
        return f"/v1/entries/{entered['entry_id']}/{name}"


def entry_of(path: str, body: dict[str, Any]) -> Entry:
    """The entry that says what a direct change would have said. Raises ValueError where there is no such change."""
    for direct, kind in _DIRECT:
        if found := direct.fullmatch(path):
            named = found.groupdict()
            person_id = named.pop("person_id")
            return Entry({"person_id": person_id, "change": {"kind": kind, **named, **body}})
    raise ValueError(f"nobody enters {path}")


def must_be_entered(answer: httpx.Response) -> bool:
    """Whether a direct change was refused because three people handle such changes there."""
    return answer.status_code == httpx.codes.FORBIDDEN and answer.json()["code"] == "ENTRY_REQUIRED"
