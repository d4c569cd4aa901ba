"""The broker that tests start themselves: what it keeps through a crash, and that it never outlives its starter."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker, java_and_maven_available

LIBS = Path(__file__).parents[3] / "deploy" / "kafka" / "libs"

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        not java_and_maven_available(), reason="Java or Maven is missing, so no real Kafka can run here"
    ),
]


async def test_acknowledged_records_survive_kill_9_and_a_restart(tmp_path: Path) -> None:
    broker = KafkaBroker(tmp_path, libs=LIBS)
    broker.start()
    try:
        await _create_topic(broker)
        sent = [b"one", b"two", b"three"]
        await _send(broker, sent)
        before = broker.bootstrap
        broker.kill()
        broker.start()
        assert broker.bootstrap == before
        assert await _read(broker, 3) == sent
        broker.restart()
        await _send(broker, [b"four"])
        assert await _read(broker, 4) == [*sent, b"four"]
    finally:
        broker.stop()


async def test_it_ends_with_the_process_that_started_it_even_by_kill_9(tmp_path: Path) -> None:
    program = """
        import sys
        import time
        from pathlib import Path
        from kernel.testing.kafka_broker import KafkaBroker
        broker = KafkaBroker(Path(sys.argv[1]), libs=Path(sys.argv[2]))
        broker.start()
        print(broker.pid, flush=True)
        time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path), str(LIBS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as starter:  # noqa: ASYNC220 - nothing else runs here
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert _runs(pid)
        starter.send_signal(signal.SIGKILL)

    async def gone() -> bool:
        return not _runs(pid)

    await eventually(gone)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")  # an orphan that nobody reaps has ended all the same
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


async def _create_topic(broker: KafkaBroker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("records", 1, 1)])
    await admin.close()


async def _send(broker: KafkaBroker, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    await producer.start()
    for value in values:
        await producer.send_and_wait("records", value, partition=0)
    await producer.stop()


async def _read(broker: KafkaBroker, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=None)
    await consumer.start()
    partition = TopicPartition("records", 0)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    values: list[bytes] = []

    async def enough() -> bool:
        records = await consumer.getmany(partition, timeout_ms=200)
        values.extend(record.value for record in records.get(partition, []))
        return len(values) >= count

    await eventually(enough)
    await consumer.stop()
    return values
