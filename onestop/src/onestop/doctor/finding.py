"""What a look at the platform finds: one thing that is wrong each, in plain words, and what to do about it."""

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import TypeAlias

import msgspec

from onestop.doctor.examined import Examined


class Severity(StrEnum):
    """How bad it is."""

    FAULT = "fault"  # something that was promised does not happen now
    WARNING = "warning"  # it will stop something if nobody acts, or could not be looked at


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. ``says`` is what happened to which thing, ``do`` what mends it."""

    severity: Severity
    says: str
    do: str


Look: TypeAlias = Callable[[Examined], Awaitable[Sequence[Finding]]]


class Check(msgspec.Struct, frozen=True):
    """One thing to look at. ``fine`` is said where nothing is found; ``look`` may raise: then that is the finding."""

    name: str
    fine: str
    look: Look


def fault(says: str, do: str) -> Finding:
    """Something that was promised does not happen now."""
    return Finding(severity=Severity.FAULT, says=says, do=do)


def warning(says: str, do: str) -> Finding:
    """Something will be promised in vain if nobody acts."""
    return Finding(severity=Severity.WARNING, says=says, do=do)


def lasting(seconds: float) -> str:
    """A length of time as people say it: ``40 seconds``, ``3 minutes``, ``2 hours``, ``5 days``."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return f"{seconds:.0f} seconds"
