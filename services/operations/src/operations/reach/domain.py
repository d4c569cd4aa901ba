"""The scopes of direct settlement (004 二 市域内、省内和跨省), each with the milestone by which it is wanted: pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from law.packs.policy import Policy
from law.packs.rules import Milestone

Reach: TypeAlias = Literal["in_city", "other_city", "other_province"]

#: Each scope, near ones first, with the name of its milestone in a pack.
SCOPES: Final[Mapping[Reach, str]] = {
    "in_city": "in_city_settlement",
    "other_city": "out_of_city_settlement",
    "other_province": "out_of_city_settlement",
}


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The stays of one scope that hospitals settled at once and that stand."""

    reach: Reach
    stays: int
    first_on: date | None


class Untold(msgspec.Struct, frozen=True):
    """The stays that hospitals settled at once without it being told how far from home; they may be of any scope."""

    stays: int
    first_on: date | None


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A scope: until when it is wanted by which clause, and since when it is done.

    ``due_on`` is None where no document in force there names a day. Reached is what was settled, not what was said.
    """

    reach: Reach
    due_on: date | None
    document: str | None
    clause: str | None
    stays: int
    first_on: date | None
    said_done_on: date | None
    untold: Untold

    def state(self, today: date) -> str:
        """REACHED in time, REACHED_LATE, RUNNING, LATE, NO_DAY where none is named, or NOT_TOLD.

        NOT_TOLD is what would be late but for stays in time of which nobody told how far they were.
        """
        if self.due_on is None:
            return "NO_DAY"
        if self.first_on is not None and self.first_on <= self.due_on:
            return "REACHED"
        if self.first_on is None and today <= self.due_on:
            return "RUNNING"
        if self.untold.first_on is not None and self.untold.first_on <= self.due_on:
            return "NOT_TOLD"
        return "LATE" if self.first_on is None else "REACHED_LATE"


def scopes_of(
    policies: Iterable[Policy], settled: Mapping[str, Settled], untold: Untold, done: Mapping[str, date]
) -> tuple[Scope, ...]:
    """Every scope with its milestone; ``done`` are the days that were said of milestones, by their names."""
    found = {
        clock.name: (policy.file.document.cited_as, clock)
        for policy in policies
        for clock in policy.file.clocks
        if isinstance(clock, Milestone)
    }
    every = {reach: settled.get(reach) or Settled(reach=reach, stays=0, first_on=None) for reach in SCOPES}
    return tuple(_scope(every[reach], found.get(name), untold, done.get(name)) for reach, name in SCOPES.items())


def _scope(settled: Settled, wanted: tuple[str, Milestone] | None, untold: Untold, said: date | None) -> Scope:
    document, clock = (None, None) if wanted is None else wanted
    return Scope(
        reach=settled.reach,
        due_on=None if clock is None else clock.on,
        document=document,
        clause=None if clock is None else clock.clause,
        stays=settled.stays,
        first_on=settled.first_on,
        said_done_on=said,
        untold=untold,
    )
