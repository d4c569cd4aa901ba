"""Every look at files of illnesses leaves a record: they are about persons, if without names."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from kernel.values.decider import Decider


class See(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looks at the files of a county, or at one."""

    county: str
    person_id: str | None
    by: str
    today: date


class FilesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looked."""

    county: str
    person_id: str | None
    seen_by: str
    seen_on: date


def decide(command: See, _state: None) -> Sequence[FilesSeen]:
    """The event."""
    seen = FilesSeen(county=command.county, person_id=command.person_id, seen_by=command.by, seen_on=command.today)
    return (seen,)


DECIDER: Final[Decider[See, None, FilesSeen]] = Decider(None, decide, lambda state, _event: state)
