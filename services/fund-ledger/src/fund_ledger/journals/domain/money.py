"""Money that moved in a bank, as finance books it."""

from datetime import date

import msgspec


class Receipt(msgspec.Struct, frozen=True):
    """Money that came into a county's fund on ``value_on``, and where it came from."""

    county: str
    fund: str
    amount_fen: int
    source: str
    value_on: date


class Transfer(msgspec.Struct, frozen=True):
    """Money that settled a payable or a receivable on ``value_on``, wholly or in part."""

    account: str
    amount_fen: int
    value_on: date
