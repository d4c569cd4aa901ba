"""Leadership: one instance leads, another takes over, and a job that fails is begun again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from kernel.running.clock import Clock, system_clock
from kernel.running.leadership import Leadership
from kernel.testing import tally
from kernel.testing.cut import CuttableLine
from kernel.testing.deadline import eventually
from kernel.writing.database import SingleConnection, open_session
from kernel.writing.signals import Signal


class Instance:
    """One instance of a service that counts how often its job began."""

    def __init__(self, connect: Callable[[], "asyncio.Future[SingleConnection]"], clock: Clock = system_clock) -> None:
        self.began = 0
        self.sessions: list[SingleConnection] = []
        self.appended = Signal()

        async def remembered() -> SingleConnection:
            session = await connect()
            self.sessions.append(session)
            return session

        self.leadership = Leadership("made-up", remembered, self.appended, clock=clock, lease_seconds=1)
        self.leadership.add("job", self._job)
        self.task = asyncio.create_task(self.leadership.run())

    async def _job(self) -> None:
        self.began += 1
        if self.began == 1:
            raise RuntimeError("the first attempt fails")
        await asyncio.Event().wait()

    async def leads(self) -> bool:
        return self.leadership.leads


def connecting(database: str) -> Callable[[], "asyncio.Future[SingleConnection]"]:
    return lambda: asyncio.ensure_future(open_session(database, schema="tally"))


@pytest.fixture
async def two(database: str) -> AsyncIterator[tuple[Instance, Instance]]:
    await tally.create_schema(database)
    connect = connecting(database)
    first = Instance(connect)
    await eventually(first.leads)
    second = Instance(connect)
    yield first, second
    for instance in (first, second):
        instance.task.cancel()
    await asyncio.gather(first.task, second.task, return_exceptions=True)


async def test_one_leads_and_its_failed_job_is_begun_again(two: tuple[Instance, Instance]) -> None:
    first, second = two

    async def twice() -> bool:
        return first.began == 2

    await eventually(twice)
    assert (first.leadership.leads, second.leadership.leads, second.began) == (True, False, 0)


async def test_the_other_takes_over_when_the_leaders_session_is_gone(two: tuple[Instance, Instance]) -> None:
    first, second = two
    first.task.cancel()
    await asyncio.gather(first.task, return_exceptions=True)
    await eventually(second.leads)
    assert not first.leadership.leads


async def test_a_leader_whose_session_breaks_stops_its_jobs_and_stands_again(two: tuple[Instance, Instance]) -> None:
    first, second = two
    first.sessions[0].terminate()

    async def somebody_else_or_again() -> bool:
        return second.leadership.leads or (first.leadership.leads and len(first.sessions) == 2)

    await eventually(somebody_else_or_again)
    assert [first.leadership.leads, second.leadership.leads].count(True) == 1


async def test_what_another_instance_appends_is_told_to_the_leader(two: tuple[Instance, Instance]) -> None:
    first, second = two

    async def second_stands() -> bool:
        return bool(second.sessions)

    await eventually(second_stands)
    second.appended.set()
    assert await first.appended.wait(10)


async def test_a_job_that_comes_later_begins_at_once(two: tuple[Instance, Instance]) -> None:
    first, _ = two
    began = asyncio.Event()

    async def late() -> None:
        began.set()
        await asyncio.Event().wait()

    first.leadership.add("late", late)
    async with asyncio.timeout(10):
        await began.wait()


async def test_a_job_that_answers_its_end_with_an_error_does_not_hold_up_the_others(
    two: tuple[Instance, Instance],
) -> None:
    first, _ = two
    began = asyncio.Event()

    async def stubborn() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as end:
            raise RuntimeError("the database is away, too") from end

    first.leadership.add("stubborn", stubborn)
    await began.wait()
    first.task.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(first.task, return_exceptions=True)
    assert not first.leadership.leads


async def test_a_leader_behind_a_cut_line_is_replaced_and_steps_down_by_itself(database: str) -> None:
    await tally.create_schema(database)
    line = CuttableLine.to_database(database)
    behind = f"postgresql://postgres@127.0.0.1:{await line.open()}/{urlsplit(database).path.strip('/')}"
    far = Instance(connecting(behind))
    await eventually(far.leads)
    near = Instance(connecting(database))
    line.cut()
    await eventually(near.leads)
    assert near.leadership.term > far.leadership.term
    assert near.leadership.replaced == 1

    async def far_steps_down() -> bool:
        return not far.leadership.leads

    await eventually(far_steps_down)
    line.mend()

    async def far_stands_again() -> bool:
        return len(far.sessions) > 1

    await eventually(far_stands_again)
    assert (near.leadership.leads, far.leadership.leads) == (True, False)
    for instance in (far, near):
        instance.task.cancel()
    await asyncio.gather(far.task, near.task, return_exceptions=True)
    await line.close()


async def test_a_lease_that_runs_out_while_nobody_else_stands_changes_nothing(
    two: tuple[Instance, Instance], database: str
) -> None:
    first, second = two
    second.task.cancel()
    await asyncio.gather(second.task, return_exceptions=True)
    term = first.leadership.term
    other = await open_session(database, schema="tally")
    await other.execute("UPDATE leadership SET renewed_at = '-infinity'")

    async def renewed() -> bool:
        return bool(await other.fetchval("SELECT renewed_at > '-infinity' FROM leadership"))

    await eventually(renewed)
    await other.close()
    assert (first.leadership.leads, first.leadership.term) == (True, term)


async def test_every_instance_knows_how_far_its_clock_is_from_the_databases(
    two: tuple[Instance, Instance], database: str
) -> None:
    fast = Instance(connecting(database), clock=lambda: system_clock() + timedelta(hours=2))

    async def compared() -> bool:
        return fast.leadership.clock_skew_seconds != 0

    await eventually(compared)
    fast.task.cancel()
    await asyncio.gather(fast.task, return_exceptions=True)
    assert round(fast.leadership.clock_skew_seconds / 60) == 120
    assert round(two[0].leadership.clock_skew_seconds / 60) == 0
