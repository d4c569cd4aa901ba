"""A real Apache Kafka broker without Docker: one KRaft node from its Maven artifacts, for tests and `make kafka`."""

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

_READY_SECONDS: Final = 60
_STOP_SECONDS: Final = 20
_PARENT_DIES: Final = 1  # prctl PR_SET_PDEATHSIG
_MEMORY: Final = (
    "-Xms64m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:MaxDirectMemorySize=128m",
    "-XX:TieredStopAtLevel=1",
    "-Xss512k",
    "-XX:ReservedCodeCacheSize=64m",
)
# A small single node: what the default configuration would take is many times the heap we give it.
_PROPERTIES: Final = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={logs}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
num.network.threads=1
num.io.threads=2
background.threads=2
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=2097152
log.index.size.max.bytes=1048576
log.segment.bytes=16777216
"""


class KafkaBrokerError(RuntimeError):
    """The broker did not start; says what it logged."""


def java_and_maven_available() -> bool:
    """Whether this machine can run a real Kafka."""
    return shutil.which("java") is not None and shutil.which("mvn") is not None


def fetch_jars(libs: Path) -> None:
    """Bring the broker's jars into ``libs`` with Maven, unless they are there."""
    if any(libs.glob("kafka_2.13-*.jar")):
        return
    pom = libs.parent / "pom.xml"
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={libs}"]
    done = subprocess.run(["mvn", "-q", "-B", "-f", str(pom), *goal], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise KafkaBrokerError(f"Maven could not bring Kafka's jars: {done.stdout[-2000:]}{done.stderr[-2000:]}")


class KafkaBroker:
    """One broker with its data in ``folder``. It dies with this process; ports stay the same over a restart."""

    def __init__(self, folder: Path, *, libs: Path, port: int | None = None) -> None:
        self._folder = folder.resolve()
        self._libs = libs.resolve()
        self._client = port or _free_port()
        self._controller = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self._client}"

    def start(self) -> None:
        """Start, and return when a topic can be created; raises KafkaBrokerError after a minute."""
        fetch_jars(self._libs)
        properties = self._folder / "node.properties"
        logs = self._folder / "logs"
        if not logs.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            properties.write_text(_PROPERTIES.format(client=self._client, controller=self._controller, logs=logs))
            cluster = self._tool("random-uuid").strip().splitlines()[-1]
            self._tool("format", "-t", cluster, "-c", str(properties))
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["java", *_MEMORY, *self._java(), "kafka.Kafka", str(properties)],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call into the C library, before exec
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Ask the broker to stop and wait for it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._end(signal.SIGKILL)

    def wait(self) -> None:
        """Wait until the broker ends."""
        if self._process is not None:
            self._process.wait()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, how)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _java(self) -> list[str]:
        configuration = self._libs.parent / "log4j2.properties"
        return [f"-Dlog4j2.configurationFile={configuration}", "-cp", f"{self._libs}/*"]

    def _tool(self, *arguments: str) -> str:
        command = ["java", "-Xmx128m", *self._java(), "kafka.tools.StorageTool", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_READY_SECONDS)
        if done.returncode != 0:
            raise KafkaBrokerError(f"Kafka's StorageTool {arguments[0]} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not _in_own_loop(self.bootstrap):
            if time.monotonic() > deadline or (self._process is not None and self._process.poll() is not None):
                log = (self._folder / "broker.log").read_text(errors="replace")
                self.kill()
                raise KafkaBrokerError(f"Kafka on {self.bootstrap} is not ready: {log[-2000:]}")
            time.sleep(0.1)


def _in_own_loop(bootstrap: str) -> bool:
    # A loop of its own in a thread of its own: whoever starts a broker may be inside a running loop.
    import concurrent.futures  # noqa: PLC0415 - only needed while starting

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _can_create_topic(bootstrap)).result()


async def _can_create_topic(bootstrap: str) -> bool:
    """An open port is not enough: ready means that a topic can be created."""
    with socket.socket() as probe:
        host, _, port = bootstrap.partition(":")
        if probe.connect_ex((host, int(port))) != 0:
            return False
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=3000)
    try:
        await admin.start()
        if "readiness" not in await admin.list_topics():
            await admin.create_topics([NewTopic("readiness", 1, 1)])
        return "readiness" in await admin.list_topics()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PARENT_DIES, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
