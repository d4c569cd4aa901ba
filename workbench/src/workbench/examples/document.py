"""Reading example files, strictly: an unknown kind or key is an error that names the file and the line."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from law.packs.loading import located
from law.packs.source import Source
from workbench.examples.kinds import advances, bills, clinics, clocks, funds, orders, people
from workbench.examples.settle import SettleExample

Example = (
    SettleExample
    | advances.Kinds
    | bills.Kinds
    | clinics.Kinds
    | clocks.Kinds
    | funds.Kinds
    | orders.Kinds
    | people.Kinds
)


class ExampleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole file of examples. ``conventions`` explains the words to readers."""

    schema_version: Literal[1]
    units: str
    examples: tuple[Example, ...]
    conventions: dict[str, Any] = {}


def read(paths: Iterable[Path]) -> tuple[Example, ...]:
    """All examples of some files; raises PackError with file and line."""
    examples: list[Example] = []
    for path in paths:
        source = Source(path.read_text(encoding="utf-8"), path.name)
        try:
            found = msgspec.convert(source.value, ExampleFile).examples
        except msgspec.ValidationError as error:
            raise located(error, source, "../examples/README.md") from error
        _check_ids(found, source)
        examples += found
    return tuple(examples)


def _check_ids(examples: tuple[Example, ...], source: Source) -> None:
    seen: set[str] = set()
    for i, example in enumerate(examples):
        if example.id in seen:
            raise source.error(f"$.examples[{i}].id", f"the id {example.id!r} is given to two examples")
        seen.add(example.id)
