"""One log, read once: its rows and what others keep of it are rebuilt, its events checked, its messages compared."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Final

from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.log import events_in_order
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.snapshots import snapshot
from onestop.replay.difference import Findings
from onestop.replay.from_topics import FromTopic
from onestop.replay.hands import Hand, Judging, Rebuilding
from onestop.replay.jobs import Job, Part, PassVerdict
from onestop.replay.published import Numbering
from onestop.replay.run import FOR_THE_RUN, Run, begin_once, come_to
from onestop.services import SERVICES

_TOTAL_SQL: Final = "SELECT COALESCE(max(gseq), 0) FROM event_log"


def pass_in_process(run: Run, job: Job) -> PassVerdict:
    """The same in a process of its own, or at a worker that goes on to other things."""
    collected = gc.isenabled()
    gc.disable()  # what replay makes lives for one page and has no cycles
    try:
        return asyncio.run(pass_log(run, job))
    finally:
        if collected:
            gc.enable()


async def pass_log(run: Run, job: Job) -> PassVerdict:
    """Read one service's log from the run's picture, fill the run's schemas from it, and judge what it says."""
    service, found = SERVICES[job.service], Findings()
    async with (
        snapshot(run.admin_url, service.schema, run.picture) as live,
        administering(run.admin_url, **FOR_THE_RUN) as writer,
    ):
        await begin_once(writer, run, job.said)
        judging = Judging(run, service, live, writer, found)
        hands: list[Hand] = [] if job.part is Part.ROWS else [judging]
        if job.part is not Part.CHECKS:
            hands.append(Rebuilding(run, service, live, writer))
        events = await _through(run, job, live, writer, hands, found)
    return PassVerdict(events, judging.decided, found.all)


async def _through(
    run: Run,
    job: Job,
    live: SingleConnection,
    writer: SingleConnection,
    hands: list[Hand],
    found: Findings,
) -> int:
    """Give each page to each hand; how many events there were."""
    events, total = 0, await live.fetchval(_TOTAL_SQL)
    numbering = Numbering(SERVICES[job.service].parts.publish)
    for hand in hands:
        await hand.begin()
    async for page in _pages(run, job, live, found):
        told = numbering.take(page)
        for hand in hands:
            await hand.take(page, told)
        events += len(page)
        await come_to(writer, run, job.said, events, max(events, total))
    for hand in hands:
        await hand.end(numbering.counters)
    return events


def _pages(run: Run, job: Job, live: SingleConnection, found: Findings) -> AsyncIterator[list[LoggedEvent]]:
    service = SERVICES[job.service]
    if run.topics is None:
        return events_in_order(live, service.parts.registry)
    return FromTopic(service, live, run.topics, found).pages(run.admin_url)
