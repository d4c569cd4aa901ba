"""The peer: the `eventsourcing` package replaying as many events on the same PostgreSQL."""

import os
import time
from urllib.parse import parse_qs, urlsplit
from uuid import UUID


def peer_replay_rate(database: str, events: int) -> float:
    """Events a second of ``repository.get`` over aggregates of four events, which is what an encounter has."""
    parts = urlsplit(database)
    query = parse_qs(parts.query)
    os.environ.update(
        PERSISTENCE_MODULE="eventsourcing.postgres",
        POSTGRES_DBNAME=parts.path.strip("/"),
        POSTGRES_HOST=query["host"][0],
        POSTGRES_PORT="5432",
        POSTGRES_USER="postgres",
        POSTGRES_PASSWORD="",
        POSTGRES_SCHEMA="public",
    )
    from eventsourcing.application import Application  # noqa: PLC0415 - it reads the environment at import
    from eventsourcing.domain import Aggregate, event  # noqa: PLC0415

    class Encounter(Aggregate):
        @event("Admitted")
        def __init__(self, person: str) -> None:
            self.person = person
            self.total = 0
            self.lines: list[str] = []

        @event("FeesUploaded")
        def upload(self, lines: list[str], total: int) -> None:
            self.lines += lines
            self.total += total

        @event("Discharged")
        def discharge(self, day: str) -> None:
            self.day = day

        @event("Settled")
        def settle(self, layers: dict[str, int], trace: str) -> None:
            self.layers = layers
            self.trace = trace

    application: Application[UUID] = Application()
    ids = []
    for number in range(events // 4):
        encounter = Encounter(f"person {number}")
        encounter.upload([f"item {i}" for i in range(20)], 100_000)
        encounter.discharge("2019-08-01")
        encounter.settle({"BMI": 60_000, "CII": 0, "MA": 32_000}, "x" * 2_000)
        application.save(encounter)
        ids.append(encounter.id)
    began = time.perf_counter()
    for identifier in ids:
        application.repository.get(identifier)
    rate = 4 * len(ids) / (time.perf_counter() - began)
    application.close()
    return rate
