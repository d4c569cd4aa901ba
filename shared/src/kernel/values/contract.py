"""A contract: which events a service publishes on its topic, and in which version each is written today."""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

Upcast: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


class Kind(msgspec.Struct, frozen=True):
    """One kind of published event: its class today, and how older versions of it are read.

    ``upcasts[i]`` turns the plain data of version ``i + 1`` into version ``i + 2``; the version in force is
    therefore ``len(upcasts) + 1``.
    """

    event_class: type[msgspec.Struct]
    upcasts: tuple[Upcast, ...] = ()


class Contract(msgspec.Struct, frozen=True):
    """All that may travel on one topic."""

    topic: str
    kinds: tuple[Kind, ...]

    @classmethod
    def of(cls, topic: str, *kinds: type[msgspec.Struct] | Kind) -> "Contract":
        """A contract from classes that are in their first version, and kinds that are not."""
        return cls(topic, tuple(kind if isinstance(kind, Kind) else Kind(kind) for kind in kinds))
