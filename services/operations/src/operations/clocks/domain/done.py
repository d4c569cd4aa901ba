"""What was done about a clock: said once, with what proves it; a corrected version says so (002 四(三))."""

from collections.abc import Sequence
from datetime import date
from typing import Final, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict, not_found
from operations.clocks.domain.schedule import Due


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """That something due was done: on which day, by whom it was said and when, and where the proof lies.

    ``done_on`` is that of the first version: a correction makes nothing late, nor in time.
    """

    county: str
    clock: str
    period: str
    unit: str
    due_on: date
    done_on: date
    evidence: str
    said_by: str
    said_on: date
    version: int


def stream_of(due: Due) -> str:
    """The stream of what happens about something due."""
    return "clock/" + "/".join(due.key)


class SayDone(msgspec.Struct, frozen=True, kw_only=True):
    """Say that something due was done, or replace what was said by a corrected version."""

    due: Due
    done_on: date
    evidence: str
    by: str
    today: date


class MeetClock(msgspec.Struct, frozen=True, kw_only=True):
    """What was due has happened here ``on`` a day: ``proof`` is the id of what shows it, of an event or a journal.

    Whatever a person has said of it before stands.
    """

    due: Due
    proof: str
    on: date
    today: date


class TakeBackMet(msgspec.Struct, frozen=True):
    """What had met it by itself was taken back: ``proof`` shows it no longer."""

    proof: str
    because: str
    today: date


class WithdrawDone(msgspec.Struct, frozen=True):
    """It was not done; another person than who said it says so."""

    because: str
    by: str
    today: date


DoneCommand = SayDone | MeetClock | TakeBackMet | WithdrawDone
#: Who says it where an event does.
BY_ITSELF: Final = "operations"


class ClockDone(msgspec.Struct, frozen=True):
    """Something due was said to be done, for the first time or anew."""

    done: Done


class ClockDoneWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """What was said did not hold; it is due as before."""

    done: Done
    because: str
    withdrawn_by: str
    withdrawn_on: date


DoneEvent = ClockDone | ClockDoneWithdrawn


def decide(command: DoneCommand, state: Done | None) -> Sequence[DoneEvent]:
    """The event; the same said again changes nothing.

    Raises Refused DATE_IN_FUTURE, PERIOD_NOT_ENDED, CLOCK_NOT_DONE, CLOCK_SAME_PERSON.
    """
    match command:
        case WithdrawDone():
            return _withdraw(command, state)
        case MeetClock():
            return _meet(command, state)
        case TakeBackMet():
            return _take_back(command, state)
        case SayDone():
            return _say(command, state)
        case _:
            assert_never(command)


def _withdraw(command: WithdrawDone, state: Done | None) -> Sequence[DoneEvent]:
    if state is None:
        raise not_found("CLOCK_NOT_DONE", "nobody has said that this was done; there is nothing to withdraw")
    if command.by == state.said_by:
        detail = f"{command.by} said that {state.clock} of {state.period} was done; somebody else withdraws it"
        raise conflict("CLOCK_SAME_PERSON", detail)
    withdrawn = ClockDoneWithdrawn(
        done=state, because=command.because, withdrawn_by=command.by, withdrawn_on=command.today
    )
    return (withdrawn,)


def _meet(command: MeetClock, state: Done | None) -> Sequence[DoneEvent]:
    if state is not None and state.said_by != BY_ITSELF:
        return ()
    said = SayDone(due=command.due, done_on=command.on, evidence=command.proof, by=BY_ITSELF, today=command.today)
    return _say(said, state)


def _take_back(command: TakeBackMet, state: Done | None) -> Sequence[DoneEvent]:
    if state is None or (state.said_by, state.evidence) != (BY_ITSELF, command.proof):
        return ()
    withdrawn = ClockDoneWithdrawn(
        done=state, because=command.because, withdrawn_by=BY_ITSELF, withdrawn_on=command.today
    )
    return (withdrawn,)


def _say(command: SayDone, state: Done | None) -> Sequence[DoneEvent]:
    due = command.due
    check_not_to_come("done_on", command.done_on, command.today)
    if command.done_on < due.from_on:
        detail = f"{due.clock} of {due.period} can be done from {due.from_on} on, not on {command.done_on}"
        raise Refused("PERIOD_NOT_ENDED", detail, about={"clock": due.clock, "period": due.period})
    if state is not None and state.evidence == command.evidence:
        return ()
    done = Done(
        county=due.county,
        clock=due.clock,
        period=due.period,
        unit=due.unit,
        due_on=due.due_on,
        done_on=command.done_on if state is None else state.done_on,
        evidence=command.evidence,
        said_by=command.by,
        said_on=command.today,
        version=1 if state is None else state.version + 1,
    )
    return (ClockDone(done),)


def _evolve(_state: Done | None, event: DoneEvent) -> Done | None:
    return event.done if isinstance(event, ClockDone) else None


DECIDER: Final[Decider[DoneCommand, Done | None, DoneEvent]] = Decider(None, decide, _evolve)
