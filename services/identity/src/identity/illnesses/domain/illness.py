"""The registry of the sick among the poor: how care reaches them, and that somebody has made sure (002 三(六))."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict, forbidden, not_found


class CareWay(StrEnum):
    """How care and patient come together."""

    AT_HOME = "AT_HOME"  # 送医上门
    BROUGHT = "BROUGHT"  # 送人就医
    BY_ONESELF = "BY_ONESELF"


class IllnessState(StrEnum):
    """How far an entry has come."""

    RECORDED = "RECORDED"
    VERIFIED = "VERIFIED"  # 核实核准
    NOT_CONFIRMED = "NOT_CONFIRMED"
    CLOSED = "CLOSED"


class Illness(msgspec.Struct, frozen=True, kw_only=True):
    """One person's illness as it stands; every event carries the one it leads to.

    ``plan`` is what is done for the person (一人一策). ``impoverishing``: the household became poor, or poor again,
    through it (因病致贫返贫). ``written_by`` wrote the entry as it reads now, and may not verify it.
    """

    illness_id: str
    person_id: str
    county: str
    disease: str
    care: CareWay
    plan: str
    impoverishing: bool
    since: date
    written_by: str
    state: IllnessState = IllnessState.RECORDED
    verified_by: str | None = None
    verified_on: date | None = None
    note: str | None = None
    closed_on: date | None = None


# Commands: ``by`` is the user, ``today`` the day in China.


class RecordIllness(msgspec.Struct, frozen=True):
    """Enter an illness."""

    illness: Illness
    today: date


class ChangeIllness(msgspec.Struct, frozen=True):
    """Write care and plan anew; what was verified is to be verified again."""

    care: CareWay
    plan: str
    impoverishing: bool
    by: str


class VerifyIllness(msgspec.Struct, frozen=True):
    """Another one has made sure that the entry is right, or that it is not."""

    confirmed: bool
    note: str
    by: str
    today: date


class CloseIllness(msgspec.Struct, frozen=True):
    """The person has recovered, or died."""

    closed_on: date
    today: date


Command: TypeAlias = RecordIllness | ChangeIllness | VerifyIllness | CloseIllness


class IllnessRecorded(msgspec.Struct, frozen=True):
    """An illness was entered."""

    illness: Illness


class IllnessChanged(msgspec.Struct, frozen=True):
    """Care and plan were written anew."""

    illness: Illness


class IllnessVerified(msgspec.Struct, frozen=True):
    """Somebody else has made sure."""

    illness: Illness


class IllnessClosed(msgspec.Struct, frozen=True):
    """It is over."""

    illness: Illness


Event: TypeAlias = IllnessRecorded | IllnessChanged | IllnessVerified | IllnessClosed
State: TypeAlias = Illness | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused ILLNESS_…, DATE_IN_FUTURE, DATES_OUT_OF_ORDER."""
    match command:
        case RecordIllness(illness=illness, today=today):
            assert state is None, "an entry's id derives from its command, so it is made once"
            check_not_to_come("since", illness.since, today)
            return [IllnessRecorded(illness)]
        case ChangeIllness():
            return _change(command, _open(state))
        case VerifyIllness():
            return _verify(command, _open(state))
        case CloseIllness():
            return _close(command, _open(state))
        case _:
            assert_never(command)


def evolve(_state: State, event: Event) -> State:
    """The entry after an event."""
    return event.illness


DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, evolve)


def _open(state: State) -> Illness:
    if state is None:
        raise not_found("ILLNESS_UNKNOWN", "there is no such entry in the registry")
    if state.state is IllnessState.CLOSED:
        raise conflict(
            "ILLNESS_CLOSED", f"the entry {state.illness_id} was closed on {state.closed_on}: make a new one"
        )
    return state


def _change(command: ChangeIllness, illness: Illness) -> Sequence[Event]:
    changed = msgspec.structs.replace(
        illness,
        care=command.care,
        plan=command.plan,
        impoverishing=command.impoverishing,
        written_by=command.by,
        state=IllnessState.RECORDED,
        verified_by=None,
        verified_on=None,
        note=None,
    )
    return [IllnessChanged(changed)]


def _verify(command: VerifyIllness, illness: Illness) -> Sequence[Event]:
    if command.by == illness.written_by:
        raise forbidden("ILLNESS_SAME_PERSON", f"{command.by} wrote the entry: somebody else must verify it")
    state = IllnessState.VERIFIED if command.confirmed else IllnessState.NOT_CONFIRMED
    verified = msgspec.structs.replace(
        illness, state=state, verified_by=command.by, verified_on=command.today, note=command.note
    )
    return [IllnessVerified(verified)]


def _close(command: CloseIllness, illness: Illness) -> Sequence[Event]:
    check_not_to_come("closed_on", command.closed_on, command.today)
    if command.closed_on < illness.since:
        raise Refused("DATES_OUT_OF_ORDER", f"closed_on {command.closed_on} is before {illness.since}, when it began")
    return [IllnessClosed(msgspec.structs.replace(illness, state=IllnessState.CLOSED, closed_on=command.closed_on))]
