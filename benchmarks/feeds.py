"""``python -m benchmarks.feeds [PEOPLE]``: full lists of so many people, and what other departments notice of them."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final, TypeAlias

import httpx
import msgspec

from benchmarks.booking import spread
from benchmarks.feed_files import entry, first_list, pieces, second_list, workbook
from benchmarks.platform_process import cpu_seconds, issuer, memory_mib, platform_process, service_process, signing
from benchmarks.report import table, write
from kernel.writing.database import administering
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import Platform, recreate_database
from workbench.machine import machine_of

DEPARTMENT: Final = "poverty-alleviation"
#: What a million people took before the figures of issue 12 were asked for (23 November 2026), in people a second.
RATE_BEFORE: Final = 1_730
PATIENCE_SECONDS: Final = 3600
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Content: TypeAlias = AsyncIterator[bytes] | bytes
Rows: TypeAlias = list[tuple[str, str, str]]


def main() -> None:
    """Measure, and write benchmarks/FEEDS.md."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        rows = asyncio.run(measure(server, Path(name), people))
    write(
        "FEEDS.md",
        "Feeds",
        f"Full lists of {people:,} people over HTTP, from the first byte until every row has its receipt; meanwhile",
        "messages are sealed and published. The second list has 2 % changed: 1 % another status, 0.5 % left out, 0.5 %",
        "new. The third and the fourth say the same as the second, as CSV and as XLSX. While the first is applied,",
        "another department takes people in one by one. Processor time is of all processes of the service, or of",
        "PostgreSQL: compare it, and not seconds, where others work on the machine, whose load at the end of this was",
        f"{os.getloadavg()[2]:.0f} in the last quarter of an hour.",
        "",
        *table(("what", "figure", "beside it"), rows),
    )


async def measure(server: EmbeddedPostgres, folder: Path, people: int) -> Rows:
    """The lists, and a plain COPY of the first one's rows and of the second one's."""
    await recreate_database(server.url("postgres"), "bench_feeds")
    database = server.url("bench_feeds")
    with platform_process(database, folder):
        pass  # it creates roles, schemas and keys
    more = signing("identity", folder)
    with service_process("identity", database, folder, more=more) as (url, process):
        async with calling(url, folder, DEPARTMENT) as client, calling(url, folder, "civil-affairs") as other:
            rows = await measure_first(client, other, people, (process.pid, server.pid))
            forget_peak(process.pid)
            second = await send(client, "2", pieces(second_list(people)))
            peak = memory_mib(process.pid, "VmHWM")
            book = workbook(second_list(people))
            as_text, as_book = [
                await measured(client, number, content, media_type, (process.pid, server.pid), people)
                for number, content, media_type in (("3", pieces(second_list(people)), CSV), ("4", book, XLSX))
            ]
    plain = await plain_copy(database, second_list(people))
    return [
        *rows,
        ("second list, 2 % changed", f"{second:.1f} s", f"asked: 45 s of a million; {people / second:,.0f} rows/s"),
        ("memory of identity at its peak, second list", f"{peak:.0f} MiB", "asked: 1 GiB"),
        ("third list, nothing changed, CSV", *as_text.told),
        ("fourth list, nothing changed, XLSX", *as_book.told),
        (
            "XLSX beside CSV, asked: 1.2 at most",
            f"{as_book.seconds / as_text.seconds:.2f} of the seconds",
            f"{as_book.used / as_text.used:.2f} of the processor time",
        ),
        ("plain COPY of the second list's rows", f"{plain:.1f} s", f"ours takes {second / plain:.1f} times as long"),
    ]


