"""One sample of each stored event and version, made from its schema once and kept: it must be readable for ever."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from kernel.writing.event_registry import EventRegistry
from onestop.services import SERVICES
from workbench.promises.schemas import Schema, variants

#: A plain text, and also a moment: msgspec's schema calls a moment with or without a zone simply a string.
_TEXT: Final = "2019-07-01T08:00:00Z"
_TEXTS: Final = {
    "date": "2019-07-01",
    "date-time": _TEXT,
    "time": "08:00:00",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "decimal": "0.50",
    "duration": "P1D",
}


class Sample(msgspec.Struct, frozen=True):
    """An event as the store holds it."""

    service: str
    name: str
    version: int
    data: msgspec.Raw

    @property
    def head(self) -> str:
        """How the released lines name this version."""
        return f"{self.service} {self.name} {self.version}"


def current_samples() -> Iterator[Sample]:
    """A sample of every stored event in the version that is written today."""
    for service, parts in SERVICES.items():
        registry = parts.parts.registry
        for name, event in registry.classes.items():
            (schema,), definitions = msgspec.json.schema_components([event], ref_template="#/$defs/{name}")
            data = msgspec.json.encode(_value(schema, definitions, frozenset()), order="deterministic")
            # Written by the codec itself, so that dates and numbers stand as the store writes them.
            stored = registry.encode(registry.decode(name, registry.version_of(name), data))[2]
            yield Sample(service, name, registry.version_of(name), msgspec.Raw(stored))


def faults(sample: Sample, registry: EventRegistry) -> list[str]:
    """Why this sample can no longer be read as it was written; none when all is well."""
    try:
        event = registry.decode(sample.name, sample.version, bytes(sample.data))
    except (LookupError, ValueError, msgspec.MsgspecError) as error:
        return [f"{sample.head} can no longer be read: {error}"]
    name, version, data = registry.encode(event)
    if registry.decode(name, version, data) != event:
        return [f"{sample.head} is written otherwise than it was read"]
    was, now = msgspec.json.decode(sample.data), msgspec.json.decode(data)
    if version == sample.version and not _holds(now, was):
        return [f"{sample.head} loses something when it is read: {was} became {now}"]
    return []


def _holds(now: object, was: object) -> bool:
    """True when everything of ``was`` is in ``now``; a new field with its default may stand beside it."""
    if isinstance(was, dict) and isinstance(now, dict):
        return all(name in now and _holds(now[name], value) for name, value in was.items())
    if isinstance(was, list) and isinstance(now, list):
        return len(was) == len(now) and all(_holds(new, old) for new, old in zip(now, was, strict=True))
    return was == now


def _value(schema: Schema, definitions: Mapping[str, Schema], above: frozenset[str]) -> Any:
    """The fullest value: every field is given, a list has one item, a union its first variant that is not null."""
    found = variants(schema, definitions)
    name, variant = next((each for each in found if each[1].get("type") != "null"), found[0])
    if "enum" in variant or "const" in variant:
        return variant.get("enum", [variant.get("const")])[0]
    inside = above | {name} if name else above
    match variant.get("type"):
        case "object":
            return _object(variant, definitions, inside)
        case "array":
            return _array(variant, definitions, inside)
        case "string":
            return _TEXTS.get(variant.get("format", ""), _TEXT)
        case "integer" | "boolean" as kind:
            return kind == "boolean" or max(1, variant.get("minimum", 1))
        case other:
            raise ValueError(f"no sample can be made of {other}: {variant}")


def _object(schema: Schema, definitions: Mapping[str, Schema], above: frozenset[str]) -> dict[str, Any]:
    made = {name: _value(child, definitions, above) for name, child in schema.get("properties", {}).items()}
    values = schema.get("additionalProperties")
    if isinstance(values, Mapping):
        made[_value(schema.get("propertyNames", {"type": "string"}), definitions, above)] = _value(
            values, definitions, above
        )
    return made


def _array(schema: Schema, definitions: Mapping[str, Schema], above: frozenset[str]) -> list[Any]:
    if "prefixItems" in schema:
        return [_value(child, definitions, above) for child in schema["prefixItems"]]
    items = schema.get("items")
    if not isinstance(items, Mapping) or any(name in above for name, _ in variants(items, definitions)):
        return []
    return [_value(items, definitions, above)]
