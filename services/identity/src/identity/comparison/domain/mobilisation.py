"""Mobilisation: who is to be enrolled is somebody's task, house by house (003 一(三); 004 五(一)1)."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.persons.domain.membership import dates_out_of_order
from kernel.values.decider import Decider
from kernel.values.refusals import check_not_to_come, conflict


class VisitOutcome(StrEnum):
    """What came of a visit."""

    VISITED = "VISITED"  # spoken with; the enrolment may follow
    REFUSED = "REFUSED"  # does not want to


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One person's place on the work list of a year, as it stands; being enrolled takes it off the list by itself."""

    person_id: str
    year: int
    status: str
    responsible: str
    assigned_on: date
    visited_on: date | None = None
    note: str | None = None


class Assign(msgspec.Struct, frozen=True):
    """Make somebody responsible; ``on_list`` says whether the person is on the work list today."""

    person_id: str
    year: int
    responsible: str
    on_list: bool
    today: date


class Visit(msgspec.Struct, frozen=True):
    """Say what came of a visit."""

    outcome: VisitOutcome
    visited_on: date
    note: str | None
    today: date


Command: TypeAlias = Assign | Visit


class TaskAssigned(msgspec.Struct, frozen=True):
    """Somebody is responsible for the person's enrolment."""

    task: Task


class HomeVisited(msgspec.Struct, frozen=True):
    """The responsible person was there."""

    task: Task


Event: TypeAlias = TaskAssigned | HomeVisited
State: TypeAlias = Task | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused."""
    match command:
        case Assign():
            return _assign(command, state)
        case Visit():
            return _visit(command, state)
        case _:
            assert_never(command)


def evolve(_state: State, event: Event) -> State:
    """The task after an event."""
    return event.task


DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, evolve)


def _assign(command: Assign, state: State) -> Sequence[Event]:
    if not command.on_list:
        raise conflict(
            "NOT_ON_WORK_LIST",
            f"the person is enrolled for {command.year}, exempt, or in no category that is to be registered",
        )
    if state is not None and state.responsible == command.responsible:
        return []
    if state is not None:
        return [TaskAssigned(msgspec.structs.replace(state, responsible=command.responsible))]
    task = Task(
        person_id=command.person_id,
        year=command.year,
        status="ASSIGNED",
        responsible=command.responsible,
        assigned_on=command.today,
    )
    return [TaskAssigned(task)]


def _visit(command: Visit, state: State) -> Sequence[Event]:
    if state is None:
        raise conflict("TASK_NOT_ASSIGNED", "nobody is responsible for this person yet: assign somebody")
    check_not_to_come("visited_on", command.visited_on, command.today)
    if command.visited_on < (last := state.visited_on or state.assigned_on):
        raise dates_out_of_order("visited_on", command.visited_on, "the last step,", last)
    visited = msgspec.structs.replace(
        state, status=command.outcome.value, visited_on=command.visited_on, note=command.note
    )
    return [HomeVisited(visited)]
