"""One illness, one file (一病一档, 000 一(三)3): its contracted doctor and plan, and the visits.

A file is green while the doctor's last visit is not longer ago than the interval, else red (000 一(一)2 绿区、红区). No
document gives the interval: the pack's is a sample (AMB-L10).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict, not_found

Zone = Literal["GREEN", "RED"]


class IllnessFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it stands. ``doctor`` is the contracted doctor's account, ``plan`` where the person's plan lies
    (一人一策, 002 三(三))."""

    person_id: str
    illness: str
    county: str
    opened_on: date
    doctor: str | None = None
    hospital_id: str | None = None
    plan: str | None = None
    contracted_on: date | None = None
    visits: int = 0
    last_visit_on: date | None = None
    closed_on: date | None = None


class OpenFile(msgspec.Struct, frozen=True):
    """Open the file of a person's illness; ``again`` says that one which is there is no error, open or closed."""

    person_id: str
    illness: str
    county: str
    today: date
    again: bool = False


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A doctor was contracted for it, or another one; the plan says what is to be done."""

    doctor: str
    hospital_id: str
    plan: str | None
    on: date
    today: date


class RecordVisit(msgspec.Struct, frozen=True, kw_only=True):
    """The doctor followed up; ``found`` says what came of it."""

    by: str
    on: date
    found: str
    today: date


class CloseFile(msgspec.Struct, frozen=True):
    """The illness is over."""

    today: date


class CarryOver(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a record that was merged into this person's goes on here."""

    of: IllnessFile
    person_id: str
    county: str


FileCommand = OpenFile | Contract | RecordVisit | CloseFile | CarryOver


class FileOpened(msgspec.Struct, frozen=True):
    """A file was opened."""

    file: IllnessFile


class DoctorContracted(msgspec.Struct, frozen=True):
    """A doctor was contracted."""

    file: IllnessFile


class VisitRecorded(msgspec.Struct, frozen=True, kw_only=True):
    """A follow-up visit took place."""

    file: IllnessFile
    visited_on: date
    visited_by: str
    found: str


class FileClosed(msgspec.Struct, frozen=True):
    """A file was closed."""

    file: IllnessFile


class FileCarriedOver(msgspec.Struct, frozen=True):
    """Two records were one person's: one illness has one file, with the contract and the visits of both."""

    file: IllnessFile
    from_person: str


FileEvent = FileOpened | DoctorContracted | VisitRecorded | FileClosed | FileCarriedOver


def zone_of(file: IllnessFile, today: date, interval_days: int) -> Zone:
    """GREEN while the contracted doctor's last visit, or the contract, is not longer ago than the interval."""
    seen = [day for day in (file.last_visit_on, file.contracted_on) if day is not None]
    if file.doctor is None or not seen:
        return "RED"
    return "GREEN" if max(seen) + timedelta(days=interval_days) >= today else "RED"


def decide(command: FileCommand, state: IllnessFile | None) -> Sequence[FileEvent]:
    """What a command brings about.

    Raises Refused FILE_EXISTS, FILE_UNKNOWN, FILE_CLOSED, FILE_WITHOUT_DOCTOR, DATE_IN_FUTURE, DATES_OUT_OF_ORDER.
    """
    if isinstance(command, OpenFile):
        return _open(command, state)
    if isinstance(command, CarryOver):
        return (FileCarriedOver(_joined(command, state), command.of.person_id),)
    if state is None:
        raise not_found("FILE_UNKNOWN", "there is no file of this illness; open it first")
    if state.closed_on is not None:
        raise conflict("FILE_CLOSED", f"the file was closed on {state.closed_on}; open it again")
    match command:
        case Contract():
            _check_day(state, command.on, command.today)
            said = {"doctor": command.doctor, "hospital_id": command.hospital_id, "plan": command.plan}
            return (DoctorContracted(msgspec.structs.replace(state, contracted_on=command.on, **said)),)
        case RecordVisit():
            return (_visited(command, state),)
        case CloseFile():
            return (FileClosed(msgspec.structs.replace(state, closed_on=command.today)),)
        case _:
            assert_never(command)


def _open(command: OpenFile, state: IllnessFile | None) -> Sequence[FileOpened]:
    if state is not None and command.again:
        return ()
    if state is not None and state.closed_on is None:
        detail = f"the file of {command.illness} of {command.person_id} was opened on {state.opened_on}"
        raise conflict("FILE_EXISTS", detail)
    file = IllnessFile(
        person_id=command.person_id, illness=command.illness, county=command.county, opened_on=command.today
    )
    return (FileOpened(file),)


def _joined(command: CarryOver, state: IllnessFile | None) -> IllnessFile:
    """The contract that was made last holds; the visits of both count."""
    other = msgspec.structs.replace(command.of, person_id=command.person_id, county=command.county)
    if state is None or state.closed_on is not None:
        return other
    newer = max(state, other, key=lambda file: (file.contracted_on or date.min, file is state))
    return msgspec.structs.replace(
        newer,
        opened_on=min(state.opened_on, other.opened_on),
        visits=state.visits + other.visits,
        last_visit_on=max((day for day in (state.last_visit_on, other.last_visit_on) if day), default=None),
    )


def _visited(command: RecordVisit, file: IllnessFile) -> VisitRecorded:
    if file.doctor is None:
        raise conflict("FILE_WITHOUT_DOCTOR", "nobody is contracted for this illness; say who first")
    _check_day(file, command.on, command.today)
    last = max(command.on, file.last_visit_on or command.on)
    after = msgspec.structs.replace(file, visits=file.visits + 1, last_visit_on=last)
    return VisitRecorded(file=after, visited_on=command.on, visited_by=command.by, found=command.found)


def _check_day(file: IllnessFile, day: date, today: date) -> None:
    check_not_to_come("on", day, today)
    if file.contracted_on is not None and day < file.contracted_on:
        detail = f"the doctor was contracted on {file.contracted_on}; nothing of the contract was on {day}"
        raise Refused("DATES_OUT_OF_ORDER", detail)


DECIDER: Final[Decider[FileCommand, IllnessFile | None, FileEvent]] = Decider(
    None, decide, lambda _state, event: event.file
)
