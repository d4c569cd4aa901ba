"""Finds what a change would break: for callers, for readers of events, for data that is stored."""

import re
from collections.abc import Iterator
from typing import Final

from workbench.promises.surface import ANSWERS, ASKS, KEEPS, TELLS, UPCAST, Surface

_ALLOWED: Final = {
    ASKS: "callers send it: keep it as it was, or give the new shape a path of its own",
    ANSWERS: "callers read it: keep it as it was, or give the new shape a path of its own",
    TELLS: "others read it: keep it as it was, and publish the new shape as a new event beside it",
    KEEPS: "stored events hold it: keep it, or add an upcast in event_types.py, which makes a new schema version",
    "": "callers use it: keep it",
}
_LAST_STEP: Final = re.compile(r"(\.[^.\[{<=]+|\[\d*\]|\{\}|<[^>]*>|=.*)$")


def breaks(released: Surface, current: Surface) -> list[str]:
    """One sentence for each promise that is no longer kept, and what is allowed instead."""
    return [*_lost(released, current), *_newly_demanded(released, current)]


def _lost(released: Surface, current: Surface) -> Iterator[str]:
    for place, was in released.items():
        verb = _verb(place)
        if verb == KEEPS and current.get(place.partition(KEEPS)[0]) == UPCAST:
            continue
        now = current.get(place)
        if now is None:
            yield f"{place} is gone; {_ALLOWED[verb]}"
        elif not _kept(verb, was, now):
            yield f"{place} was {was} and is {now}; {_ALLOWED[verb]}"


def _newly_demanded(released: Surface, current: Surface) -> Iterator[str]:
    for place in current.keys() - released.keys():
        verb = _verb(place)
        if _is_another_form(place, released):
            continue
        if verb not in {"", ANSWERS} and current[place].endswith("!") and _parent(place, verb) in released:
            yield f"{place} is new and must be given, which nobody does yet; give it a default, or {_ALLOWED[verb]}"


def _is_another_form(place: str, released: Surface) -> bool:
    """Whether it is a body of a media type beside those that callers send: they go on sending theirs."""
    head, asks, path = place.partition(ASKS)
    is_body = bool(asks) and path.endswith("$") and not path.startswith("?")
    return is_body and any(one.startswith((f"{head}{ASKS}$", f"{head}{ASKS}(")) for one in released)


def _kept(verb: str, was: str, now: str) -> bool:
    old, new = set(was.rstrip("!").split(" | ")), set(now.rstrip("!").split(" | "))
    looser, stricter = was.endswith("!") > now.endswith("!"), was.endswith("!") < now.endswith("!")
    if verb in {ASKS, KEEPS}:
        return old <= new and not stricter
    if verb == ANSWERS:
        return new <= old and not looser
    # A field that is now always given but was not: older messages still lie on the topic without it.
    return verb == "" or (old == new and not looser and not stricter)


def _verb(place: str) -> str:
    return next((verb for verb in (ASKS, ANSWERS, TELLS, KEEPS) if verb in place), "")


def _parent(place: str, verb: str) -> str:
    head, _, path = place.partition(verb)
    above = _LAST_STEP.sub("", path)
    return f"{head}{verb}{above}" if above != path and above else head
