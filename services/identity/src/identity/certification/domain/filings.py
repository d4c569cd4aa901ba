"""Filing: each hospital reports its certifications of a month to the agency, under seal (003 三(八)-(九) 按月备案)."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict


class File(msgspec.Struct, frozen=True, kw_only=True):
    """File a month's list. ``of_month`` are the hospital's certifications of that month, whether listed or not."""

    hospital_id: str
    month: str
    certification_ids: tuple[str, ...]
    of_month: frozenset[str]
    sealed_on: date
    filed_by: str
    today: date


class ChronicFiled(msgspec.Struct, frozen=True, kw_only=True):
    """These certifications were reported; a later event of the same month holds what the list had left out."""

    hospital_id: str
    month: str
    certification_ids: tuple[str, ...]
    sealed_on: date
    filed_on: date
    filed_by: str


#: What was filed of the month so far.
State: TypeAlias = frozenset[str]


def decide(command: File, state: State) -> Sequence[ChronicFiled]:
    """The list, without what was filed before. Raises Refused; what is not on it keeps its benefits (003 三(八))."""
    check_not_to_come("sealed_on", command.sealed_on, command.today)
    foreign = sorted(set(command.certification_ids) - command.of_month)
    if foreign:
        raise Refused(
            "CERTIFICATION_NOT_OF_MONTH",
            f"{foreign[0]} is no certification of {command.hospital_id} entered in {command.month}; "
            f"{len(foreign)} of the list are not",
            about={"certification": foreign[0]},
        )
    new = tuple(sorted(set(command.certification_ids) - state))
    if not new:
        raise conflict("NOTHING_NEW_TO_FILE", f"everything on this list of {command.month} was filed before")
    filed = ChronicFiled(
        hospital_id=command.hospital_id,
        month=command.month,
        certification_ids=new,
        sealed_on=command.sealed_on,
        filed_on=command.today,
        filed_by=command.filed_by,
    )
    return [filed]


def evolve(state: State, event: ChronicFiled) -> State:
    """What is filed after an event."""
    return state | frozenset(event.certification_ids)


DECIDER: Final[Decider[File, State, ChronicFiled]] = Decider(frozenset(), decide, evolve)
