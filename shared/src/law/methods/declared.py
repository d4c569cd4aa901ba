"""What a method declares of itself beside its parameters: tables of figures, steps, and readings that it follows."""

from datetime import date
from typing import Final, Literal

import msgspec


class Table(msgspec.Struct, frozen=True):
    """A table of figures, by the parameter that holds its rows, and what it is called on the document's page."""

    name: str
    words: str
    #: A layer may do without it.
    optional: bool = False
    #: What it means that the document gives no figure.
    nothing: str = "nothing 不予支付"

    @property
    def is_money(self) -> bool:
        """Whether its figures are yuan; the name promises it, as everywhere in a pack. Others are percentages."""
        return self.name.endswith("_yuan")


#: Whether a method works on the whole bill, or without the cost that it marks as none of such aid's (AMB-E15).
LeavesOut = Literal["nothing", "excluded"]
#: What the page of a document says of a method that leaves such cost out.
LEFT_OUT: Final = "Cost that the bill marks as none of such aid's is left out: it stays with the person."
#: A table that several methods have.
YEARLY_CAP: Final = Table("yearly_cap_yuan", "年度限额 limit of the year")


class Step(msgspec.Struct, frozen=True):
    """A figure that no row holds, such as a band: for which amounts, how much, since when."""

    table: Table
    whom: str
    value: str
    since: date


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A question that the text leaves open (AMB), answered by a parameter of the method: the default comes first."""

    ambiguity: str
    parameter: str
    readings: tuple[str, ...]
    asks: str
    otherwise: str
