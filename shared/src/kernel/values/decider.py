"""The decider: a pure pair of functions that says what happened and what is true after it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Generic, TypeVar

CommandT = TypeVar("CommandT")
StateT = TypeVar("StateT")
EventT = TypeVar("EventT")


@dataclass(frozen=True, slots=True)
class Decider(Generic[CommandT, StateT, EventT]):
    """One aggregate: its first state, its decision, and how an event changes it.

    ``decide`` returns the events that a command brings about, or raises ``kernel.values.refusals.Refused``.
    Both functions are pure: no clock, no chance, no IO; whatever varies arrives in the command.
    """

    initial: StateT
    decide: Callable[[CommandT, StateT], Sequence[EventT]]
    evolve: Callable[[StateT, EventT], StateT]

    def fold(self, events: Iterable[EventT], state: StateT | None = None) -> StateT:
        """State after ``events``, from ``state`` or from the beginning."""
        return reduce(self.evolve, events, self.initial if state is None else state)
