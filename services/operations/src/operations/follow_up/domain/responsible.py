"""Who is responsible for a person, level by level (000 一(三)3 两线四级捆绑; 002 三(九) 包保责任制)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from kernel.values.decider import Decider


class Duty(StrEnum):
    """As what somebody is responsible for a person."""

    TOWNSHIP_LEADER = "TOWNSHIP_LEADER"  # 乡镇分管领导；领导包乡
    FIRST_SECRETARY = "FIRST_SECRETARY"  # 村第一书记
    VILLAGE_COMMITTEE = "VILLAGE_COMMITTEE"  # 村两委班子成员
    HELPING_CADRE = "HELPING_CADRE"  # 帮扶干部
    VILLAGE_STAFF = "VILLAGE_STAFF"  # 工作人员包村
    HEALTH_WORKER = "HEALTH_WORKER"  # 健康专干包个人


#: Which there must be, by the division whose document asks for them. Leye's document binds the four levels; its two
#: lines (党政线、卫计线) are who leads them, and not two sets of four.
ASKED: Final[Mapping[str, tuple[Duty, ...]]] = {
    "451028": (Duty.TOWNSHIP_LEADER, Duty.FIRST_SECRETARY, Duty.VILLAGE_COMMITTEE, Duty.HELPING_CADRE),
    "620422": (Duty.TOWNSHIP_LEADER, Duty.VILLAGE_STAFF, Duty.HEALTH_WORKER),
}


class Responsible(msgspec.Struct, frozen=True, kw_only=True):
    """Who is responsible for a person, account by duty. One account may hold several duties."""

    person_id: str
    county: str
    township: str | None
    holders: dict[str, str]
    changed_on: date


class Assign(msgspec.Struct, frozen=True, kw_only=True):
    """Say who holds which duties for a person; an empty account takes a duty away, as when its holder left the post."""

    person_id: str
    county: str
    township: str | None
    holders: dict[Duty, str]
    today: date


class ResponsibleAssigned(msgspec.Struct, frozen=True):
    """Who is responsible has changed; this is who is."""

    responsible: Responsible


def decide(command: Assign, state: Responsible | None) -> Sequence[ResponsibleAssigned]:
    """The event; nothing where it is so already."""
    before = {} if state is None else state.holders
    said = {duty.value: account for duty, account in command.holders.items()}
    holders = {duty: account for duty, account in {**before, **said}.items() if account}
    township = command.township or (state.township if state else None)
    if state is not None and (holders, township) == (before, state.township):
        return ()
    after = Responsible(
        person_id=command.person_id,
        county=command.county,
        township=township,
        holders=dict(sorted(holders.items())),
        changed_on=command.today,
    )
    return (ResponsibleAssigned(after),)


def missing(asked: Iterable[Duty], holders: Iterable[str]) -> tuple[str, ...]:
    """The duties that nobody holds."""
    held = set(holders)
    return tuple(duty.value for duty in asked if duty.value not in held)


DECIDER: Final[Decider[Assign, Responsible | None, ResponsibleAssigned]] = Decider(
    None, decide, lambda _state, event: event.responsible
)
