"""The ledger alone: journals a second in batches beside django-hordak, and what looks cost on a long account.

``python -m benchmarks ledger`` writes benchmarks/LEDGER.md.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import uvloop

from benchmarks.hordak import hordak_rates
from benchmarks.platform_process import POLICIES
from benchmarks.report import table, write
from fund_ledger.charts.domain import Charts
from fund_ledger.event_types import REGISTRY
from fund_ledger.journals.commands import Booking, book
from fund_ledger.journals.domain.bill import PayerPart, SettledBill
from fund_ledger.journals.domain.commands import BookSettlement
from fund_ledger.journals.queries.entries import Entries, Wanted
from fund_ledger.rows import READ_MODEL
from kernel.http.serving import calm_collector
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, administering, open_pool
from kernel.writing.event_store import EventStore
from law.packs import load_library
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.migrating import migrate
from onestop.platform import recreate_database

JOURNALS: Final = 20_000
AT_ONCE: Final = 500
TRANSFERS: Final = 5_000
SHORT: Final = 10_000
TIMES: Final = 200
LOOKS: Final = (
    "balance now",
    "balance as of a day",
    "page of 100 entries in the middle",
    "the first 2 of a kind of which there is one in 5,000",
)
_NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
_DAY: Final = date(2019, 8, 1)
_ENTRIES_SQL: Final = """
INSERT INTO entries (account, booked_on, journal_id, line, effective_on, recorded_on, kind, settlement_id, amount_fen,
                     payer)
SELECT $1, d.day, 'J' || lpad(n::text, 9, '0'), 1, d.day, d.day,
       CASE n % 5000 WHEN 0 THEN 'return' ELSE 'settlement' END, NULL, 100, 'MA'
FROM generate_series(1, $2::int) AS n,
     LATERAL (SELECT date '2018-08-02' + (n::bigint * 364 / $2::int)::int) AS d(day)
"""
_SUMS_SQL: Final = """
INSERT INTO day_sums (account, booked_on, effective_on, recorded_on, debit_fen, credit_fen, lines)
SELECT account, booked_on, effective_on, recorded_on, sum(amount_fen), 0, count(*)
FROM entries WHERE account = $1 GROUP BY 1, 2, 3, 4
"""
_BALANCES_SQL: Final = """
INSERT INTO balances (account, debit_fen, credit_fen, lines)
SELECT account, sum(amount_fen), 0, count(*) FROM entries WHERE account = $1 GROUP BY 1
"""
_NOW_SQL: Final = "SELECT debit_fen - credit_fen FROM balances WHERE account = $1"
Row = tuple[str, str, str, str]


class _Has:
    """What questions are asked of, without a service around it."""

    def __init__(self, store: EventStore) -> None:
        self.store = store


def command(arguments: Sequence[str]) -> None:
    """Measure and write; an argument is how many postings the long account has (1,000,000)."""
    long = int(arguments[0]) if arguments else 1_000_000
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        rows = uvloop.run(_rows(server, long))
    write(
        "LEDGER.md",
        "The ledger",
        "PostgreSQL 18 with fsync on, on the same cores. Read the ratios: machines are shared and noisy.",
        "",
        *table(("what", "ours", "against", "ratio"), rows),
    )


async def _rows(server: EmbeddedPostgres, long: int) -> list[Row]:
    await recreate_database(server.url("postgres"), "peer")
    peer = await asyncio.to_thread(hordak_rates, server.url("peer"), TRANSFERS, AT_ONCE)
    await recreate_database(server.url("postgres"), "ledger")
    url = server.url("ledger")
    await migrate(url)
    async with await open_pool(url, schema="fund_ledger", user="fund_ledger") as pool:
        store = EventStore(pool, REGISTRY, READ_MODEL.project)
        rate, lines = await _booking(store)
        for account, count in (("short", SHORT), ("long", long)):
            await _fill(url, f"fund/445202/{account.upper()}", count)
        looks = {name: await _looks(store, f"fund/445202/{name}") for name in ("SHORT", "LONG")}
    what = f"journals of {lines} lines, {AT_ONCE} a transaction: streams, events, chain, rows, balances"
    by_transfer = f"django-hordak, transfer_to, {AT_ONCE} a transaction: {peer.by_transfer:,.0f}/s"
    in_bulk = f"django-hordak, rows in bulk, {AT_ONCE} a transaction: {peer.in_bulk:,.0f}/s"
    rows = [
        (what, f"{rate:,.0f}/s", by_transfer, f"{rate / peer.by_transfer:.1f}"),
        ("the same", f"{rate:,.0f}/s", in_bulk, f"{rate / peer.in_bulk:.1f}"),
    ]
    for place, look in enumerate(LOOKS):
        ours, short = looks["LONG"][place], looks["SHORT"][place]
        against = f"at {SHORT:,} postings: {short:.2f} ms"
        rows.append((f"{look}, account of {long:,} postings, median", f"{ours:.2f} ms", against, f"{ours / short:.2f}"))
    return rows


async def _booking(store: EventStore) -> tuple[float, int]:
    """Journals a second as messages are booked, a batch a transaction, and how many lines each has."""
    path, charts = CommandPath(store), Charts(load_library(POLICIES))
    batches = [[_bill(number) for number in range(n, n + AT_ONCE)] for n in range(0, JOURNALS + AT_ONCE, AT_ONCE)]
    # The first one is not counted: plans are made, charts read.
    await _batch(store.pool, path, batches[0], charts)
    calm_collector()  # as a service does that serves
    began = time.perf_counter()
    for batch in batches[1:]:
        await _batch(store.pool, path, batch, charts)
    rate = JOURNALS / (time.perf_counter() - began)
    return rate, await store.pool.fetchval("SELECT max(cardinality(accounts)) FROM journals")


async def _batch(pool: Pool, path: CommandPath, batch: Sequence[Booking], charts: Charts) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await book(path, connection, batch, charts)


def _bill(number: int) -> Booking:
    bill = SettledBill(
        settlement_id=f"S{number}",
        county="445202",
        hospital_id=f"H{number % 20}",
        person_id=f"P{number % 5_000}",
        parts=(PayerPart("BMI", 60_000), PayerPart("MA", 700, ("MA",))),
    )
    context = CommandContext(scope="bench", key="", request_hash=b"", actor="bench", now=_NOW, id=UUID(int=number + 1))
    return Booking(context, bill.settlement_id, BookSettlement(bill, {}, _DAY))


async def _fill(url: str, account: str, count: int) -> None:
    async with administering(url) as admin:
        await admin.execute("SET search_path TO fund_ledger")
        await admin.execute(_ENTRIES_SQL, account, count, timeout=600)
        for sql in (_SUMS_SQL, _BALANCES_SQL):
            await admin.execute(sql, account, timeout=600)
        await admin.execute("VACUUM (ANALYZE) entries, day_sums, balances")


async def _looks(store: EventStore, account: str) -> tuple[float, ...]:
    """Medians in milliseconds."""
    entries = Entries(_Has(store))
    middle = Wanted(limit=100, after=(date(2019, 2, 1), "", 0))
    rare = Wanted(kind="return", limit=2, after=(date(2018, 9, 1), "", 0))
    return (
        await _median(lambda: store.pool.fetchval(_NOW_SQL, account)),
        await _median(lambda: entries.effective(account, date(2019, 3, 1), date(2019, 3, 1))),
        await _median(lambda: entries.of_account(account, middle)),
        await _median(lambda: entries.of_account(account, rare)),
    )


async def _median(look: Callable[[], Awaitable[object]]) -> float:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await look()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)
