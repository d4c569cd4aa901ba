"""Figures of the law: dated values resolved for a day, with the clause that each comes from."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from kernel.values.money import fen_from_yuan
from law.rows import Dated, For, Row


class Situation(msgspec.Struct, frozen=True):
    """What a table row may depend on. ``category`` is None for a person whom the pack does not serve."""

    category: str | None
    kind: str
    place: str
    level: str | None


class Figure(msgspec.Struct, frozen=True):
    """A figure in force: its text as in the document, its clause, and its value as an exact fraction.

    For amounts of money ``numerator`` is whole fen and ``denominator`` 1; 80 percent is 80/100.
    """

    text: str
    clause: str
    numerator: int
    denominator: int = 1


class NoBenefit(msgspec.Struct, frozen=True):
    """The document gives nothing here, and says so by what it lists."""

    clause: str


class Missing(msgspec.Struct, frozen=True):
    """No figure is in force; ``name`` is what must be configured before anyone can be settled by it."""

    name: str


Resolved = Figure | NoBenefit | Missing


def applies(to: For, situation: Situation, readings: frozenset[str]) -> bool:
    """Whether a row is meant for a situation under readings such as ``L4:parity80``; an empty list is everything."""
    return (
        readings.issuperset(to.reading)
        and (not to.category or situation.category in to.category)
        and (not to.kind or situation.kind in to.kind)
        and (not to.place or situation.place in to.place)
        and (not to.level or situation.level in to.level)
    )


def in_force(values: Iterable[Dated], on: date) -> Dated | None:
    """The value in force on a day; values stand in the order of their days."""
    current = None
    for value in values:
        if value.from_ <= on:
            current = value
    return current


def resolve(name: str, row: Row | None, on: date, configured: Mapping[str, str], *, money: bool) -> Resolved:
    """The figure of a row on a day, None being no row at all. ``money`` tells yuan from percent."""
    if row is None:
        return Missing(name)
    if row.configured is not None:
        text = configured.get(row.configured)
        return Missing(row.configured) if text is None else figure(text, row.clause or "", money=money)
    dated = in_force(row.values, on)
    if dated is None:
        return Missing(name)
    if dated.value is None:
        return NoBenefit(dated.clause)
    return figure(dated.value, dated.clause, money=money)


def figure(text: str, clause: str, *, money: bool) -> Figure:
    """A figure from its text: yuan with at most two decimals, or a percentage."""
    if money:
        return Figure(text, clause, fen_from_yuan(text))
    numerator, denominator = Decimal(text).scaleb(-2).as_integer_ratio()
    return Figure(text, clause, numerator, denominator)
