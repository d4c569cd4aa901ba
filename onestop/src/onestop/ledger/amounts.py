"""How amounts stand in the texts that other programs prove."""

from typing import Final

from kernel.values.money import yuan_from_fen

CURRENCY: Final = "CNY"


def amount(fen: int) -> str:
    """An amount in yuan with its currency, such as ``-12.30 CNY``."""
    return f"{yuan_from_fen(fen)} {CURRENCY}"
