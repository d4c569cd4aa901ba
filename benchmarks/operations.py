"""``python -m benchmarks.operations [SETTLEMENTS]``: what operations does at night, over so many settlements.

A few thousand settlements are made through the doors and multiplied inside the database, with names of their own in
every table that is looked at; what is measured reads them as it reads any other.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from benchmarks.http_load import send_all
from benchmarks.multiplied import multiply
from benchmarks.peer_replay import peer_replay_rate
from benchmarks.platform_process import memory_mib, platform_process, urls
from benchmarks.report import table, write
from benchmarks.settling import prepare
from kernel.running.clock import system_clock
from kernel.values.china_time import china_date
from kernel.writing.database import administering
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database
from onestop.quiescence import wait_until_arrived
from onestop.reconcile.run import reconcile
from onestop.replay import verify
from onestop.what_if.question import Question
from onestop.what_if.run import what_if

PEOPLE, EACH, CLIENTS = 1_000, 25, 64
#: One journal's first amount, and its counterpart, a fen more: balanced, and other than what was settled.
_CHANGE_SQL: Final = """
UPDATE fund_ledger.journals SET amounts[1] = amounts[1] + sign(amounts[1]), amounts[2] = amounts[2] - sign(amounts[1])
WHERE journal_id = (SELECT max(journal_id) FROM fund_ledger.journals WHERE kind = 'settlement')
"""
Row: TypeAlias = tuple[str, str, str, str]


def main() -> None:
    """Measure, and write benchmarks/OPERATIONS.md."""
    settlements = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        rows = asyncio.run(measure(server, Path(name), settlements))
    write(
        "OPERATIONS.md",
        "Operations",
        f"{settlements:,} settlements: {PEOPLE * EACH:,} through the doors, multiplied in the database.",
        "PostgreSQL 18 with fsync on, on the same cores. What is asked is for 1,000,000 on two cores.",
        "",
        *table(("what", "ours", "against", "ratio"), rows),
    )


async def measure(server: EmbeddedPostgres, folder: Path, settlements: int) -> list[Row]:
    """Verification before the settlements are multiplied, for it looks at everything; the rest after."""
    await recreate_database(server.url("postgres"), "bench")
    database = server.url("bench")
    with platform_process(database, folder):
        requests = await prepare(database, folder, people=PEOPLE, each=EACH)
        await send_all(urls()["settlement"], requests=requests, connections=CLIENTS)
        await wait_until_arrived(database)
    rows = await measure_verifying(server, database)
    await multiply(database, settlements // (PEOPLE * EACH) - 1)
    rows += await measure_reconciling(database)
    rows.append(await measure_what_if(database))
    return [
        *rows,
        ("memory of this process at its highest", f"{memory_mib(os.getpid(), 'VmHWM'):.0f} MiB", "asked: 500", ""),
    ]


async def measure_verifying(server: EmbeddedPostgres, database: str) -> list[Row]:
    """With one process and with two, against the peer's replay of as many events."""
    rates = []
    for processes in (1, 2):
        seconds, verdict = await _timed(verify(database, processes))
        assert verdict.identical, verdict.differences
        rates.append(verdict.events / seconds)
    await recreate_database(server.url("postgres"), "peer")
    peer = await asyncio.to_thread(peer_replay_rate, server.url("peer"), verdict.events)
    one, two = rates
    said = f"of {verdict.events:,} events"
    against = f"eventsourcing package: {peer:,.0f} events/s"
    return [
        (f"replay --verify {said}, one process", f"{one:,.0f} events/s", against, f"{one / peer:.2f}"),
        (f"replay --verify {said}, two processes", f"{two:,.0f} events/s", "with one", f"{two / one:.2f}"),
    ]


async def measure_reconciling(database: str) -> list[Row]:
    """Everything equal, and with one journal of another amount."""
    equal, outcome = await _timed(reconcile(database, patience_seconds=0))
    assert not outcome.differences, outcome.differences[:3]
    async with administering(database, session_replication_role="replica") as admin:
        await admin.execute(_CHANGE_SQL)
    other, outcome = await _timed(reconcile(database, patience_seconds=0))
    assert outcome.differences, "a journal was changed"
    names = f"{outcome.names:,} names"
    return [
        ("reconcile, everything equal", f"{equal:.1f} s", "asked: 30 s", names),
        ("reconcile, one journal differs", f"{other:.1f} s", "asked: 35 s", f"{len(outcome.differences)} differences"),
    ]


async def measure_what_if(database: str) -> Row:
    """The whole period under another reading of its law."""
    today = china_date(system_clock())
    question = Question(since=today - timedelta(days=60), until=today, readings={"E5": "as_outpatient"})
    seconds, answer = await _timed(what_if(database, question))
    return (f"what-if over {answer.settlements:,}", f"{seconds:.1f} s", "asked: 60 s", f"{answer.changed:,} otherwise")


async def _timed(work: Awaitable[Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = await work
    return time.perf_counter() - began, done


if __name__ == "__main__":
    main()
