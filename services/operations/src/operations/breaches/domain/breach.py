"""The life of a breach: opened, noticed (通报), put right (整改) and closed, or withdrawn by another person."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict, not_found
from operations.breaches.domain.kinds import BreachKind

Status = Literal["OPEN", "NOTICED", "CLOSED", "WITHDRAWN"]
_ENDED: Final = frozenset({"CLOSED", "WITHDRAWN"})


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A breach as it stands. ``about`` names the one case it is of: a clock with its period, an account, a settlement.

    ``evidence`` are the ids of the events, journals or documents that show it, then those that show that it ended. It
    names no patient.
    """

    breach_id: str
    kind: BreachKind
    county: str
    party: str
    about: str
    why: str
    evidence: tuple[str, ...]
    status: Status
    opened_on: date
    opened_by: str
    due_on: date | None = None
    notice: str | None = None
    noticed_on: date | None = None
    closed_on: date | None = None
    closed_because: str | None = None


class OpenBreach(msgspec.Struct, frozen=True):
    """Open a breach; ``again`` says that one which is there already is no error, as for whoever looks every hour.

    ``anew`` are events that happened since: one that ended without knowing of them is opened anew.
    """

    breach: Breach
    again: bool = False
    anew: tuple[str, ...] = ()


class IssueNotice(msgspec.Struct, frozen=True):
    """Notice was given of it, by a document's number."""

    reference: str
    on: date
    today: date


class CloseBreach(msgspec.Struct, frozen=True):
    """It was put right, in this way, as ``evidence`` shows."""

    because: str
    today: date
    evidence: tuple[str, ...] = ()


class WithdrawBreach(msgspec.Struct, frozen=True):
    """It was none; another person than who opened it says so."""

    because: str
    by: str
    today: date


class RefuteBreach(msgspec.Struct, frozen=True):
    """What was told later shows that it was none; whoever looked and opened it says so itself."""

    because: str
    today: date
    evidence: tuple[str, ...] = ()


BreachCommand = OpenBreach | IssueNotice | CloseBreach | WithdrawBreach | RefuteBreach


class BreachOpened(msgspec.Struct, frozen=True):
    """A breach is known."""

    breach: Breach


class BreachNoticed(msgspec.Struct, frozen=True):
    """Notice was given."""

    breach: Breach


class BreachClosed(msgspec.Struct, frozen=True):
    """It was put right."""

    breach: Breach


class BreachWithdrawn(msgspec.Struct, frozen=True):
    """It was none."""

    breach: Breach


BreachEvent = BreachOpened | BreachNoticed | BreachClosed | BreachWithdrawn


def decide(command: BreachCommand, state: Breach | None) -> Sequence[BreachEvent]:
    """What a command brings about.

    Raises Refused BREACH_EXISTS, BREACH_UNKNOWN, BREACH_NOT_IN_STATE, DATE_IN_FUTURE, DATES_OUT_OF_ORDER,
    BREACH_SAME_PERSON.
    """
    if isinstance(command, OpenBreach):
        return _open(command, state)
    if state is None:
        raise not_found("BREACH_UNKNOWN", "there is no such breach")
    if state.status in _ENDED:
        raise conflict("BREACH_NOT_IN_STATE", f"breach {state.breach_id} is {state.status}; nothing follows it")
    match command:
        case IssueNotice():
            return (BreachNoticed(_noticed(command, state)),)
        case CloseBreach():
            return (BreachClosed(_ended(state, "CLOSED", command)),)
        case WithdrawBreach():
            if command.by == state.opened_by:
                detail = f"{command.by} opened breach {state.breach_id}; somebody else withdraws it"
                raise conflict("BREACH_SAME_PERSON", detail)
            return (BreachWithdrawn(_ended(state, "WITHDRAWN", command)),)
        case RefuteBreach():
            return (BreachWithdrawn(_ended(state, "WITHDRAWN", command)),)
        case _:
            assert_never(command)


def _open(command: OpenBreach, state: Breach | None) -> Sequence[BreachOpened]:
    if state is None:
        return (BreachOpened(command.breach),)
    if state.status in _ENDED and not set(command.anew) <= set(state.evidence):
        return (BreachOpened(_with(command.breach, state.evidence, (*command.breach.evidence, *command.anew))),)
    if command.again:
        return ()
    detail = f"breach {state.breach_id} was opened on {state.opened_on} and is {state.status}; name another case"
    raise conflict("BREACH_EXISTS", detail, breach=state.breach_id)


def _noticed(command: IssueNotice, breach: Breach) -> Breach:
    if breach.status != "OPEN":
        raise conflict("BREACH_NOT_IN_STATE", f"notice of breach {breach.breach_id} was given: {breach.notice}")
    check_not_to_come("on", command.on, command.today)
    if command.on < breach.opened_on:
        detail = f"breach {breach.breach_id} was opened on {breach.opened_on}; no notice was given on {command.on}"
        raise Refused("DATES_OUT_OF_ORDER", detail)
    return msgspec.structs.replace(breach, status="NOTICED", notice=command.reference, noticed_on=command.on)


def _ended(breach: Breach, status: Status, end: CloseBreach | WithdrawBreach | RefuteBreach) -> Breach:
    ended = msgspec.structs.replace(breach, status=status, closed_because=end.because, closed_on=end.today)
    return ended if isinstance(end, WithdrawBreach) else _with(ended, breach.evidence, end.evidence)


def _with(breach: Breach, before: tuple[str, ...], more: tuple[str, ...]) -> Breach:
    """The breach with what more shows it behind what did before, each once."""
    return msgspec.structs.replace(breach, evidence=tuple(dict.fromkeys((*before, *more))))


DECIDER: Final[Decider[BreachCommand, Breach | None, BreachEvent]] = Decider(
    None, decide, lambda _state, event: event.breach
)
