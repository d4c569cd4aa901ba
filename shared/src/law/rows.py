"""Rows of a pack's tables: dated values, and to whom and to what they apply."""

from datetime import date
from typing import Literal

import msgspec

Kind = Literal["inpatient", "chronic_outpatient", "special_outpatient", "outpatient", "village_visit"]
Place = Literal["in_county", "out_county"]
Level = Literal["village", "township", "county", "city", "province", "national"]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a pack: immutable, and an unknown key in it is an error."""


class Dated(Part, rename={"from_": "from"}, frozen=True, kw_only=True):
    """A value from a day on. A value of null ends the benefit; both need a clause."""

    from_: date
    value: str | None
    clause: str
    #: True for a figure that no document gives: a county must set its own before real use.
    sample: bool = False


class For(Part, frozen=True, kw_only=True):
    """To whom and to what a row applies; an empty list means everyone and everything."""

    category: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    place: tuple[Place, ...] = ()
    level: tuple[Level, ...] = ()
    #: Readings of the law under which the row applies, such as ``L4:parity80``; all must be in force.
    reading: tuple[str, ...] = ()


class Row(Part, rename={"for_": "for"}, frozen=True, kw_only=True):
    """One line of a parameter table. ``configured`` names a figure that the document leaves open."""

    for_: For = For()
    values: tuple[Dated, ...] = ()
    configured: str | None = None
    clause: str | None = None


class Funding(Part, rename={"for_": "for"}, frozen=True, kw_only=True):
    """Which funds pay a layer, the first one as far as it reaches; the last one takes the rest."""

    funds: tuple[str, ...]
    clause: str
    for_: For = For()


class CountedIn(Part, rename={"for_": "for"}, frozen=True, kw_only=True):
    """The accumulator that a layer reads and feeds for some encounters."""

    name: str
    for_: For = For()


class Disease(Part, frozen=True, kw_only=True):
    """A disease of a list; ``sample`` marks a name that no document at hand confirms."""

    code: str
    name: str
    sample: bool = False


class DiseaseList(Part, frozen=True, kw_only=True):
    """The diseases that a document means, and where their names were read: the document itself may only count them."""

    count: int
    source: str
    diseases: tuple[Disease, ...]
    #: True where a county must put in its own list before real use.
    sample: bool = False

    def disease(self, code: str) -> Disease | None:
        """The disease of a code."""
        return next((disease for disease in self.diseases if disease.code == code), None)
