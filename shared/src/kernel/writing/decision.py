"""A decision on a stream: what was decided, and how it becomes what a command writes."""

from typing import Any, Generic, TypeVar

import msgspec

from kernel.values.decider import Decider
from kernel.writing.event_store import Stream, StreamAppend

CommandT = TypeVar("CommandT")
StateT = TypeVar("StateT")
EventT = TypeVar("EventT")
LeftT = TypeVar("LeftT")


class Outcome(msgspec.Struct, frozen=True):
    """What a decision came to: events for streams, and the answer for the caller as JSON text or plain values.

    ``contended`` names what concurrent commands may collide on, such as a person; empty where they cannot.
    """

    appends: tuple[StreamAppend, ...]
    body: Any
    status: int = 200
    contended: str = ""


class Decision(msgspec.Struct, Generic[StateT, EventT], frozen=True):
    """Events for a stream that stands as ``stream`` says, and the state after them."""

    stream: Stream
    events: tuple[EventT, ...]
    state: StateT

    @property
    def append(self) -> StreamAppend:
        """The events with their stream."""
        return StreamAppend(self.stream, self.events)

    @property
    def after(self: "Decision[LeftT | None, Any]") -> LeftT:
        """The state after an accepted command, which always leaves one."""
        assert self.state is not None, "an accepted command leaves a state"
        return self.state

    def outcome(self, body: Any, status: int = 200, contended: str = "") -> Outcome:
        """The decision alone as all that a command writes."""
        return Outcome((self.append,), body, status, contended or self.stream.stream_id)


def decided(
    decider: Decider[CommandT, StateT, EventT], stream: Stream, state: StateT, command: CommandT
) -> Decision[StateT, EventT]:
    """Decide a command on a stream in its state; raises Refused."""
    events = tuple(decider.decide(command, state))
    return Decision(stream, events, decider.fold(events, state))
