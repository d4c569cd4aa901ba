"""Alarms at the desk: what Alertmanager has active, and that somebody sees to one, with a name and a reason (0069)."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from kernel.http import ErrorCode, IdempotencyKey, Json, RequestBody, Router, Sent, Wire, answer, tagged
from kernel.http.fields import Text
from kernel.values.refusals import conflict
from kernel.writing.database import administering
from onestop.desk.acknowledging import acknowledge, withdraw
from onestop.desk.alertmanager import Alarm, Alertmanager
from onestop.desk.answers import once
from onestop.desk.callers import WholeClerk
from onestop.desk.desk import Desk

CODES: Final = (
    ErrorCode("ALARMS_NOT_SET_UP", 409, "The desk was not told where Alertmanager is"),
    ErrorCode("ALARM_UNKNOWN", 404, "No such alarm at this moment"),
    ErrorCode("ALARM_ACKNOWLEDGED", 409, "Somebody sees to the alarm already"),
    ErrorCode("ALARM_NOT_ACKNOWLEDGED", 409, "Nobody sees to the alarm"),
    ErrorCode("ALARM_SILENCED_WIDELY", 409, "What silences the alarm silences others, too"),
)

Fingerprint = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
SeverityFilter = Annotated[str, Query(pattern=r"^(page|look)?$")]
NameFilter = Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9_]*$")]
#: Whoever says longer than a week has not seen to it.
_HOURS_MAX: Final = 168


class Acknowledge(RequestBody, frozen=True):
    """What is done about it, and for how many hours nobody else need be told."""

    because: Text
    hours: Annotated[int, msgspec.Meta(ge=1, le=_HOURS_MAX)]


class AlarmAnswer(Wire, frozen=True, kw_only=True):
    """An alarm: its name, of which service, how urgent, what it says, what to do, and where that is written at length.

    ``acknowledged_by`` and the rest tell who sees to it and until when; null where nobody does.
    """

    fingerprint: str
    name: str
    service: str
    severity: str
    state: str
    summary: str
    do: str
    runbook: str
    began_at: datetime
    acknowledged_by: str | None
    because: str | None
    until: datetime | None


class Alarms(Wire, frozen=True):
    """The alarms of this moment, pages first, then by name."""

    items: tuple[AlarmAnswer, ...]


class Acknowledged(Wire, frozen=True, kw_only=True):
    """Who sees to an alarm, and until when nobody else is told."""

    fingerprint: str
    silence_id: str
    acknowledged_by: str
    until: datetime


class Ended(Response):
    """Nothing is left to be told."""

    def __init__(self) -> None:
        super().__init__(status_code=204)


def router(desk: Desk) -> Router:
    """The routes of /v1/alarms."""
    router = Router(prefix="/v1/alarms", tags=["alarms"])

    def alertmanager() -> Alertmanager:
        if desk.alertmanager is None:
            said = "the desk was not told where Alertmanager is: set ONESTOP_ALERTMANAGER_URL, such as http://alertmanager:9093"
            raise conflict("ALARMS_NOT_SET_UP", said)
        return Alertmanager(desk.alertmanager)

    @router.get("")
    async def list_alarms(
        _caller: WholeClerk, request: Request, severity: SeverityFilter = "", name: NameFilter = ""
    ) -> Json[Alarms]:
        """What is wrong at this moment, also what somebody sees to already."""
        found = await alertmanager().alarms()
        wanted = [one for one in found if severity in ("", one.severity) and name in ("", one.name)]
        return tagged(request, answer(Alarms(tuple(map(_told, sorted(wanted, key=_order))))))

    @router.post("/{fingerprint}/acknowledgement", status_code=201)
    async def see_to(
        fingerprint: Fingerprint, caller: WholeClerk, command: Sent[Acknowledge], key: IdempotencyKey
    ) -> Json[Acknowledged]:
        """Say that you see to it: Alertmanager tells nobody of this alarm for so many hours."""
        duty = alertmanager()
        async with administering(desk.database) as session:

            async def acknowledged() -> Acknowledged:
                silence = await acknowledge(
                    session, duty, fingerprint, caller.subject, command.because, desk.clock(), hours=command.hours
                )
                return Acknowledged(
                    fingerprint=fingerprint,
                    silence_id=silence.silence_id,
                    acknowledged_by=caller.subject,
                    until=silence.until,
                )

            return await once(session, key, acknowledged, status=201)

    @router.delete("/{fingerprint}/acknowledgement", status_code=204)
    async def withdraw_it(fingerprint: Fingerprint, caller: WholeClerk) -> Ended:
        """End it before its time; whoever is on duty is told of the alarm again."""
        duty = alertmanager()
        async with administering(desk.database) as session:
            await withdraw(session, duty, fingerprint, caller.subject)
        return Ended()

    return router


def _order(alarm: Alarm) -> tuple[bool, str, str, str]:
    return alarm.severity != "page", alarm.name, alarm.service, alarm.fingerprint


def _told(alarm: Alarm) -> AlarmAnswer:
    silence = alarm.silences[0] if alarm.silences else None
    same = {name: getattr(alarm, name) for name in AlarmAnswer.__struct_fields__ if hasattr(alarm, name)}
    return AlarmAnswer(
        **same,
        acknowledged_by=None if silence is None else silence.created_by,
        because=None if silence is None else silence.comment,
        until=None if silence is None else silence.until,
    )
