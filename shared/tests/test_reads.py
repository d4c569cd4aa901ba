"""Rows become structs; where the database has another form of a field, it is checked on the way."""

from enum import StrEnum

import msgspec
import pytest

from kernel.writing.reads import checked


class Colour(StrEnum):
    RED = "RED"


class Painted(msgspec.Struct, frozen=True):
    colour: Colour
    coats: tuple[int, ...]


def test_a_checked_struct_has_its_own_enumerations_and_tuples() -> None:
    painted = checked(Painted)(colour="RED", coats=[1, 2])
    assert painted.colour is Colour.RED
    assert painted.coats == (1, 2)


def test_a_column_that_does_not_fit_its_field_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="BLUE"):
        checked(Painted)(colour="BLUE", coats=[])
