"""The household (户) that rows name: told as a fact of the department, from the day that the file speaks for."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import NAMESPACE_OID, uuid5

import msgspec

from identity.facts.domain.facts import (
    DECIDER,
    TELLERS,
    CorrectFact,
    Event,
    Fact,
    FactCorrected,
    FactCorrectionReason,
    Facts,
    FactTold,
    Household,
    HouseholdRole,
    TellFact,
    WithdrawFact,
)
from identity.feeds.domain.batch import Batch
from identity.intake.readers.cells import Cell
from identity.intake.readers.folding import fold_word
from identity.intake.readers.workbooks import Rounded
from identity.persons.domain.categories import Department
from identity.persons.domain.resident_id import parse_resident_id
from kernel.values.personal import personal_in
from kernel.values.refusals import Refused

#: A household's number that cannot be read, or is a person's; the row counts all the same, and says so.
UNREAD: Final = ""
_NUMBER: Final = re.compile(r"[A-Z0-9-]{1,40}")
#: What in a household's number may be a person's, whatever letters stand around it.
_DIGITS: Final = re.compile(r"[0-9-]{11,}X?")
_ID_LENGTH: Final = 18
_FACTS: Final = uuid5(NAMESPACE_OID, "onestop/identity/household")
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


def household_fact_id(batch_id: str, person_id: str) -> str:
    """The id of the fact that a batch tells of somebody's household."""
    return str(uuid5(_FACTS, f"{batch_id}/{person_id}"))


def evidence_of(number: str) -> str:
    """What a batch's households rest on."""
    return f"feed {number}"


class HouseholdUndone(msgspec.Struct, frozen=True):
    """What taking a batch's word about a household back comes to; ``is_newer``: something was told since."""

    events: tuple[Event, ...] = ()
    is_newer: bool = False


def undo_household(batch: Batch, person_id: str, past: Sequence[Event]) -> HouseholdUndone:
    """Bring what a department says of a person's household back to what it was before its batch."""
    fact_id, evidence = household_fact_id(batch.batch_id, person_id), evidence_of(batch.number)
    found = (place for place, event in enumerate(past) if _is_told_by(event, batch.department, fact_id, evidence))
    place = next(found, None)
    if place is None:
        return HouseholdUndone()
    told, before, now = past[place], DECIDER.fold(past[:place]), DECIDER.fold(past)
    assert now is not None, "who was told of has facts"
    if _fact(now, told.fact.fact_id) != told.fact:
        return HouseholdUndone(is_newer=True)
    wrong = FactCorrectionReason.ENTERED_WRONGLY
    if isinstance(told, FactCorrected):
        old = _fact(before, told.fact.fact_id)
        assert old is not None, "what is corrected was told before"
        return HouseholdUndone(tuple(DECIDER.decide(CorrectFact(old, wrong, None), now)))
    events = list(DECIDER.decide(WithdrawFact(fact_id, batch.department, wrong), now))
    cut = told.cut if isinstance(told, FactTold) else None
    if cut is not None and _fact(now, cut.fact_id) == cut and (old := _fact(before, cut.fact_id)) is not None:
        events += DECIDER.decide(CorrectFact(old, wrong, None), DECIDER.fold(events, now))
    return HouseholdUndone(tuple(events))


def _is_told_by(event: Event, department: Department, fact_id: str, evidence: str) -> bool:
    fact = event.fact
    if fact.department is not department or not isinstance(fact.detail, Household):
        return False
    return (
        fact.fact_id == fact_id
        if isinstance(event, FactTold)
        else (isinstance(event, FactCorrected) and fact.evidence == evidence)
    )


def _fact(facts: Facts | None, fact_id: str) -> Fact | None:
    return next((fact for fact in (facts.facts if facts else ()) if fact.fact_id == fact_id), None)
