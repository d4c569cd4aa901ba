"""An instance that falls silent at a named point, frozen or cut off, beside a healthy one: nothing is lost or doubled.

Each case sends whole visits at both instances. The first falls silent in the middle; everything that was answered is
booked while it still is; then it comes back, and may do nothing of what it had begun.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.faults.killable import Doors, KillableTown, check_everything, speaking_to, whole_visit

from kernel.testing.cut import CuttableLine
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.failpoints import FAILPOINTS
from onestop.quiescence import wait_until_arrived
from workbench.demo.town import settle_in

VISITS = 16
#: In every `make test`; the rest in `make faults`.
SHORT = {("embedded", "frozen", "relay.after_send"), ("kafka", "cut off", "inbox.after_effects")}
CASES = [
    pytest.param(
        transport,
        how,
        point,
        marks=[
            *([pytest.mark.kafka] if transport == "kafka" else []),
            *([] if (transport, how, point) in SHORT else [pytest.mark.long]),
        ],
    )
    for transport in ("embedded", "kafka")
    for how in ("frozen", "cut off")
    for point in FAILPOINTS
]


class Pair:
    """Two instances on one database; the first reaches it through a line that can be cut."""

    def __init__(self, first: KillableTown, second: KillableTown, line: CuttableLine) -> None:
        self.first = first
        self.second = second
        self.line = line

    async def falls_silent(self, *, cut: bool) -> None:
        """Wait until the armed point is reached, and leave the first instance frozen there, or running and cut off."""

        async def frozen() -> bool:
            return self.first.frozen

        await eventually(frozen, within_seconds=60)
        if cut:
            self.line.cut()
            self.first.send(signal.SIGCONT)

    def comes_back(self, *, cut: bool) -> None:
        if cut:
            self.line.mend()
        else:
            self.first.send(signal.SIGCONT)


@asynccontextmanager
async def pair(database: str, folder: Path, more: tuple[str, ...], point: str) -> AsyncIterator[Pair]:
    line = CuttableLine.to_database(database)
    through = f"postgresql://postgres@127.0.0.1:{await line.open()}/{urlsplit(database).path.strip('/')}"
    first = KillableTown(through, folder, more, name="first")
    second = KillableTown(database, folder, more, name="second", after=first)
    started = []
    try:
        for town, armed in ((first, point), (second, "")):
            await asyncio.to_thread(town.start, armed)
            started.append(town)
        yield Pair(first, second, line)
    finally:
        line.mend()
        for town in started:
            town.send(signal.SIGCONT)
            await asyncio.to_thread(town.end)
        await line.close()


@pytest.mark.parametrize(("transport", "how", "point"), CASES)
async def test_nothing_is_lost_or_doubled_where_an_instance_falls_silent(
    transport: str,
    how: str,
    point: str,
    request: pytest.FixtureRequest,
    settled_town: Any,
    copy_town: Any,
    database: str,
    tmp_path: Path,
) -> None:
    more: tuple[str, ...] = ()
    if transport == "embedded":
        database, people = await copy_town(tmp_path), list(settled_town.ids.values())
    else:
        broker: KafkaBroker = request.getfixturevalue("kafka_broker")
        prefix = f"{urlsplit(database).path.strip('/')}-"
        more = ("--kafka-bootstrap", broker.bootstrap, "--topic-prefix", prefix)
        people = await _settled_in(database, tmp_path, more)
    armed = f"{point}:2:SIGSTOP"  # what keeps coming passes together
    async with pair(database, tmp_path, more, armed) as two, AsyncExitStack() as stack:
        doors = Doors(*[await stack.enter_async_context(speaking_to(town)) for town in (two.first, two.second)])
        visits = [asyncio.create_task(whole_visit(doors, people[n % len(people)], n)) for n in range(VISITS)]
        await two.falls_silent(cut=how == "cut off")
        settlement_ids = await asyncio.gather(*visits)
        await wait_until_arrived(database, within_seconds=60)
        await check_everything(database, settlement_ids)
        two.comes_back(cut=how == "cut off")
        more_visits = [whole_visit(doors, people[n % len(people)], n) for n in range(VISITS, VISITS + 4)]
        settlement_ids += await asyncio.gather(*more_visits)
        await wait_until_arrived(database)
        await check_everything(database, settlement_ids)


async def _settled_in(database: str, folder: Path, more: tuple[str, ...]) -> list[str]:
    town = KillableTown(database, folder, more, name="settling")
    await asyncio.to_thread(town.start)
    try:
        async with speaking_to(town) as platform:
            ids: dict[int, str] = (await settle_in(platform, 12)).ids
    finally:
        await asyncio.to_thread(town.end)
    return list(ids.values())
