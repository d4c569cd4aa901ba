"""Spreads a JSON schema out into places: one line for each field, each variant and each value of an enumeration."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def places(
    schema: Schema,
    definitions: Mapping[str, Schema],
    at: str,
    *,
    required: bool = True,
    above: frozenset[str] = frozenset(),
) -> Iterator[tuple[str, str]]:
    """Each place below ``at`` and what stands there: its types, and ``!`` where it must be given.

    ``.name`` is a field, ``[]`` an item, ``[0]`` the first of a fixed row, ``{}`` a value of a map, ``<Name>`` a
    variant of a union, ``=VALUE`` a value of an enumeration. A type that holds itself is spread out once: ``above`` are
    the names of those that hold this one.
    """
    found = variants(schema, definitions)
    kinds = {_kind(variant) for _, variant in found}
    yield at, " | ".join(sorted(kinds)) + ("!" if required else "")
    several = sum(_kind(variant) == "object" for _, variant in found) > 1
    for name, variant in found:
        for value in variant.get("enum", [variant["const"]] if "const" in variant else []):
            yield f"{at}={value}", "value"
        here = f"{at}<{name}>" if several and _kind(variant) == "object" else at
        if here != at:
            yield here, "variant"
        if name in above:
            continue
        inside = above | {name} if name else above
        for step, child, needed in _children(variant):
            yield from places(child, definitions, here + step, required=needed, above=inside)


def variants(schema: Schema, definitions: Mapping[str, Schema]) -> list[tuple[str, Schema]]:
    """The alternatives of a schema with their names ("" for one without), references followed."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return [(inner or name, variant) for inner, variant in variants(definitions[name], definitions)]
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return [found for each in several for found in variants(each, definitions)]
    return [("", schema)]


def _children(schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
    needed = schema.get("required", ())
    for name, child in schema.get("properties", {}).items():
        yield f".{name}", child, name in needed
    if isinstance(schema.get("items"), Mapping):
        yield "[]", schema["items"], False
    for number, child in enumerate(schema.get("prefixItems", ())):
        yield f"[{number}]", child, True
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield "{}", schema["additionalProperties"], False


def _kind(schema: Schema) -> str:
    kind = schema.get("type") or ("enumeration" if "enum" in schema or "const" in schema else "anything")
    return f"{kind} {schema['format']}" if "format" in schema else str(kind)
