"""Leadership: one instance leads, another takes over, and a job that fails is begun again."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from kernel.running.leadership import Leadership
from kernel.testing.deadline import eventually
from kernel.writing.database import SingleConnection, open_session
from kernel.writing.signals import Signal


class Instance:
    """One instance of a service that counts how often its job began."""

    def __init__(self, connect: Callable[[], "asyncio.Future[SingleConnection]"]) -> None:
        self.began = 0
        self.sessions: list[SingleConnection] = []
        self.appended = Signal()

        async def remembered() -> SingleConnection:
            session = await connect()
            self.sessions.append(session)
            return session

        self.leadership = Leadership("made-up", remembered, self.appended)
        self.leadership.add("job", self._job)
        self.task = asyncio.create_task(self.leadership.run())

    async def _job(self) -> None:
        self.began += 1
        if self.began == 1:
            raise RuntimeError("the first attempt fails")
        await asyncio.Event().wait()

    async def leads(self) -> bool:
        return self.leadership.leads


@pytest.fixture
async def two(database: str) -> AsyncIterator[tuple[Instance, Instance]]:
    def connect() -> "asyncio.Future[SingleConnection]":
        return asyncio.ensure_future(open_session(database, schema="public"))

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
