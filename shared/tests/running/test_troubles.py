"""Troubles: a state is one line, however many jobs it holds up and however often they try."""

from typing import Any

import asyncpg
from structlog.testing import capture_logs

from kernel.messaging.event_log import TransportAwayError
from kernel.messaging.standing import GapError
from kernel.running.troubles import Cause, Troubles

AWAY = TransportAwayError("nobody listens")
FULL = asyncpg.DiskFullError("no space left")


def said(lines: list[Any]) -> list[str]:
    return [line["event"] for line in lines]


def test_many_jobs_that_miss_the_same_thing_many_times_are_two_lines() -> None:
    troubles = Troubles("tally")
    with capture_logs() as lines:
        for _ in range(50):
            for job in ("relay", "consumer-a", "consumer-b"):
                troubles.failed(job, AWAY)
        for job in ("consumer-a", "relay", "consumer-b", "sequencer"):
            troubles.works(job)
    assert said(lines) == ["jobs are held up", "jobs go on"]
    assert troubles.failures == {"relay": 50, "consumer-a": 50, "consumer-b": 50}
    assert troubles.current == {}


def test_another_thing_that_is_missing_is_another_state() -> None:
    troubles = Troubles("tally")
    with capture_logs() as lines:
        troubles.failed("relay", AWAY)
        troubles.failed("sequencer", FULL)
    assert [line["missing"] for line in lines] == [Cause.TRANSPORT, Cause.DATABASE]


def test_a_fault_is_said_for_each_job_and_again_when_it_is_another() -> None:
    troubles = Troubles("tally")
    with capture_logs() as lines:
        for error in (GapError("3 are missing"), GapError("3 are missing"), GapError("2 are missing")):
            troubles.failed("consumer-a", error)
        troubles.failed("consumer-b", GapError("3 are missing"))
        troubles.works("consumer-a")
    assert said(lines) == ["job fails", "job fails", "job fails", "jobs go on"]
    assert lines[0]["error"] == "3 are missing"


def test_what_others_say_is_not_logged_because_it_may_quote_a_person() -> None:
    troubles = Troubles("tally")
    with capture_logs() as lines:
        troubles.failed("relay", ValueError("王某某 has no key"))
    assert "王" not in repr({name: value for name, value in lines[0].items() if name != "exc_info"})


def test_troubles_last_from_their_beginning_and_end_with_leadership() -> None:
    times = iter([10.0, 20.0])
    troubles = Troubles("tally", clock=lambda: next(times))
    troubles.failed("relay", AWAY)
    troubles.failed("relay", AWAY)
    assert troubles.current["relay"].since == 10.0
    troubles.forget(list(troubles.current))
    assert troubles.current == {}
