"""What the platform promises today, as lines: its API, the events it publishes, the events it has stored."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from kernel.messaging.envelope import type_of
from onestop.desk.desk import NAME as DESK
from onestop.services import SERVICES
from workbench.promises.asyncapi import CONTRACTS
from workbench.promises.schemas import Schema, places

#: Place → what stands there; see docs/contracts/README.md.
Surface = Mapping[str, str]

ASKS: Final = " asks "
ANSWERS: Final = " answers "
TELLS: Final = " tells "
KEEPS: Final = " keeps "
#: An older version of a stored event: today's program reads it through an upcast.
UPCAST: Final = "upcast"


def api_surface(root: Path) -> Surface:
    """The API of every service and of the desk, from the OpenAPI documents that are checked in below ``root``."""
    found: dict[str, str] = {}
    for service in (*SERVICES, DESK):
        document = msgspec.json.decode((root / f"docs/openapi/{service}.json").read_bytes())
        found |= api_places(service, document)
    return found


def api_places(service: str, document: Mapping[str, Any]) -> Surface:
    """One OpenAPI document. A path's parameter has no name here: callers fill it in and never write the name."""
    schemas = document["components"]["schemas"]
    found: dict[str, str] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            head = f"{service} {method.upper()} {re.sub('{[^}]*}', '{}', path)}"
            found[head] = "operation"
            found.update(_asked(head, operation, schemas))
            found.update(_answered(head, operation, schemas))
    return found


def _asked(head: str, operation: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] != "path":
            at = f"{head}{ASKS}?{parameter['name']}"
            yield from places(parameter["schema"], schemas, at, required=parameter.get("required", False))
    body = operation.get("requestBody", {})
    for media, content in body.get("content", {}).items():
        # A body of JSON is simply the body; any other media type is said.
        at = f"{head}{ASKS}$" if media == "application/json" else f"{head}{ASKS}({media})$"
        yield from places(content.get("schema", {}), schemas, at, required=body.get("required", False))


def _answered(head: str, operation: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            for media, content in response.get("content", {}).items():
                at = f"{head}{ANSWERS}{status} {'' if media == 'application/json' else f'({media})'}$"
                yield from places(content.get("schema", {}), schemas, at)


def published_surface() -> Surface:
    """Every event that a service tells the others."""
    found: dict[str, str] = {}
    for contract in CONTRACTS:
        for kind in contract.kinds:
            name = type_of(contract, kind.event_class)
            found[name] = "event"
            found |= _event_places(kind.event_class, name + TELLS)
    return found


def stored_surface() -> Surface:
    """Every stored event and version that this program reads, and all fields of the version in force."""
    found: dict[str, str] = {}
    for service, parts in SERVICES.items():
        registry = parts.parts.registry
        for name, event in registry.classes.items():
            now = registry.version_of(name)
            for version in range(1, now):
                found[f"{service} {name} {version}"] = UPCAST
            found[f"{service} {name} {now}"] = "event"
            found |= _event_places(event, f"{service} {name} {now}{KEEPS}")
    return found


def _event_places(event: type[msgspec.Struct], before: str) -> Surface:
    (schema,), definitions = msgspec.json.schema_components([event], ref_template="#/$defs/{name}")
    return dict(places(schema, definitions, f"{before}$"))


def surfaces(root: Path) -> Mapping[str, Surface]:
    """All of them, by the name of the file in which the released ones are kept."""
    return {"api": api_surface(root), "published": published_surface(), "stored": stored_surface()}
