"""A county's leading group as configured (000 一(三)1: 人、财、物; 001 三(一)): members are accounts, never names."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict
from operations.breaches.domain.kinds import BreachKind


class Matter(StrEnum):
    """What the group sees to."""

    PEOPLE = "PEOPLE"  # 人
    MONEY = "MONEY"  # 财
    THINGS = "THINGS"  # 物


class Post(StrEnum):
    """What a member is in the group. A group may have two heads, of the party and of the government."""

    HEAD = "HEAD"  # 组长
    DEPUTY = "DEPUTY"  # 副组长
    MEMBER = "MEMBER"  # 成员


#: Which breaches are about what: the rest, about how care is given and reported, is about people.
_OF_MONEY: Final = frozenset(
    {
        BreachKind.FUND_LATE,
        BreachKind.RESERVE_SHORT,
        BreachKind.SETTLEMENT_LATE,
        BreachKind.REDUCTION_NOT_GIVEN,
        BreachKind.CONSULT_FEE_RETAINED,
        BreachKind.COST_GROWTH_UNREASONABLE,
    }
)
_OF_THINGS: Final = frozenset({BreachKind.IDENTITY_DATA_LATE, BreachKind.CATALOGUE_RATIO_BELOW_90})


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member: the account, the post, the unit that sent it, and the matters that it answers for."""

    account: str
    post: Post
    unit: str
    answers_for: tuple[Matter, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group as it stands."""

    county: str
    members: tuple[Member, ...]
    changed_on: date
    version: int


class SetGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Say who is in the group now; ``version`` is the one that was seen, 0 for a new one."""

    county: str
    members: tuple[Member, ...]
    version: int
    today: date


class LeadingGroupSet(msgspec.Struct, frozen=True):
    """Who is in the group has changed; this is who is."""

    group: Group


def matter_of(kind: BreachKind) -> Matter:
    """What a breach is about."""
    if kind in _OF_MONEY:
        return Matter.MONEY
    return Matter.THINGS if kind in _OF_THINGS else Matter.PEOPLE


def decide(command: SetGroup, state: Group | None) -> Sequence[LeadingGroupSet]:
    """The event; nothing where it is so already. Raises Refused GROUP_CHANGED, GROUP_HEADLESS, GROUP_MEMBER_TWICE."""
    known = 0 if state is None else state.version
    if command.version != known:
        detail = f"the leading group of {command.county} is in version {known}, not {command.version}; look again"
        raise conflict("GROUP_CHANGED", detail)
    accounts = [member.account for member in command.members]
    if len(accounts) != len(set(accounts)):
        raise Refused("GROUP_MEMBER_TWICE", "an account is in the group once, with all that it answers for")
    if not any(member.post is Post.HEAD for member in command.members):
        raise Refused("GROUP_HEADLESS", "a leading group has a head: the county's main leader (000 一(三)1)")
    if state is not None and state.members == command.members:
        return ()
    group = Group(county=command.county, members=command.members, changed_on=command.today, version=known + 1)
    return (LeadingGroupSet(group),)


def answering(group: Group | None) -> Mapping[Matter, tuple[str, ...]]:
    """Who answers for which matter; nobody is an exception that the report shows."""
    members = () if group is None else group.members
    return {matter: tuple(one.account for one in members if matter in one.answers_for) for matter in Matter}


DECIDER: Final[Decider[SetGroup, Group | None, LeadingGroupSet]] = Decider(
    None, decide, lambda _state, event: event.group
)
