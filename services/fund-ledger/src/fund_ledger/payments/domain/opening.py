"""Opening balances: what a fund has left from the system before, each taken over once under its name there."""

from typing import Final
from uuid import NAMESPACE_OID, uuid5

#: Where such money comes from.
OPENING: Final = "OPENING"


def journal_of(county: str, fund: str, reference: str) -> str:
    """The journal of a balance, the same whoever takes it over and whenever."""
    return str(uuid5(NAMESPACE_OID, f"onestop/opening/{county}/{fund}/{reference}"))
