"""A difference: where what is stored and what follows from the events do not agree."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

#: Differences of one check that are said in full; one fault may show in a million places.
SAID_MAX: Final = 20


class Difference(msgspec.Struct, frozen=True):
    """The place, what is stored there, what follows from the events, and for a row the event that made it."""

    where: str
    live: str
    replayed: str
    made_by: str = ""


def amounts(balances_fen: Mapping[str, int]) -> dict[str, int]:
    """Accumulators without those that stand at nothing: a policy names only those that it moves."""
    return {name: amount for name, amount in sorted(balances_fen.items()) if amount}


def text(value: object) -> str:
    """A value as it is said in a difference."""
    return msgspec.json.encode(value, order="deterministic").decode()


class Findings:
    """The differences that were found, of each check no more than can be read."""

    def __init__(self) -> None:
        self._found: dict[str, list[Difference]] = {}

    def add(self, check: object, differences: Iterable[Difference]) -> None:
        """Keep what a check has found, up to the limit."""
        kept = self._found.setdefault(type(check).__name__, [])
        for difference in differences:
            if len(kept) < SAID_MAX:
                kept.append(difference)

    @property
    def all(self) -> tuple[Difference, ...]:
        """Everything that was kept, check by check."""
        return tuple(difference for kept in self._found.values() for difference in kept)
