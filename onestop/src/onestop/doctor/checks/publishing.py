"""Whether numbered events are published, and where logs are kept on topics, whether those have them."""

from collections.abc import Sequence
from typing import Final

from kernel.messaging.event_log.port import log_topic_of
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, lasting, warning

_SECONDS_MAX: Final = 5.0
_WAITING_SQL: Final = """
SELECT s.gseq - r.gseq AS events, extract(epoch FROM clock_timestamp() - l.logged_at)::float8 AS age
FROM (SELECT COALESCE((SELECT gseq FROM relay WHERE topic = $1), 0) AS gseq) r
CROSS JOIN (SELECT gseq FROM sequencer WHERE one = 1) s JOIN event_log l ON l.gseq = r.gseq + 1
"""
_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM relay WHERE topic = $1)"


async def look(examined: Examined) -> Sequence[Finding]:
    """Events that have a number and were not sent, or are not on the log's topic."""
    found = []
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            told = await connection.fetchrow(_WAITING_SQL, service.parts.topic)
            log = log_topic_of(service.parts.topic)
            is_kept = await connection.fetchval(_EXISTS_SQL, log)
            kept = await connection.fetchrow(_WAITING_SQL, log) if is_kept else None
        if told is not None and told["age"] > _SECONDS_MAX:
            says = f"{told['events']} events of {name} are not published, the oldest for {lasting(told['age'])}"
            found.append(fault(says, f"see elections and kafka; else the log of {name} says what its relay lacks"))
        if kept is not None and kept["age"] > _SECONDS_MAX:
            found.append(_unkept(name, log, kept["events"], kept["age"]))
    return found


def _unkept(name: str, log: str, events: int, age: float) -> Finding:
    """What is published waits for the log, so a log that stays behind is being filled, or nobody keeps it any more."""
    says = f"{events} events of {name} are not on topic {log}, the oldest for {lasting(age)}: nothing recovers them"
    return warning(
        says,
        f"wait where it is filled for the first time; else see kafka and what {name} says of its log-relay. Where "
        "ONESTOP_LOG_TOPIC was switched off, a dump is the way back, and `onestop archive put-away --without-logs` "
        "waits no more",
    )


CHECK: Final = Check("publishing", "every numbered event is published, and on its log's topic where one is kept", look)
