"""Given, when, then: a decider's specification as one readable line per behaviour."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from kernel.values.decider import Decider
from kernel.values.refusals import Refused

CommandT = TypeVar("CommandT")
StateT = TypeVar("StateT")
EventT = TypeVar("EventT")


class Decided(Generic[StateT, EventT]):
    """What a decision came to: its events and the state after them, or a refusal."""

    def __init__(self, events: tuple[EventT, ...] | Refused, state: StateT) -> None:
        self._events = events
        self._state = state

    def then(self, *expected: EventT) -> None:
        """Exactly these events happened, in this order."""
        assert self.events == expected, f"expected {expected}, but {self.events} happened"

    def then_nothing(self) -> None:
        """The command was accepted and changed nothing."""
        self.then()

    def then_refused(self, code: str) -> Refused:
        """The command was refused with this code; gives the refusal back for a closer look."""
        assert isinstance(self._events, Refused), f"expected {code}, but {self._events} happened"
        assert self._events.code == code, f"expected {code}, but it was refused with {self._events}"
        return self._events

    @property
    def events(self) -> tuple[EventT, ...]:
        """The events that happened; fails where the command was refused."""
        assert not isinstance(self._events, Refused), f"refused with {self._events}"
        return self._events

    @property
    def state(self) -> StateT:
        """The state after the events."""
        assert not isinstance(self._events, Refused), f"refused with {self._events}"
        return self._state


class Given(Generic[CommandT, StateT, EventT]):
    """A past from which a command is decided."""

    def __init__(self, decider: Decider[CommandT, StateT, EventT], past: Iterable[Any]) -> None:
        self._decider = decider
        self._state = decider.fold(past)

    def when(self, command: CommandT) -> Decided[StateT, EventT]:
        """Decide ``command``."""
        try:
            events = tuple(self._decider.decide(command, self._state))
        except Refused as refused:
            return Decided(refused, self._state)
        return Decided(events, self._decider.fold(events, self._state))


def given(decider: Decider[CommandT, StateT, EventT], past: Iterable[Any] = ()) -> Given[CommandT, StateT, EventT]:
    """Begin a specification: ``given(decider, past).when(command).then(event)``."""
    return Given(decider, past)
