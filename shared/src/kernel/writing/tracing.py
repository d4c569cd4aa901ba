"""Where a trace is told of: nobody listens unless an installation says so, and then what is told costs one look.

A trace is one piece of work over all services. Its number follows from the correlation id, which goes from the request
into every event and message that it causes: so no message needs another header, stored events stay what they are, and
every service decides alike which traces are kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a trace. ``name`` and ``about`` name no person: they are kinds, routes, topics and ids of messages.

    ``known_as`` is a name under which later steps can find this one, ``after`` the name of the step that caused it.
    """

    name: str
    kind: str
    correlation_id: str
    known_as: str = ""
    after: str = ""
    about: dict[str, str] = {}


class Listener(Protocol):
    """Whoever is told of steps."""

    def listens_to(self, correlation_id: str) -> bool:
        """Whether the trace of this work is kept: asked first, because most are not."""

    def begin(self, step: Step, began_ns: int | None = None) -> object:
        """A step begins; ``began_ns`` is when, since 1970, where that was not now."""

    def end(self, begun: object, about: dict[str, str], error: BaseException | None) -> None:
        """What ``begin`` gave ends, with what is known of it by then."""


class Told:
    """A step that is under way. What is put into ``about`` is told at its end, a ``name`` in the place of the first."""

    __slots__ = ("about",)

    def __init__(self) -> None:
        self.about: dict[str, str] = {}


class _Nobody:
    listener: Listener | None = None


_NOBODY_LISTENS = Told()


def listen(listener: Listener | None) -> None:
    """From now on this process tells ``listener``; None means nobody."""
    _Nobody.listener = listener


def is_anybody_told() -> bool:
    """Whether there is a listener at all."""
    return _Nobody.listener is not None


def is_told(correlation_id: str) -> bool:
    """Whether somebody wants to know of this work."""
    listener = _Nobody.listener
    return listener is not None and bool(correlation_id) and listener.listens_to(correlation_id)


@contextmanager
def step(told: Step, began_ns: int | None = None) -> Iterator[Told]:
    """Tell of a step that lasts as long as the block; ask ``is_told`` first."""
    listener = _Nobody.listener
    if listener is None:
        yield _NOBODY_LISTENS
        return
    begun, under_way = listener.begin(told, began_ns), Told()
    try:
        yield under_way
    except BaseException as error:
        listener.end(begun, under_way.about, error)
        raise
    listener.end(begun, under_way.about, None)
