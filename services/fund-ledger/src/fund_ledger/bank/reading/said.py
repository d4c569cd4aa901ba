"""What a bank's file says, once it was read."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused

#: No account of a county's fund has a number of yuan that is longer.
_YUAN_DIGITS: Final = 14


class SaidLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the bank says it; ``balance_fen`` is None where the format gives none.

    ``entered_on`` is the day on which the bank booked it, which may be another than that of its value.
    ``names`` is what in it may be a name: a rule looks at it, and nothing of it is stored.
    """

    value_on: date
    entered_on: date
    amount_fen: int
    balance_fen: int | None
    reference: str
    text: str
    names: frozenset[str]


class Said(msgspec.Struct, frozen=True):
    """A statement as the bank says it; it may not add up. Its days are those of its balances, not of values."""

    lines: Sequence[SaidLine]
    opening_fen: int
    closing_fen: int
    first_on: date
    last_on: date


def malformed(where: str, what: str) -> Refused:
    """A file that is not what it says to be."""
    return Refused("BANK_FILE_MALFORMED", f"{where}: {what}")


def truncated(what: str) -> Refused:
    """A file without its end."""
    return Refused("BANK_FILE_TRUNCATED", f"{what}; the file seems to be cut off, fetch it from the bank again")


def fen_of(value: object, where: str) -> int:
    """An amount in yuan of a cell in fen: exact, at most two decimals. Raises Refused BANK_FILE_MALFORMED."""
    # A cell that a sheet worked out is a binary number near the fen that is meant.
    text = f"{value:.6f}" if isinstance(value, float) else str(value)
    text = text.replace(",", "").replace("\uffe5", "").replace("\xa5", "").strip()
    try:
        yuan = Decimal(text or "0")
        # Of 9e999999 nothing is worked out: it is a number of a million digits.
        fen = yuan * 100 if yuan.adjusted() < _YUAN_DIGITS else Decimal("NaN")
        whole = int(fen)
    except (ArithmeticError, ValueError):
        raise malformed(where, f"{text[:20]!r} is no amount") from None
    if fen != whole or abs(whole) > 10**15:
        raise malformed(where, f"{text[:30]!r} is no amount in yuan and fen")
    return whole


def check_sums(said: Said) -> list[int]:
    """What the account has after each line; refuses lines that do not lead from the opening to the closing.

    Raises Refused BANK_FILE_EMPTY, BANK_FILE_SUM with the first line that does not fit.
    """
    if not said.lines:
        raise Refused("BANK_FILE_EMPTY", "the file has no line")
    balance, after = said.opening_fen, list[int]()
    for number, line in enumerate(said.lines, start=1):
        balance += line.amount_fen
        if line.balance_fen is not None and line.balance_fen != balance:
            told, right = yuan_from_fen(line.balance_fen), yuan_from_fen(balance)
            raise Refused(
                "BANK_FILE_SUM", f"after line {number} the file says {told} yuan, and the lines come to {right}"
            )
        after.append(balance)
    if balance != said.closing_fen:
        told, right = yuan_from_fen(said.closing_fen), yuan_from_fen(balance)
        raise Refused("BANK_FILE_SUM", f"the file closes with {told} yuan, and its lines come to {right}")
    return after
