"""Reading example files, strictly: an unknown kind or key is an error that names the file and the line."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from kernel.policy_packs.loading import located
from kernel.policy_packs.source import Source
from onestop.examples.later import KINDS, LaterExample
from onestop.examples.settle import SettleExample

Example = SettleExample | LaterExample


PartT = TypeVar("PartT")


class ExampleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole file of examples. ``conventions`` explains the words to readers."""

    schema_version: Literal[1]
    units: str
    examples: tuple[SettleExample, ...]
    conventions: dict[str, Any] = {}


def read(paths: Iterable[Path]) -> tuple[Example, ...]:
    """All examples of some files; raises PackError with file and line."""
    examples: list[Example] = []
    for path in paths:
        source = Source(path.read_text(encoding="utf-8"), path.name)
        found = _convert(source)
        _check_ids(found, source)
        examples += found
    return tuple(examples)


def _convert(source: Source) -> tuple[Example, ...]:
    whole = dict(source.value) if isinstance(source.value, dict) else source.value
    later: dict[int, LaterExample] = {}
    for i, plain in enumerate(_listed(whole)):
        if isinstance(plain, dict) and plain.get("kind") in KINDS:
            later[i] = _read_part(plain, LaterExample, source)
    if later:
        whole["examples"] = [plain for i, plain in enumerate(whole["examples"]) if i not in later]
    settled = iter(_read_part(whole, ExampleFile, source).examples)
    return tuple(later[i] if i in later else next(settled) for i in range(len(_listed(source.value))))


def _listed(whole: Any) -> list[Any]:
    found = whole.get("examples", []) if isinstance(whole, dict) else []
    return found if isinstance(found, list) else []


def _read_part(plain: Any, kind: type[PartT], source: Source) -> PartT:
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError as error:
        raise located(error, source, "../examples/README.md") from error


def _check_ids(examples: tuple[Example, ...], source: Source) -> None:
    seen: set[str] = set()
    for i, example in enumerate(examples):
        if example.id in seen:
            raise source.error(f"$.examples[{i}].id", f"the id {example.id!r} is given to two examples")
        seen.add(example.id)
