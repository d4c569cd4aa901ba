"""What all kinds of table examples share: their head, and the packs that they take figures from."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from law.packs import Pack, PackLibrary, Policy, reread
from workbench.examples.amounts import fen, yuan
from workbench.examples.assumptions import assumed_of
from workbench.examples.outcome import Outcome, Value, flat
from workbench.examples.settle import Part, UnknownPackError

__all__ = ["Part", "Table", "each", "fen", "one", "yuan"]

CaseT = TypeVar("CaseT")


class Table(Part, tag_field="kind", frozen=True, kw_only=True):
    """The head of an example that is not of kind ``settle``."""

    id: str
    title: str
    region: str
    clause: tuple[str, ...]
    assumes: tuple[str, ...] = ()
    working: str | None = None

    def play(self, library: PackLibrary) -> Iterator[Outcome]:
        """Each case, or the one table, as it comes out of the services' domain code."""
        raise NotImplementedError

    def pack(self, library: PackLibrary) -> Pack:
        """The newest pack of the example's region, read as the example assumes; raises UnknownPackError."""
        packs = [pack for pack in library.packs if pack.file.region == self.region]
        if not packs:
            raise UnknownPackError(self.region)
        return reread(packs[-1], assumed_of(self.assumes, packs[-1]))

    def policy(self, library: PackLibrary) -> Policy:
        """That pack, on its first day in force."""
        pack = self.pack(library)
        return Policy(pack, pack.file.in_force_from)

    @property
    def steps(self) -> int:
        """How many cases there are."""
        return max(1, len(getattr(self, "cases", ())))


def one(expect: Any, *results: msgspec.Struct, **got: Value) -> Iterator[Outcome]:
    """The one outcome of a table with ``expect``; lists and tables in it become fields of their own.

    Fields of ``results`` are got under their own names, amounts in fen as yuan.
    """
    for name, value in (pair for result in results for pair in flat(msgspec.to_builtins(result))):
        got[name.replace("_fen", "")] = yuan(value) if "_fen" in name and isinstance(value, int) else value
    yield Outcome("table", dict(flat(msgspec.to_builtins(expect))), got)


def each(cases: Iterable[CaseT], field: str, got: Callable[[CaseT], Value]) -> Iterator[Outcome]:
    """The outcome of every case in a table: what stands in its ``field``, and what it came to."""
    for number, case in enumerate(cases, start=1):
        yield Outcome(f"case {number}", {field: msgspec.to_builtins(case)[field]}, {field: got(case)})
