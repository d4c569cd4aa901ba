"""The household (户) that rows name: told as a fact of the department, from the day that the file speaks for."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from identity.facts.domain.facts import (
    DECIDER,
    TELLERS,
    CorrectFact,
    Event,
    Fact,
    FactCorrectionReason,
    Facts,
    Household,
    HouseholdRole,
    TellFact,
)
from identity.intake.readers.cells import Cell
from identity.intake.readers.folding import fold_word
from identity.intake.readers.workbooks import Rounded
from identity.persons.domain.categories import Department
from identity.persons.domain.resident_id import parse_resident_id
from kernel.http.personal import personal_in
from kernel.values.refusals import Refused

#: A household's number that cannot be read, or is a person's; the row counts all the same, and says so.
UNREAD: Final = ""
_NUMBER: Final = re.compile(r"[A-Z0-9-]{1,40}")
#: What in a household's number may be a person's, whatever letters stand around it.
_DIGITS: Final = re.compile(r"[0-9-]{11,}X?")
_ID_LENGTH: Final = 18
_HEADS: Final = frozenset(("户主", "本人", "本人或户主", "户主本人", "HEAD", "01", "02"))


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says: the household, and whether the person is its head; by whom, since when, on what it rests."""

    person_id: str
    fact_id: str
    department: Department
    household: Household
    since: date
    evidence: str
    born_on: date


def household_number(cell: Cell) -> str:
    """A household's number as it is kept, or UNREAD.

    UNREAD are a number that a spreadsheet rounded, a text that is none, and the head's ID number or phone, which some
    lists write here: a fact keeps its household in clear.
    """
    number = fold_word(cell.text)
    if not _NUMBER.fullmatch(number) or isinstance(cell.text, Rounded):
        return UNREAD
    parts = {number, *_DIGITS.findall(number)}
    return UNREAD if any(personal_in(part) or _begins_with_id(part, cell.today) for part in parts) else number


def _begins_with_id(part: str, today: date) -> bool:
    """Whether more digits, such as the member's place in the household, follow an ID number that is right."""
    try:
        parse_resident_id(part[:_ID_LENGTH], today=today)
    except Refused:
        return False
    return True


def role_of(cell: Cell) -> HouseholdRole:
    """Whether a word for how somebody is related to the head (与户主关系) means the head."""
    return HouseholdRole.HEAD if fold_word(cell.text) in _HEADS else HouseholdRole.MEMBER


def may_tell(department: Department) -> bool:
    """Whether a department may tell of households."""
    return department in TELLERS[Household]


def tell(said: Said, state: Facts | None) -> Sequence[Event]:
    """What a row brings about; nothing where it says what is known, or something newer was told. Raises Refused."""
    own = [
        fact
        for fact in (state.facts if state is not None else ())
        if fact.department is said.department and isinstance(fact.detail, Household)
    ]
    standing = next((fact for fact in own if fact.valid_to is None), None)
    if standing is not None and standing.detail == said.household:
        return ()
    if any(fact.valid_from > said.since or (fact.valid_to or date.min) >= said.since for fact in own):
        return ()
    fact = Fact(
        fact_id=said.fact_id,
        department=said.department,
        detail=said.household,
        valid_from=said.since,
        evidence=said.evidence,
    )
    if standing is not None and standing.valid_from == said.since:
        fact = msgspec.structs.replace(standing, detail=said.household, evidence=said.evidence)
        return DECIDER.decide(CorrectFact(fact, FactCorrectionReason.CHANGED, said.born_on), state)
    return DECIDER.decide(TellFact(said.person_id, fact, said.born_on), state)
