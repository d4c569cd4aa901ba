"""Money that finance moved: what its journals are called, and what is said of it."""

from datetime import date
from typing import Final

import msgspec

#: Kinds of journals that finance makes, and the one that takes them back.
RECEIPT: Final = "receipt"
PAYMENT: Final = "payment"
COLLECTION: Final = "collection"
RETURN: Final = "return"
#: Pays a hospital's statement whole, and goes back with it.
STATEMENT_PAYMENT: Final = "statement_payment"
#: What nobody will get back from a person is borne by the fund; another person has to agree.
WRITE_OFF: Final = "write_off"
#: A write-off was wrong, or its money came back: the person owes it again, and the fund bears it no longer.
REVIVAL: Final = "revival"
#: What goes back by hand.
RETURNABLE: Final = frozenset({RECEIPT, PAYMENT, COLLECTION})


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Money that came into a county's fund on ``value_on``, and where it came from.

    ``reference`` names an opening balance in the system before: under one name it is taken over once.
    """

    county: str
    fund: str
    amount_fen: int
    source: str
    value_on: date
    reference: str | None = None


class Transfer(msgspec.Struct, frozen=True):
    """Money that settled a payable or a receivable on ``value_on``, wholly or in part."""

    account: str
    amount_fen: int
    value_on: date
    #: The account that the money came to or from; None for the fund's bank.
    counter: str | None = None
    #: Why nothing moved, of a debt that is written off.
    ground: str | None = None


class Revival(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a debt that ``journal_id`` wrote off is owed again, for ``reason``; said on ``value_on``."""

    journal_id: str
    account: str
    amount_fen: int
    value_on: date
    reason: str


Money = Receipt | Transfer | Revival


class Moment(msgspec.Struct, frozen=True):
    """When money is booked: today, and the first day of the county that is not in a closed month."""

    today: date
    open_from: date
