"""The verification: every projection of every service rebuilt beside the live one, every settlement decided again."""

import asyncio
import gc
import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.log import require_at_hand
from onestop.replay.checks.books import unbooked
from onestop.replay.chosen import EVERYTHING, Chosen
from onestop.replay.comparison import Compared, compare, live_digests
from onestop.replay.difference import SAID_MAX, Difference
from onestop.replay.engine import passes_on
from onestop.replay.from_topics import Topics
from onestop.replay.jobs import Job, PassVerdict, by_service, jobs_of
from onestop.replay.log_pass import pass_in_process, pass_log
from onestop.replay.makers import makers_of
from onestop.replay.run import FOR_THE_RUN, Run, verification_run
from onestop.replay.shadow import derive, make_schema
from onestop.replay.watching import Watch, watched
from onestop.services import SERVICES

#: Below so many events one process is faster than starting several.
_WORTH_PROCESSES: Final = 50_000
_EVENTS_SQL: Final = " + ".join(
    f'(SELECT COALESCE(max(gseq), 0) FROM "{service.schema}".event_log)' for service in SERVICES.values()
)


class Verdict(msgspec.Struct, frozen=True):
    """What a verification came to. ``tables`` counts those compared, ``differences`` what is wrong, with its place."""

    events: int
    tables: int
    rows: int
    settlements: int
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        """Whether replay gives the same rows and the same fen, and everything has what belongs to it."""
        return not self.differences


async def verify(
    admin_url: str,
    processes: int | None = None,
    *,
    topics: Topics | None = None,
    engine: str = "",
    chosen: Chosen = EVERYTHING,
    watch: Watch | None = None,
) -> Verdict:
    """Rebuild and compare everything as it is at this moment, while the services go on.

    Each service's log is read once, several at a time: in ``processes`` of their own where there is much to read. Then
    two share the longest: one makes its rows again, one judges.
    Memory does not grow with history. Others that verify at the same time are not disturbed.
    With ``topics`` the logs are read there, each event held against the store's, and everything rebuilt from them.
    With an ``engine`` the workers of one that is there already read them, on machines of their own.
    What is ``chosen`` is compared alone; ``watch`` is told how far it is.
    Raises EngineError where that fails, ArchivedError where events were put away, SurveyError where a topic has holes.
    """
    await _all_at_hand(admin_url)
    async with verification_run(admin_url, topics) as run, administering(admin_url, **FOR_THE_RUN) as owner:
        for service in SERVICES.values():
            await make_schema(owner, run, service)
        processes = processes or await _processes(admin_url)
        jobs = jobs_of(chosen.passes, shared=bool(engine) or processes > 1)
        tables = [(service, chosen.tables_of(service)) for service in (SERVICES[name] for name in chosen.names)]
        async with watched(run, watch):
            passing = passes_on(engine, run, jobs) if engine else _passes(run, jobs, processes)
            verdicts, of_live = await asyncio.gather(passing, live_digests(run, tables))
        for service, _ in tables:
            await derive(owner, run, service)
        compared = await asyncio.gather(*(compare(run, one, named, of_live) for one, named in tables))
        passed = by_service(jobs, verdicts)
        differences = await _judged(owner, run, chosen, passed)
        found = [difference for one in compared for difference in one.differences]
        makers = await makers_of(run, (difference.place for difference in found))
        differences += [difference.said(makers) for difference in found]
    return _verdict(passed.values(), compared, differences)


def _verdict(
    passed: Collection[PassVerdict], compared: Sequence[Compared], differences: Sequence[Difference]
) -> Verdict:
    return Verdict(
        sum(one.events for one in passed),
        sum(one.tables for one in compared),
        sum(one.rows for one in compared),
        sum(one.settlements for one in passed),
        tuple(differences),
    )


async def _judged(
    owner: SingleConnection, run: Run, chosen: Chosen, passed: Mapping[str, PassVerdict]
) -> list[Difference]:
    """What the passes of the chosen services found beside rows, and what the books lack or have too much."""
    if not chosen.judges_all and run.topics is None:  # what a topic has otherwise than the store is always said
        return []
    found = [difference for name in chosen.names for difference in passed[name].differences]
    books = await unbooked(owner, run.name) if "fund-ledger" in chosen.names else []
    return [*found, *books[:SAID_MAX]]


async def _all_at_hand(admin_url: str) -> None:
    for service in SERVICES.values():
        async with administering(admin_url, search_path=service.schema) as connection:
            await require_at_hand(connection)


async def _processes(admin_url: str) -> int:
    async with administering(admin_url) as connection:
        events = await connection.fetchval(f"SELECT {_EVENTS_SQL}")
    return min(os.cpu_count() or 1, len(SERVICES) + 1) if events > _WORTH_PROCESSES else 1


async def _passes(run: Run, jobs: Sequence[Job], processes: int) -> Sequence[PassVerdict]:
    if processes == 1:
        collected = gc.isenabled()
        gc.disable()  # what replay makes lives for one page and has no cycles: the collector would only walk through it
        try:
            return await asyncio.gather(*(pass_log(run, job) for job in jobs))
        finally:
            if collected:
                gc.enable()
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, pass_in_process, run, job) for job in jobs))
