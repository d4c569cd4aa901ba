"""That somebody sees to an alarm: a silence of exactly that alarm at Alertmanager, and who made and ended it, here."""

from datetime import datetime, timedelta
from typing import Final

from kernel.values.refusals import conflict, not_found
from kernel.writing.database import SingleConnection
from onestop.desk.alertmanager import Alarm, Alertmanager, Silence
from onestop.desk.tables import SCHEMA

# Two clerks at once would make two silences of one alarm: the second one waits and finds the first one's.
_HOLD_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended('onestop desk alarm ' || $1, 0))"
_PUT_SQL: Final = f"""
INSERT INTO {SCHEMA}.acknowledgements (silence_id, fingerprint, alarm, acknowledged_by, because, until)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""
_END_SQL: Final = f"""
UPDATE {SCHEMA}.acknowledgements SET ended_by = $2, ended_at = clock_timestamp() WHERE silence_id = $1
"""


async def acknowledge(
    session: SingleConnection,
    duty: Alertmanager,
    fingerprint: str,
    by: str,
    because: str,
    now: datetime,
    *,
    hours: int,
) -> Silence:
    """See to an alarm, inside the session's transaction; raises Refused ALARM_UNKNOWN and ALARM_ACKNOWLEDGED.

    A silence of the same person for the same reason is taken for the first try of the same request.
    """
    await session.execute(_HOLD_SQL, fingerprint)
    alarm = await _alarm(duty, fingerprint)
    for silence in alarm.silences:
        if (silence.created_by, silence.comment, silence.only) == (by, because, alarm.labels):
            await session.execute(_PUT_SQL, silence.silence_id, fingerprint, alarm.name, by, because, silence.until)
            return silence
        said = f"{silence.created_by} sees to {alarm.name} until {silence.until:%Y-%m-%dT%H:%MZ}: {silence.comment}"
        raise conflict("ALARM_ACKNOWLEDGED", said, by=silence.created_by)
    until = now + timedelta(hours=hours)
    silence_id = await duty.silence(alarm.labels, by, because, now, until)
    await session.execute(_PUT_SQL, silence_id, fingerprint, alarm.name, by, because, until)
    return Silence(silence_id=silence_id, created_by=by, comment=because, until=until, only=alarm.labels)


async def withdraw(session: SingleConnection, duty: Alertmanager, fingerprint: str, by: str) -> None:
    """End an alarm's silences; raises Refused ALARM_UNKNOWN, ALARM_NOT_ACKNOWLEDGED and ALARM_SILENCED_WIDELY."""
    async with session.transaction():
        await session.execute(_HOLD_SQL, fingerprint)
        alarm = await _alarm(duty, fingerprint)
        if not alarm.silences:
            raise conflict("ALARM_NOT_ACKNOWLEDGED", f"nobody sees to {alarm.name}: there is nothing to end")
        wide = [silence for silence in alarm.silences if silence.only != alarm.labels]
        if wide:
            said = f"silence {wide[0].silence_id} of {wide[0].created_by} silences more than this alarm"
            raise conflict("ALARM_SILENCED_WIDELY", f"{said}; end it with amtool silence expire")
        for silence in alarm.silences:
            await duty.expire(silence.silence_id)
            await session.execute(_END_SQL, silence.silence_id, by)


async def _alarm(duty: Alertmanager, fingerprint: str) -> Alarm:
    for alarm in await duty.alarms():
        if alarm.fingerprint == fingerprint:
            return alarm
    raise not_found("ALARM_UNKNOWN", f"there is no alarm {fingerprint} at this moment", fingerprint=fingerprint)
