"""The right choices for a field whose value is none of them, found by the path at which the decoder stopped."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import inspect

_STEP: Final = re.compile(r"\.([A-Za-z0-9_]+)|\[[^\]]*\]")


def choices_at(struct: type, path: str) -> tuple[str, ...]:
    """What may stand at ``path`` (such as ``$.lines[0].cost_class``) of a body; empty where anything may."""
    kinds = [inspect.type_info(struct)]
    for step in _STEP.finditer(path):
        kinds = [found for kind in kinds for found in _below(kind, step.group(1))]
    return tuple(sorted({choice for kind in kinds for choice in _choices(kind)}))


def _below(kind: inspect.Type, name: str | None) -> Iterator[inspect.Type]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _below(inner, name)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _below(each, name)
        case inspect.StructType(fields=fields) if name is not None:
            yield from (field.type for field in fields if field.encode_name == name)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) if name is None:
            yield item
        case inspect.DictType(value_type=value) if name is None:
            yield value
        case _:
            return


def _choices(kind: inspect.Type) -> Iterator[str]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _choices(inner)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _choices(each)
        case inspect.EnumType(cls=cls):
            yield from (str(member.value) for member in cls)
        case inspect.LiteralType(values=values):
            yield from map(str, values)
        case _:
            return
