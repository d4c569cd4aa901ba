"""``python -m benchmarks``: measures and writes benchmarks/RESULTS.md; ``door-to-books`` or ``ledger`` after it is
one part alone."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import TypeAlias

import uvloop

from benchmarks import ledger
from benchmarks.adjudication import adjudication_rows
from benchmarks.booking import booking_delays, percentile, spread
from benchmarks.ceiling import pgbench_rate
from benchmarks.door_to_books import command
from benchmarks.door_to_books.figures import HEADINGS
from benchmarks.door_to_books.measuring import door_to_books
from benchmarks.door_to_books.running import broker
from benchmarks.http_load import send_all, send_at_rate
from benchmarks.peer_replay import peer_replay_rate
from benchmarks.platform_process import memory_mib, platform_process, service_process, urls
from benchmarks.report import table, write
from benchmarks.sealed_bills import sealed_bills_row
from benchmarks.sealing import sealing_rows
from benchmarks.settling import prepare
from benchmarks.traced import traced_row
from benchmarks.visibility import visibility_rows
from kernel.testing.kafka_broker import java_and_maven_available
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify

PEOPLE, EACH, CLIENTS = 300, 12, 64
RATE, SECONDS = 200, 20
Row: TypeAlias = tuple[str, str, str, str]


def main() -> None:
    """Measure everything in one run."""
    rows: list[Row] = adjudication_rows()
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        folder = Path(name)
        uvloop.run(measure_settling(server, folder, rows))
        if java_and_maven_available():
            uvloop.run(measure_booking(server, folder, rows))
        rows += uvloop.run(visibility_rows(server, folder))
        rows += uvloop.run(sealing_rows(server))
        books = door_to_books(server, folder)
    write(
        "RESULTS.md",
        "Results",
        "PostgreSQL 18 with fsync on; the load generator runs on the same cores.",
        "Read the ratios: machines are shared and noisy.",
        "",
        *table(("what", "ours", "against", "ratio"), rows),
        "",
        "## Door to books",
        "",
        "From the request that settles a bill, sent at its time whatever answers take, to the journal in the ledger.",
        "Processor time, transactions (a statement alone is one) and WAL are for each settlement.",
        "",
        *table(HEADINGS, books),
    )


async def measure_settling(server: EmbeddedPostgres, folder: Path, rows: list[Row]) -> None:
    """Settlements over HTTP against pgbench, replay against the peer, memory."""
    await recreate_database(server.url("postgres"), "bench")
    database = server.url("bench")
    with platform_process(database, folder) as process:
        requests = await prepare(database, folder, people=PEOPLE, each=EACH)
        await wait_until_arrived(database)
        memory = memory_mib(process.pid)
    with (
        service_process("settlement", database, folder) as (first, process),
        service_process("settlement", database, folder, instance=1) as (second, _),
    ):
        seconds, _, latencies = await send_all(first, second, requests=requests, connections=CLIENTS)
        alone_memory = memory_mib(process.pid)
    with platform_process(database, folder):
        await wait_until_arrived(database)
    latencies.sort()
    await report_settling(server, folder, rows, len(requests) / seconds, latencies)
    rows.append(("memory of settlement under load", f"{alone_memory:.0f} MiB", "must be under 200 MiB", ""))
    rows.append(("memory of all four services in one process", f"{memory:.0f} MiB", "each must be under 200 MiB", ""))
    await measure_replay(server, database, rows)
    rows.append(await sealed_bills_row(database, folder))
    rows.append(await traced_row(server, folder))


async def report_settling(
    server: EmbeddedPostgres, folder: Path, rows: list[Row], rate: float, latencies: list[float]
) -> None:
    """The rate beside pgbench's."""
    database = server.url("bench")
    ceiling = await pgbench_rate(database, folder, people=PEOPLE, clients=32, seconds=10)
    against, ratio = f"pgbench, same rows: {ceiling:,.0f}/s", f"{rate / ceiling:.2f}"
    rows.append(("settlements over HTTP, durable, two instances", f"{rate:,.0f}/s", against, ratio))
    p50, p99 = (f"p{share} {1000 * percentile(latencies, share / 100):.0f} ms" for share in (50, 99))
    rows.append((f"latency at {CLIENTS} connections", p50, p99, ""))


async def measure_replay(server: EmbeddedPostgres, database: str, rows: list[Row]) -> None:
    """Rebuilding and deciding again, against the peer's replay of as many events."""
    began = time.perf_counter()
    verdict = await verify(database)
    replay = verdict.events / (time.perf_counter() - began)
    assert verdict.identical, verdict.differences
    await recreate_database(server.url("postgres"), "peer")
    peer = await asyncio.to_thread(peer_replay_rate, server.url("peer"), verdict.events)
    against = f"eventsourcing package: {peer:,.0f} events/s"
    rows.append(("replay --verify", f"{replay:,.0f} events/s", against, f"{replay / peer:.2f}"))


async def measure_booking(server: EmbeddedPostgres, folder: Path, rows: list[Row]) -> None:
    """Settled to booked, over Kafka."""
    await recreate_database(server.url("postgres"), "bench_kafka")
    database = server.url("bench_kafka")
    with (
        broker(folder / "kafka") as bootstrap,
        platform_process(database, folder, "--kafka-bootstrap", bootstrap),
    ):
        requests = await prepare(database, folder, people=200, each=RATE * SECONDS // 200)
        await wait_until_arrived(database)
        await send_at_rate(urls()["settlement"], requests, per_second=RATE, connections=64)
        delays = await booking_delays(database)
    asked = f"{len(delays)} settlements; p99 must be under 1 s"
    rows.append((f"settled → booked over Kafka at {RATE}/s", spread(delays), asked, ""))


if sys.argv[1:2] == ["door-to-books"]:
    command.main(sys.argv[2:])
elif sys.argv[1:2] == ["ledger"]:
    ledger.command(sys.argv[2:])
else:
    main()
