"""Poverty handbooks (扶贫手册): whether the one that is shown at a hospital's door is the person's (000 二(二))."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

import msgspec


class HandbookResult(StrEnum):
    """What a handbook says for the person who shows it."""

    HOLDS = "HOLDS"  # it names the person today
    LAPSED = "LAPSED"  # it named the person on other days
    UNLISTED = "UNLISTED"  # no department told of this number: paper may be ahead of the list
    OF_ANOTHER = "OF_ANOTHER"  # it names other people only


class Naming(msgspec.Struct, frozen=True):
    """A handbook names a person from a day to a last day."""

    person_id: str
    valid_from: date
    valid_to: date | None


class HandbookChecked(msgspec.Struct, frozen=True, kw_only=True):
    """A hospital showed a handbook's number for a person; ``token`` is None where the number is not known here.

    Every check has a stream of its own, as a look-up has.
    """

    check_id: str
    person_id: str
    hospital_id: str
    result: HandbookResult
    checked_on: date
    token: str | None
    asked_by: str


def result_of(namings: Iterable[Naming], person_id: str, on: date) -> HandbookResult:
    """What a number says for a person on a day; ``namings`` are all that departments told of the number."""
    told = tuple(namings)
    own = [naming for naming in told if naming.person_id == person_id]
    if any(n.valid_from <= on and (n.valid_to is None or on <= n.valid_to) for n in own):
        return HandbookResult.HOLDS
    if own:
        return HandbookResult.LAPSED
    return HandbookResult.OF_ANOTHER if told else HandbookResult.UNLISTED
