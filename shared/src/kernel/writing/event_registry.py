"""The registry between stored names and event classes, with the upcasters that read older versions."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from kernel.values.contract import Upcast

_encoder: Final = msgspec.json.Encoder(order="deterministic")


class UnknownEventTypeError(LookupError):
    """A stored name, or a version of it, that this program cannot read; replay stops rather than skip it."""


class EventType(msgspec.Struct, frozen=True):
    """One kind of stored event: its name for ever, its class today, and how older versions become today's.

    ``upcasts[i]`` turns the plain data of version ``i + 1`` into version ``i + 2``; the version in force is
    therefore ``len(upcasts) + 1``.
    """

    name: str
    event_class: type[msgspec.Struct]
    upcasts: tuple[Upcast, ...] = ()

    @property
    def version(self) -> int:
        """The version that new events are written in."""
        return len(self.upcasts) + 1


class EventRegistry:
    """All event types of one service. A stored name never is a Python path, so classes may move.

    A class alone is in its first version and stored under its own name; who renames it writes an EventType.
    """

    def __init__(self, types: Iterable[EventType | type[msgspec.Struct]]) -> None:
        kinds = [kind if isinstance(kind, EventType) else EventType(kind.__name__, kind) for kind in types]
        self._by_class: Mapping[type, EventType] = {kind.event_class: kind for kind in kinds}
        self._by_name = {kind.name: kind for kind in self._by_class.values()}
        assert len(self._by_name) == len(self._by_class), "two event classes share one stored name"
        #: By name and version, of those in force: almost every event is of these.
        self._decoders = {
            (kind.name, kind.version): msgspec.json.Decoder(kind.event_class, strict=False)
            for kind in self._by_class.values()
        }

    def encode(self, event: msgspec.Struct) -> tuple[str, int, bytes]:
        """Stored name, schema version and canonical JSON of an event."""
        kind = self.type_of(type(event))
        return kind.name, kind.version, _encoder.encode(event)

    def decode(self, name: str, version: int, data: bytes | str) -> Any:
        """The event that was stored under ``name`` in ``version``; older versions are upcast on the way."""
        decoder = self._decoders.get((name, version))
        if decoder is not None:
            return decoder.decode(data)
        kind = self._by_name.get(name)
        if kind is None or not 1 <= version <= kind.version:
            raise UnknownEventTypeError(f"stored event {name} version {version} is unknown to this program")
        plain = msgspec.json.decode(data)
        for upcast in kind.upcasts[version - 1 :]:
            plain = upcast(plain)
        return msgspec.convert(plain, kind.event_class, strict=False)

    def type_of(self, event_class: type[msgspec.Struct]) -> EventType:
        """The kind of stored event that a class is; raises UnknownEventTypeError for a class without a stored name."""
        kind = self._by_class.get(event_class)
        if kind is None:
            raise UnknownEventTypeError(f"{event_class.__name__} has no stored name: add it to event_types.py")
        return kind

    def version_of(self, name: str) -> int:
        """The version in which events of this stored name are written today."""
        return self._by_name[name].version

    @property
    def classes(self) -> Mapping[str, type[msgspec.Struct]]:
        """The class of today for each stored name."""
        return {kind.name: kind.event_class for kind in self._by_class.values()}