async def measure_first(
    client: httpx.AsyncClient, other: httpx.AsyncClient, people: int, pids: tuple[int, int]
) -> Rows:
    """The first list, while another department goes on with its own work."""
    forget_peak(pids[0])
    changing = asyncio.create_task(change_one_by_one(other, 2 * people))
    first = await measured(client, "1", pieces(first_list(people)), CSV, pids, people)
    changing.cancel()
    latencies = sorted(await changing)
    rate, changes = people / first.seconds, len(latencies)
    return [
        ("first list, everybody registered", *first.told),
        ("people registered a second", f"{rate:,.0f}", f"before: {RATE_BEFORE:,} (without sealing)"),
        ("memory of identity at its peak, first list", f"{memory_mib(pids[0], 'VmHWM'):.0f} MiB", "asked: 1 GiB"),
        (f"another department's {changes} single changes meanwhile", spread(latencies), "asked: 200 ms"),
    ]


class Measured(msgspec.Struct, frozen=True):
    """Seconds that a list took, and the processor time of a row in microseconds, of the service and of PostgreSQL."""

    seconds: float
    service_us: float
    database_us: float

    @property
    def used(self) -> float:
        return self.service_us + self.database_us

    @property
    def told(self) -> tuple[str, str]:
        return (
            f"{self.seconds:,.1f} s",
            f"a row: identity {self.service_us:.0f} µs, PostgreSQL {self.database_us:.0f} µs",
        )


async def measured(
    client: httpx.AsyncClient, number: str, content: Content, media_type: str, pids: tuple[int, int], rows: int
) -> Measured:
    """Send a list, and see what it takes until it is applied."""
    before = [cpu_seconds(pid) for pid in pids]
    seconds = await send(client, number, content, media_type)
    return Measured(seconds, *(1e6 * (cpu_seconds(pid) - was) / rows for pid, was in zip(pids, before, strict=True)))


@asynccontextmanager
async def calling(url: str, folder: Path, department: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a department, whose own system signs its lists."""
    async with AsyncExitStack() as stack:
        platform = Platform("", {"identity": url}, issuer(folder), stack)
        yield await stack.enter_async_context(machine_of(platform, department, timeout_seconds=PATIENCE_SECONDS))


async def change_one_by_one(client: httpx.AsyncClient, first: int) -> list[float]:
    """Take somebody in a few times a second until cancelled; gives the seconds that each took."""
    latencies: list[float] = []
    try:
        while True:
            person = first + len(latencies)
            began = time.perf_counter()
            taken = await client.post("/v1/persons", json=entry(person), headers={"Idempotency-Key": f"one-{person}"})
            assert taken.status_code == 201, taken.text
            latencies.append(time.perf_counter() - began)
            await asyncio.sleep(0.25)
    except asyncio.CancelledError:
        return latencies


async def send(client: httpx.AsyncClient, number: str, content: Content, media_type: str = CSV) -> float:
    """Send a list and wait until it is applied; gives the seconds from the first byte to the last receipt."""
    path = f"/v1/feeds/{DEPARTMENT}/batches/{number}"
    how = {"kind": "full", "category": "REGISTERED_POOR", "area": "440000", "as_of": f"2019-07-0{number}T00:00:00Z"}
    began = time.perf_counter()
    sent = await client.put(path, params=how, content=content, headers={"Content-Type": media_type})
    assert sent.status_code == 202, sent.text
    while True:
        batch = (await client.get(path)).json()
        if batch["status"] == "APPLIED":
            print(f"{time.perf_counter() - began:.1f} s", batch["counts"], batch["outcomes"], flush=True)
            return time.perf_counter() - began
        assert batch["status"] in {"RECEIVED", "APPLYING"}, batch
        await asyncio.sleep(0.2)


async def plain_copy(database: str, rows: Iterator[str]) -> float:
    """Seconds that PostgreSQL takes to store the rows as they are."""
    columns = "(id_number text, name text, county text, valid_from date, status text)"
    async with administering(database) as connection:
        await connection.execute(f"CREATE TABLE plain {columns}")
        began = time.perf_counter()
        await connection.copy_to_table("plain", source=pieces(rows), format="csv", header=True)
        return time.perf_counter() - began


def forget_peak(pid: int) -> None:
    """Set the memory peak of a process back to what it holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


if __name__ == "__main__":
    main()
