"""``python -m benchmarks.feeds [PEOPLE]``: a full list against as many stored people, two in a hundred changed."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import httpx
from stdnum.cn import ric

from benchmarks.platform_process import issuer, memory_mib, platform_process, service_process
from benchmarks.report import table, write
from kernel.security import Role
from kernel.writing.database import administering
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database

HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,脱贫状态"
DEPARTMENT: Final = "poverty-alleviation"
PATIENCE_SECONDS: Final = 3600
PIECE_ROWS: Final = 10_000


def main() -> None:
    """Measure, and write benchmarks/FEEDS.md."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        rows = asyncio.run(measure(server, Path(name), people))
    write(
        "FEEDS.md",
        "Feeds",
        f"A full list of {people:,} people against as many stored, 2 % changed (1 % another status, 0.5 % no longer",
        "named, 0.5 % new), CSV over HTTP, from the first byte until every row has its receipt.",
        "",
        *table(("what", "figure", "beside it"), rows),
    )


async def measure(server: EmbeddedPostgres, folder: Path, people: int) -> list[tuple[str, str, str]]:
    """The first list, the second one, and a plain COPY of its rows."""
    await recreate_database(server.url("postgres"), "bench_feeds")
    database = server.url("bench_feeds")
    with platform_process(database, folder):
        pass  # it creates roles, schemas and keys
    with service_process("identity", database, folder) as (url, process):
        token = issuer(folder).issue(Role.DEPARTMENT, "bench", DEPARTMENT, 7200, time.time())
        async with httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_SECONDS
        ) as client:
            first = await send(client, "1", 0, first_list(people))
            forget_peak(process.pid)
            second = await send(client, "2", 1, second_list(people))
            peak = memory_mib(process.pid, "VmHWM")
    plain = await plain_copy(database, second_list(people))
    return [
        ("first list, everybody registered", f"{first:,.0f} s", f"{people / first:,.0f} people/s"),
        ("second list, 2 % changed", f"{second:.1f} s", f"asked: 60 s; {people / second:,.0f} rows/s"),
        ("memory of identity at its peak", f"{peak:.0f} MiB", "asked: 1 GiB"),
        ("plain COPY of the same rows", f"{plain:.1f} s", f"ours takes {second / plain:.1f} times as long"),
    ]


async def send(client: httpx.AsyncClient, number: str, day: int, rows: Iterator[str]) -> float:
    """Send a list and wait until it is applied; gives the seconds from the first byte to the last receipt."""
    path = f"/v1/feeds/{DEPARTMENT}/batches/{number}"
    how = {"kind": "full", "category": "REGISTERED_POOR", "area": "440000", "as_of": f"2019-07-0{day + 1}T00:00:00Z"}
    began = time.perf_counter()
    sent = await client.put(path, params=how, content=pieces(rows), headers={"Content-Type": "text/csv"})
    assert sent.status_code == 202, sent.text
    while True:
        batch = (await client.get(path)).json()
        if batch["status"] == "APPLIED":
            print(f"{time.perf_counter() - began:.1f} s", batch["counts"], batch["outcomes"], flush=True)
            return time.perf_counter() - began
        assert batch["status"] in {"RECEIVED", "APPLYING"}, batch
        await asyncio.sleep(0.2)


def first_list(people: int) -> Iterator[str]:
    """Everybody, not lifted out of poverty."""
    return (row(n, "NOT_LIFTED") for n in range(people))


def second_list(people: int) -> Iterator[str]:
    """The same with one in a hundred returned to poverty, one in two hundred gone and as many new."""
    for n in range(people):
        if n % 200 != 199:
            yield row(n, "RETURNED" if n % 100 == 0 else "NOT_LIFTED")
    for n in range(people, people + people // 200):
        yield row(n, "NOT_LIFTED")


def row(person: int, status: str) -> str:
    """A made-up person."""
    day = person % 10_080
    body = f"445202{1950 + day // 336}{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}{person // 10_080:03d}"
    return f"{body}{ric.calc_check_digit(body + '0')},示例{person % 1000},445202,2018-01-01,{status}\n"


async def pieces(rows: Iterator[str]) -> AsyncIterator[bytes]:
    """The file as it is sent."""
    waiting = [f"{HEADINGS}\n"]
    for line in rows:
        waiting.append(line)
        if len(waiting) == PIECE_ROWS:
            yield "".join(waiting).encode()
            waiting = []
    yield "".join(waiting).encode()


async def plain_copy(database: str, rows: Iterator[str]) -> float:
    """Seconds that PostgreSQL takes to store the rows as they are."""
    table = "CREATE TABLE plain (id_number text, name text, county text, valid_from date, status text)"
    async with administering(database) as connection:
        await connection.execute(table)
        began = time.perf_counter()
        await connection.copy_to_table("plain", source=pieces(rows), format="csv", header=True)
        return time.perf_counter() - began


def forget_peak(pid: int) -> None:
    """Set the memory peak of a process back to what it holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


if __name__ == "__main__":
    main()
