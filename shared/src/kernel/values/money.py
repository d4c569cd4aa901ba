"""Money: whole fen in plain integers, and the few places where a fen can be born or lost."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Final

FEN_PER_YUAN: Final = 100
#: Largest amount accepted anywhere: 9,999,999,999.99 yuan, well inside a signed 64-bit integer of fen.
MAX_FEN: Final = 999_999_999_999

_YUAN_TEXT: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,2})?")


class Rounding(StrEnum):
    """How a division that does not end at a fen is rounded. Every division names one."""

    DOWN = "down"  # 不高于: a ceiling of a share must never be exceeded
    HALF_UP = "half_up"  # aid percentages


class AmountError(ValueError):
    """A text is not an amount of yuan with at most two decimals."""


def fen_from_yuan(text: str) -> int:
    """Read an amount in yuan, such as ``"1234.50"``, as whole fen.

    Accepts an optional minus sign, no leading zeros, no exponent, at most two decimals.
    Raises AmountError on anything else and on amounts beyond MAX_FEN.
    """
    if len(text) > 20 or not _YUAN_TEXT.fullmatch(text):
        raise AmountError(
            f"{text[:20]!r} is not an amount in yuan: write digits with at most two decimals, as in '1234.50'"
        )
    whole, _, decimals = text.lstrip("-").partition(".")
    fen = int(whole) * FEN_PER_YUAN + int(decimals.ljust(2, "0") or "0")
    if fen > MAX_FEN:
        raise AmountError(f"{text!r} is beyond the largest amount, {yuan_from_fen(MAX_FEN)} yuan")
    return -fen if text.startswith("-") else fen


def yuan_from_fen(fen: int) -> str:
    """Write whole fen as yuan with exactly two decimals: ``123450`` becomes ``"1234.50"``."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{whole}.{rest:02d}"


def share_of(amount_fen: int, rate: Decimal, rounding: Rounding) -> int:
    """Multiply a non-negative amount in fen by an exact rate, rounded to the fen as named.

    ``rate`` is a fraction: ``Decimal("0.8")`` is 80 %. Exact integer arithmetic, no binary fractions.
    """
    numerator, denominator = rate.as_integer_ratio()
    return divide(amount_fen * numerator, denominator, rounding)


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide two non-negative integers, rounded as named."""
    if numerator < 0 or denominator <= 0:
        raise AmountError(f"cannot share out {numerator}/{denominator}: the parts must not be negative")
    if rounding is Rounding.DOWN:
        return numerator // denominator
    return (2 * numerator + denominator) // (2 * denominator)
