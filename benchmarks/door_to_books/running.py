"""The platform as it is measured: on a broker or without one, in one process or in four."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from benchmarks.platform_process import PROJECT, platform_process, service_process, urls
from kernel.testing.kafka_broker import KafkaBroker

Transport: TypeAlias = Literal["embedded", "kafka"]


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """A new, empty Kafka; gives its address."""
    kafka = KafkaBroker(folder, libs=PROJECT / "deploy/kafka/libs")
    kafka.start()
    try:
        yield kafka.bootstrap
    finally:
        kafka.stop()


@contextmanager
def in_one_process(database: str, folder: Path, transport: Transport) -> Iterator[list[int]]:
    """Every service in one process; gives its process id, as a list."""
    with ExitStack() as stack:
        more = []
        if transport == "kafka":
            more = ["--kafka-bootstrap", stack.enter_context(broker(folder / "kafka-one"))]
        yield [stack.enter_context(platform_process(database, folder, *more)).pid]


@contextmanager
def in_four_processes(database: str, folder: Path) -> Iterator[list[int]]:
    """Each service in a process of its own, on Kafka, as deployments run them; gives the process ids."""
    subprocess.run([sys.executable, "-m", "onestop", "migrate", "--database", database], check=True)
    with ExitStack() as stack:
        bootstrap = stack.enter_context(broker(folder / "kafka-four"))
        kafka = {"ONESTOP_TRANSPORT": "kafka", "ONESTOP_KAFKA_BOOTSTRAP": bootstrap}
        pids = []
        for name, url in urls().items():
            port = int(url.rpartition(":")[2])
            running = service_process(name, database, folder, port=port, more=kafka)
            pids.append(stack.enter_context(running)[1].pid)
        yield pids
