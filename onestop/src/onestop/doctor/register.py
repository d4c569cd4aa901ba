"""All that the doctor looks at, in the order in which it is said: what causes other things comes first."""

from collections.abc import Collection
from typing import Final

from onestop.doctor.checks import (
    clocks,
    consuming,
    database,
    disk,
    doors,
    elections,
    events,
    horizon,
    kafka,
    laws,
    lost,
    numbering,
    parked,
    publishing,
    reconciled,
    samples,
    tidying,
    versions,
)
from onestop.doctor.finding import Check

CHECKS: Final[tuple[Check, ...]] = (
    database.CHECK,
    disk.CHECK,
    versions.CHECK,
    clocks.CHECK,
    kafka.CHECK,
    doors.CHECK,
    elections.CHECK,
    horizon.CHECK,
    numbering.CHECK,
    lost.CHECK,
    publishing.CHECK,
    consuming.CHECK,
    parked.CHECK,
    reconciled.CHECK,
    events.CHECK,
    laws.CHECK,
    samples.CHECK,
    tidying.CHECK,
)


def chosen(names: Collection[str]) -> tuple[Check, ...]:
    """The checks of these names, or all without any; raises ValueError for a name that is none."""
    if unknown := set(names) - {check.name for check in CHECKS}:
        raise ValueError(f"{', '.join(sorted(unknown))}: the checks are {', '.join(check.name for check in CHECKS)}")
    return tuple(check for check in CHECKS if not names or check.name in names)
