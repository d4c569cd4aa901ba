"""What the passes of a verification are cut into: a log read by one, or by two where processes share the work."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from onestop.replay.difference import Difference

#: The log that is most of all events; its pass would go on alone when the others are done.
_LONGEST: Final = "settlement"


class Part(StrEnum):
    """What a pass does with the events of a log."""

    ALL = "all"
    #: Makes the rows again: the service's own, and those of the services that hear of it.
    ROWS = "rows"
    #: Decides again, and holds what was told and booked against the events.
    CHECKS = "checks"


class Job(msgspec.Struct, frozen=True):
    """One pass: whose log, and what is done with it."""

    service: str
    part: Part = Part.ALL

    @property
    def said(self) -> str:
        """Its name for those who watch."""
        return self.service if self.part is Part.ALL else f"{self.service} {self.part}"


class PassVerdict(msgspec.Struct, frozen=True):
    """What one pass came to."""

    events: int
    settlements: int
    differences: tuple[Difference, ...]


def jobs_of(names: Iterable[str], *, shared: bool) -> list[Job]:
    """The passes over these services' logs, the longest first; where they are ``shared`` that one is two."""
    longest_first = sorted(names, key=lambda name: name != _LONGEST)
    return [
        Job(name, part)
        for name in longest_first
        for part in ((Part.ROWS, Part.CHECKS) if shared and name == _LONGEST else (Part.ALL,))
    ]


def by_service(jobs: Sequence[Job], verdicts: Sequence[PassVerdict]) -> dict[str, PassVerdict]:
    """What the passes came to, log by log: what both parts of one found is said once, and its events count once."""
    found: dict[str, PassVerdict] = {}
    for job, one in zip(jobs, verdicts, strict=True):
        before = found.get(job.service, PassVerdict(0, 0, ()))
        found[job.service] = PassVerdict(
            max(before.events, one.events),
            before.settlements + one.settlements,
            tuple(dict.fromkeys((*before.differences, *one.differences))),
        )
    return found
