"""All parts one after the other on one server, and pgbench in the same run."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import uvloop

from benchmarks.ceiling import pgbench_rate
from benchmarks.door_to_books.figures import Ceiling, ceiling_row, idle_row, load_row
from benchmarks.door_to_books.highest import Trial, highest_row, measure_highest
from benchmarks.door_to_books.processor_time import used_seconds
from benchmarks.door_to_books.running import Transport
from benchmarks.door_to_books.steady import PEOPLE, Steady, measure_steady
from kernel.testing.kafka_broker import java_and_maven_available
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.platform import recreate_database

_CLIENTS, _PGBENCH_SECONDS = 32, 10


class Asked(NamedTuple):
    """Which parts to measure."""

    transports: Sequence[Transport]
    rates: Sequence[float]
    seconds: float
    highest: bool


EVERYTHING: Final = Asked(("embedded", "kafka"), (50, 200), 20, highest=True)


def door_to_books(server: EmbeddedPostgres, folder: Path, asked: Asked = EVERYTHING) -> list[tuple[str, ...]]:
    """The rows of the table; without Java and Maven those of the embedded transport only."""
    return uvloop.run(_measure(server, folder, asked))


async def _measure(server: EmbeddedPostgres, folder: Path, asked: Asked) -> list[tuple[str, ...]]:
    kafka = java_and_maven_available()
    if not kafka:
        print("no Java or no Maven: nothing is measured on Kafka", file=sys.stderr)
    steady: list[Steady] = []
    trials: list[Trial] = []
    database = ""
    for transport in asked.transports:
        if transport == "embedded" or kafka:
            database = await _new_database(server, f"door_{transport}")
            steady.append(await measure_steady(server, database, folder, transport, asked.rates, asked.seconds))
    if asked.highest and kafka:
        database = await _new_database(server, "door_highest")
        trials = await measure_highest(server, database, folder)
    if not database:
        return []
    ceiling = await _ceiling(server, database, folder)
    rows = [ceiling_row(ceiling), *(row for part in steady for row in _steady_rows(part, ceiling))]
    return [*rows, highest_row(trials, ceiling)] if trials else rows


async def _new_database(server: EmbeddedPostgres, name: str) -> str:
    await recreate_database(server.url("postgres"), name)
    return server.url(name)


async def _ceiling(server: EmbeddedPostgres, database: str, folder: Path) -> Ceiling:
    before = used_seconds([server.pid])
    rate = await pgbench_rate(database, folder, people=PEOPLE, clients=_CLIENTS, seconds=_PGBENCH_SECONDS)
    return Ceiling(rate, (used_seconds([server.pid]) - before) / (rate * _PGBENCH_SECONDS))


def _steady_rows(part: Steady, ceiling: Ceiling) -> list[tuple[str, ...]]:
    loads = [load_row(part.services, f"{rate:g}/s", *found, ceiling) for rate, found in part.at.items()]
    return [idle_row(part.services, part.rest), *loads]
