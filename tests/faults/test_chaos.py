"""Chaos: whatever happens in whatever order, every answered command is found once, and the books balance."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from tests.faults.chaos import Chaos
from tests.faults.killable import KillableTown, check_everything, speaking_to

from kernel.testing.kafka_broker import KafkaBroker
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.quiescence import wait_until_arrived
from workbench.demo.town import settle_in

ROOT = Path(__file__).parents[2]
LONG_SECONDS = float(os.environ.get("ONESTOP_CHAOS_SECONDS", "600"))
#: To look at some faults alone, by their names, with commas between.
ONLY = [name for name in os.environ.get("ONESTOP_CHAOS_FAULTS", "").split(",") if name]
ARRIVES_WITHIN_SECONDS = 120.0


@pytest.mark.kafka
@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(0.0, id="each-fault-once", marks=pytest.mark.long),
        pytest.param(LONG_SECONDS, id="ten-minutes", marks=pytest.mark.chaos),
    ],
)
async def test_whatever_happens_every_answered_command_is_found_once(
    seconds: float, tmp_path: Path, kafka_broker: KafkaBroker
) -> None:
    seed = int(os.environ.get("ONESTOP_CHAOS_SEED", time.time_ns() % 1_000_000))
    print(f"\nONESTOP_CHAOS_SEED={seed} plays this again")  # noqa: T201 - for whoever looks for the fault
    broker = KafkaBroker(tmp_path / "kafka", libs=ROOT / "deploy/kafka/libs")
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        await asyncio.to_thread(broker.start)
        more = ("--kafka-bootstrap", broker.bootstrap)
        first = KillableTown(server.url(), tmp_path, more, name="first")
        towns = [first, KillableTown(server.url(), tmp_path, more, name="second", after=first)]
        try:
            for town in towns:
                await asyncio.to_thread(town.start)
            async with speaking_to(first) as platform:
                people = list((await settle_in(platform, 12)).ids.values())
            chaos = Chaos(server, broker, towns, seed, tmp_path)
            await chaos.checkpoint()
            await chaos.run(people, seconds, ONLY)
            await wait_until_arrived(server.url(), within_seconds=ARRIVES_WITHIN_SECONDS)
            await check_everything(server.url(), list(chaos.settled.values()))
            await chaos.verify_against_checkpoints()
            told = f"{len(chaos.settled)} visits, {chaos.lost} of them lost by restores, told and settled again"
            print(f"{told}; through {', '.join(chaos.done)}")  # noqa: T201
        finally:
            for town in towns:
                await asyncio.to_thread(town.end)
            await asyncio.to_thread(broker.stop)
