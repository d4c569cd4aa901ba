"""Amounts and percentages as the examples write them: yuan text with two decimals, percent as text or whole number."""

from typing import Annotated

import msgspec

from kernel.values.money import fen_from_yuan, yuan_from_fen

#: An amount in yuan with exactly two decimals.
Yuan = Annotated[str, msgspec.Meta(pattern=r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$")]
#: A percentage, exact: ``"92.5"`` or ``10``.
Percent = Annotated[str, msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?$")] | int

__all__ = ["Percent", "Yuan", "fen", "yuan"]

fen = fen_from_yuan
yuan = yuan_from_fen
