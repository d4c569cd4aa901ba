"""What playing an example comes to: for each step, the fields expected and the fields got."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

import msgspec

#: A field's value as the examples write it: amounts as yuan text, days as text, truths, counts.
Value = str | bool | int | None


class Outcome(msgspec.Struct, frozen=True):
    """One step or case after it was played. Fields that are not expected are not compared."""

    step: str
    expected: Mapping[str, Value]
    got: Mapping[str, Value]


class Mismatch(msgspec.Struct, frozen=True):
    """One field that came out otherwise than expected."""

    example: str
    step: str
    field: str
    expected: Value
    got: Value

    @property
    def line(self) -> str:
        """As it is reported: example, step, field, expected, got."""
        return f"{self.example}, {self.step}, {self.field}, {_text(self.expected)}, {_text(self.got)}"


class Report(msgspec.Struct, frozen=True):
    """The result of a run."""

    examples: int
    steps: int
    mismatches: tuple[Mismatch, ...]

    @property
    def exit_status(self) -> int:
        """0 only where everything agrees."""
        return 1 if self.mismatches else 0

    def write(self, out: TextIO) -> None:
        """Every mismatch on a line, and one line with the sums at the end."""
        for mismatch in self.mismatches:
            print(mismatch.line, file=out)
        print(f"{self.examples} examples, {self.steps} steps, {len(self.mismatches)} mismatches", file=out)


def compare(example: str, outcomes: Iterable[Outcome]) -> tuple[int, list[Mismatch]]:
    """The number of steps, and every expected field that came out otherwise."""
    steps, found = 0, []
    for outcome in outcomes:
        steps += 1
        for field, expected in outcome.expected.items():
            got = outcome.got.get(field)
            if got != expected or (got is None) != (expected is None):
                found.append(Mismatch(example, outcome.step, field, expected, got))
    return steps, found


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Value]]:
    """The leaves of nested tables and lists, each with the path to it."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from flat(inner, f"{name}.{key}" if name else key)
        case list() | tuple():
            for i, inner in enumerate(value):
                yield from flat(inner, f"{name}[{i}]")
        case _:
            yield name, value


def _text(value: Value) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
