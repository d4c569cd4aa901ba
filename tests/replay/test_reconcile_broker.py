"""What is wrong with a broker's topics is found by the reconciliation, and named with the command that mends it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from stdnum.cn import ric
from tests.command_line import onestop
from tests.replay.at_the_desk import ended, open_desk
from tests.replay.left import POLICIES

from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.port import PARTITIONS
from kernel.security import Role
from kernel.testing.kafka_broker import KafkaBroker
from onestop.platform import running_platform
from onestop.quiescence import wait_until_arrived
from onestop.reconcile.topics import Where
from onestop.services import TOPICS
from workbench.demo.window import Window

_SEALING: Final = ("ce_previous", "ce_seal")
_BODY: Final = "44520219550101002"
_NUMBER: Final = _BODY + ric.calc_check_digit(f"{_BODY}0")


class Stopped(msgspec.Struct, frozen=True):
    """A platform that has stopped, its broker, and the messages of its topics."""

    database: str
    bootstrap: str
    folder: Path
    messages: dict[str, list[Any]]

    async def copied(self, prefix: str, messages: dict[str, list[Any]]) -> dict[str, tuple[str, str]]:
        """The topics written anew under another prefix as they are given; what is found there, by kind and subject."""
        await KafkaEventLog(self.bootstrap, prefix=prefix).create_topics(list(messages))
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await producer.start()
        for topic, records in messages.items():
            for one in records:
                sent = {"key": one.key, "partition": one.partition, "headers": list(one.headers)}
                await producer.send_and_wait(f"{prefix}{topic}", one.value, **sent)
        await producer.stop()
        words = ("--kafka-bootstrap", self.bootstrap, "--topic-prefix", prefix, "--database", self.database)
        said = await onestop("reconcile", "--json", "--patience", "0", "--folder", str(self.folder), *words)
        found = json.loads(said.stdout)["differences"]
        assert said.exit_code == bool(found), said.output
        return {f"{one['kind']} {one['subject']}": (one["says"], one["command"]) for one in found}


async def _all_of(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    places = [TopicPartition(topic, at) for at in range(PARTITIONS)]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    found: list[ConsumerRecord] = []
    while len(found) < sum(ends.values()):
        for records in (await consumer.getmany(timeout_ms=1000)).values():
            found += records
    await consumer.stop()
    return found


@pytest.fixture
async def stopped(database: str, kafka_broker: KafkaBroker, tmp_path: Path) -> Stopped:
    prefix = f"{urlsplit(database).path.strip('/')}-"
    where = {"kafka_bootstrap": kafka_broker.bootstrap, "topic_prefix": prefix}
    async with running_platform(database, tmp_path, POLICIES, **where) as platform:  # type: ignore[arg-type]
        agency = Window(platform, Role.AGENCY)
        form = {"id_number": _NUMBER, "name": "示例", "born_on": "1955-01-01", "sex": "FEMALE", "county": "445202"}
        person = (await agency.post("identity", "/v1/persons", form))["person_id"]
        for year in (2016, 2017, 2018, 2019):
            body = {"scheme": "RESIDENT", "area": "445200", "year": year, "registered_on": f"{year}-01-01"}
            await agency.post("identity", f"/v1/persons/{person}/enrolments", body)
        await wait_until_arrived(database)
    read = {topic: await _all_of(kafka_broker.bootstrap, f"{prefix}{topic}") for topic in TOPICS}
    return Stopped(database, kafka_broker.bootstrap, tmp_path, {topic: found for topic, found in read.items() if found})


def _longest(records: Sequence[Any]) -> tuple[int, list[Any]]:
    """The partition of which there are most messages, and these."""
    at = max(range(PARTITIONS), key=lambda one: sum(record.partition == one for record in records))
    return at, [record for record in records if record.partition == at]


def _with(record: Any, value: bytes | None = None, without: Sequence[str] = ()) -> Any:
    headers = tuple(header for header in record.headers if header[0] not in without)
    return msgspec.structs.replace(_Record.of(record), headers=headers, value=value or record.value)


class _Record(msgspec.Struct, frozen=True):
    key: bytes
    value: bytes
    partition: int
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, record: Any) -> "_Record":
        return cls(record.key, record.value, record.partition, tuple(record.headers))


@pytest.mark.kafka
async def test_lost_changed_and_foreign_messages_on_the_broker_are_named(stopped: Stopped) -> None:
    name, whole = urlsplit(stopped.database).path.strip("/"), stopped.messages
    at, longest = _longest(whole["identity"])
    assert len(longest) > 3
    rest = [record for record in whole["identity"] if record.partition != at]

    async def found(case: str, changed: list[Any]) -> dict[str, tuple[str, str]]:
        return await stopped.copied(f"{name}-{case}-", whole | {"identity": rest + changed})

    assert await found("same", longest) == {}
    assert await found("swapped", [longest[1], longest[0], *longest[2:]]) == {}, "readers go by the number"
    missing, foreign = f"MESSAGE_MISSING identity/{at}", f"MESSAGE_NOT_ITS_PUBLISHERS identity/{at}"
    (hole,) = (await found("hole", [longest[0], *longest[2:]])).items()
    assert (hole[0], "message 2 is missing" in hole[1][0]) == (missing, True)
    assert hole[1][1] == f"onestop republish identity --partition {at} --from 2"
    (tail,) = (await found("tail", longest[:-1])).items()
    assert (tail[0], tail[1][0].startswith(f"{len(longest)} were sent")) == (missing, True), tail
    changed = _with(longest[1], value=longest[1].value.replace(b"a", b"b"))
    (other,) = (await found("changed", [longest[0], changed, *longest[2:]])).items()
    assert (other[0], "onestop fill-topics" in other[1][1]) == (foreign, True), other
    (added,) = (await found("added", [*longest, _with(longest[1], without=_SEALING)])).items()
    assert (added[0], "carries no signature" in added[1][0]) == (foreign, True), added


@pytest.mark.kafka
async def test_a_broker_without_the_topics_is_not_called_well(stopped: Stopped) -> None:
    words = ("--kafka-bootstrap", stopped.bootstrap, "--topic-prefix", "none-", "--database", stopped.database)
    said = await onestop("reconcile", "--patience", "0", "--folder", str(stopped.folder), *words)
    assert (said.exit_code, "cannot be read; is it on this broker?" in said.output) == (2, True), said.output


@pytest.mark.kafka
async def test_the_desk_reads_the_brokers_topics_too_and_says_where_it_cannot(stopped: Stopped) -> None:
    ours = f"{urlsplit(stopped.database).path.strip('/')}-"
    for prefix, state, why in ((ours, "ENDED", None), ("none-", "FAILED", "is it on this broker?")):
        where = Where(stopped.bootstrap, prefix, stopped.folder)
        async with open_desk(stopped.database, stopped.folder, broker=where) as desk:
            li = desk.clerk("li")
            begun = await li.post("/v1/reconciliations", {"patience_seconds": 0})
            run = await ended(li, begun.headers["location"])
            assert run["state"] == state, run
            assert (why or "") in (run["failure"] or "")
