"""What is asked of all money that is said to have moved: an amount, a day that can be, and enough in the bank."""

from datetime import date
from typing import Final

from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict

#: The oldest document is of 2016, and openings take over what the years before left.
EARLIEST: Final = date(2010, 1, 1)


def check_bank(account: str, bank_fen: int, out_fen: int) -> None:
    """Refuse to take more out of a bank account than it has: BANK_SHORT. Below zero it takes nothing out."""
    if out_fen > 0 and out_fen > bank_fen:
        held, asked = yuan_from_fen(bank_fen), yuan_from_fen(out_fen)
        detail = f"{account} has {held} yuan, so {asked} yuan cannot leave it"
        raise conflict("BANK_SHORT", detail, account=account, held=held, asked=asked)


def check_moved(amount_fen: int, value_on: date, today: date) -> None:
    """Refuse money that cannot have moved: AMOUNT_NOT_POSITIVE, VALUE_DATE_TOO_EARLY or VALUE_DATE_AHEAD."""
    if amount_fen <= 0:
        raise Refused(
            "AMOUNT_NOT_POSITIVE", f"{yuan_from_fen(amount_fen)} yuan moves nothing; the amount must be above zero"
        )
    check_day(value_on, today)


def check_same(what: str, due_fen: int, said_fen: int | None) -> None:
    """Refuse who saw another amount than that which stands now, or none: AMOUNT_DIFFERS."""
    if said_fen != due_fen:
        said = "no amount is named" if said_fen is None else f"{yuan_from_fen(said_fen)} yuan are named"
        detail = (
            f"{what} comes to {yuan_from_fen(due_fen)} yuan, and {said}: look at it again, and name what it comes to"
        )
        raise conflict("AMOUNT_DIFFERS", detail, due=yuan_from_fen(due_fen))


def check_day(value_on: date, today: date) -> None:
    """Refuse a day on which nothing can have been done: VALUE_DATE_TOO_EARLY or VALUE_DATE_AHEAD."""
    if value_on < EARLIEST:
        raise Refused("VALUE_DATE_TOO_EARLY", f"{value_on} is before all books; the first day is {EARLIEST}")
    if value_on > today:
        raise Refused("VALUE_DATE_AHEAD", f"{value_on} has not come yet; book the money on {today} or earlier")


def check_year(account: str, amount_fen: int, of_year_fen: int, year: int) -> None:
    """Refuse to pay out of a year what came to be owed after it, as its appropriation is its own: WRONG_YEAR."""
    if amount_fen > of_year_fen:
        detail = (
            f"at the end of {year} {yuan_from_fen(of_year_fen)} yuan were owed on {account}, so"
            f" {yuan_from_fen(amount_fen)} yuan cannot have been paid out of {year}"
        )
        raise conflict("WRONG_YEAR", detail, account=account)
