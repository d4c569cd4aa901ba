"""That a report was made: by whom, whether in time; a version that says something else is a correction."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Final

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import not_found
from operations.reports.domain.sheet import Sheet


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it was last made. ``in_time`` is that of the first version; ``digest`` is of all that it says."""

    report: str
    area: str
    period: str
    version: int
    lines: int
    digest: str
    made_on: date
    made_by: str
    due_on: date | None
    in_time: bool


class Make(msgspec.Struct, frozen=True, kw_only=True):
    """Make a report; it comes out as ``digest`` says."""

    report: str
    area: str
    period: str
    lines: int
    digest: str
    due_on: date | None
    by: str
    today: date


class Look(msgspec.Struct, frozen=True):
    """Somebody reads a report as it was last made. ``of`` is None where it was not made yet."""

    of: Made | None
    by: str
    today: date


class ReportMade(msgspec.Struct, frozen=True):
    """A report was made, or came out otherwise than before."""

    made: Made


class ReportRead(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody read it: it may be about persons, and every look at them leaves a record."""

    report: str
    area: str
    period: str
    version: int
    read_by: str
    read_on: date


ReportEvent = ReportMade | ReportRead


def look(command: Look) -> Sequence[ReportRead]:
    """That somebody reads a report; raises Refused REPORT_NOT_MADE."""
    made = command.of
    if made is None:
        raise not_found("REPORT_NOT_MADE", "this report was not made yet; make it with POST /v1/reports")
    return (
        ReportRead(
            report=made.report,
            area=made.area,
            period=made.period,
            version=made.version,
            read_by=command.by,
            read_on=command.today,
        ),
    )


def decide(command: Make, state: Made | None) -> Sequence[ReportMade]:
    """What a command brings about; a report that comes out as before is no new version."""
    if state is not None and state.digest == command.digest:
        return ()
    made = Made(
        report=command.report,
        area=command.area,
        period=command.period,
        version=1 if state is None else state.version + 1,
        lines=command.lines,
        digest=command.digest,
        made_on=command.today,
        made_by=command.by,
        due_on=command.due_on,
        in_time=state.in_time if state else command.due_on is None or command.today <= command.due_on,
    )
    return (ReportMade(made),)


def _evolve(state: Made | None, event: ReportEvent) -> Made | None:
    # A look has a stream of its own; streams from before that have looks in them.
    return event.made if isinstance(event, ReportMade) else state


DECIDER: Final[Decider[Make, Made | None, ReportEvent]] = Decider(None, decide, _evolve)
LOOKS: Final[Decider[Look, None, ReportRead]] = Decider(
    None, lambda command, _state: look(command), lambda state, _event: state
)


def digest_of(sheet: Sheet) -> str:
    """What a sheet says, in short: two sheets of one digest say the same."""
    return sha256(msgspec.json.encode(sheet)).hexdigest()
