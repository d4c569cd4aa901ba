"""What the ledger is configured with: whose money is kept elsewhere."""

from collections.abc import Mapping
from typing import Final

import msgspec

PAID_ELSEWHERE_SETTING: Final = "ONESTOP_LEDGER_PAID_ELSEWHERE"


class Config(msgspec.Struct, frozen=True):
    """The ledger's settings.

    Funds in ``paid_elsewhere`` are held by others, as basic and critical-illness insurance are in every county we
    know: the ledger counts what they owe and never sees their money, so an alarm about their debt would say nothing.
    """

    paid_elsewhere: frozenset[str] = frozenset({"BMI", "CII"})


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_LEDGER_PAID_ELSEWHERE`` lists fund codes with commas, and may be missing."""
    text = environ.get(PAID_ELSEWHERE_SETTING)
    if text is None:
        return Config()
    return Config(frozenset(code.strip() for code in text.split(",") if code.strip()))
