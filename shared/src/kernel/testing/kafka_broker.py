"""A real Apache Kafka broker without Docker: one KRaft node from its Maven artifacts, for tests and `make kafka`."""

import asyncio
import atexit
import os
import shutil
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from kernel.running import server_process

_READY_SECONDS: Final = 60
_STOP_SECONDS: Final = 20
_MAVEN_SECONDS: Final = 300
_HEAP: Final = ("-Xms64m", "-Xmx256m", "-Xss512k", "-XX:MaxDirectMemorySize=128m", "-XX:+UseSerialGC")
_CODE: Final = ("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=64m")
# A small single node: what the default configuration would take is many times the heap we give it.
# After kill -9 the broker is not let in again before its old session has ended, by default for nine seconds.
_PROPERTIES: Final = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{admin},CONTROLLER://127.0.0.1:{controller}{door}
advertised.listeners=PLAINTEXT://127.0.0.1:{admin}{door}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CLIENTS:SASL_PLAINTEXT
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
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
num.network.threads=1
num.io.threads=2
background.threads=2
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=2097152
log.index.size.max.bytes=1048576
log.segment.bytes=16777216
"""
# As in docker-compose.yml: services come through a door that asks for a password, and the administrator through one
# that only this machine reaches.
_GUARDED: Final = """
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""


class KafkaBrokerError(RuntimeError):
    """The broker did not start; says what it logged."""


def java_and_maven_available() -> bool:
    """Whether this machine can run a real Kafka."""
    return shutil.which("java") is not None and shutil.which("mvn") is not None


def fetch_jars(libs: Path) -> None:
    """Bring the broker's jars into ``libs`` with Maven, unless they are there; ``pom.xml`` lies beside ``libs``."""
    if libs.exists():
        return
    # Fetched beside their place and then moved, so that an interrupted fetch never leaves half of them.
    draft = libs.with_name(f"{libs.name}.draft-{os.getpid()}")
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={draft}")
    command = (_program("mvn"), "-q", "-B", "-f", libs.with_name("pom.xml"), *goal)
    try:
        server_process.run(command, environment=os.environ, timeout_seconds=_MAVEN_SECONDS)
        draft.rename(libs)
    except OSError:
        if not libs.exists():  # or else another run was faster
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class KafkaBroker:
    """One broker with its data in ``folder``. It dies with this process; ports stay the same over a restart.

    A ``guarded`` one asks who comes, and lets nobody do what nobody has been given the right to.
    """

    def __init__(self, folder: Path, *, libs: Path, port: int | None = None, guarded: bool = False) -> None:
        self._folder = folder.resolve()
        self._properties = self._folder / "node.properties"
        self._log = self._folder / "broker.log"
        self._libs = libs.resolve()
        self._client = port or _free_port()
        self._controller = _free_port()
        self._admin = _free_port() if guarded else self._client
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self._client}"

    @property
    def admin_bootstrap(self) -> str:
        """The address for the administrator, who may do everything."""
        return f"127.0.0.1:{self._admin}"

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    def start(self) -> None:
        """Start, and return when a topic can be created.

        Raises KafkaBrokerError after a minute, and ProgramFailedError where Maven or Kafka's own tools fail.
        """
        assert self._process is None, "the broker is running already"
        fetch_jars(self._libs)
        self._folder.mkdir(parents=True, exist_ok=True)
        logs = self._folder / "logs"
        guarded = self._admin != self._client
        door = f",CLIENTS://127.0.0.1:{self._client}" if guarded else ""
        said = _PROPERTIES.format(admin=self._admin, controller=self._controller, door=door, logs=logs)
        self._properties.write_text(said + _GUARDED if guarded else said)
        if not (logs / "meta.properties").exists():
            shutil.rmtree(logs, ignore_errors=True)
            cluster = self._tool("random-uuid").strip().splitlines()[-1]
            self._tool("format", "-t", cluster, "-c", str(self._properties))
        self._process = server_process.start(
            [_program("java"), *_HEAP, *_CODE, *self._java(), "kafka.Kafka", self._properties],
            log=self._log,
            environment=os.environ,
            death_signal=signal.SIGKILL,
        )
        atexit.register(self.stop)
        self._wait_until_ready()

    def stop(self) -> None:
        """Ask the broker to stop and wait for it; does nothing when it is not running."""
        self._end((signal.SIGTERM, _STOP_SECONDS))

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._end()

    def restart(self) -> None:
        """Stop and start again, with the same data at the same address."""
        self.stop()
        self.start()

    def wait(self) -> None:
        """Wait until the broker ends."""
        if self._process is not None:
            self._process.wait()

    def _end(self, *signals: tuple[signal.Signals, float]) -> None:
        process, self._process = self._process, None
        if process is not None:
            server_process.stop(process, *signals)
            atexit.unregister(self.stop)

    def _java(self) -> tuple[str, ...]:
        configuration = self._libs.with_name("log4j2.properties")
        return f"-Dlog4j2.configurationFile={configuration}", "-cp", f"{self._libs}/*"

    def _tool(self, *arguments: str) -> str:
        command = (_program("java"), "-Xmx128m", *self._java(), "kafka.tools.StorageTool", *arguments)
        return server_process.run(command, environment=os.environ, timeout_seconds=_READY_SECONDS)

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _READY_SECONDS
        # A loop of its own in a thread of its own: whoever starts a broker may be inside a running loop.
        with ThreadPoolExecutor(1) as pool:
            while not pool.submit(asyncio.run, _can_create_topic(self.admin_bootstrap)).result():
                if time.monotonic() > deadline or self._process.poll() is not None:
                    self.kill()
                    log = self._log.read_text(errors="replace")
                    raise KafkaBrokerError(f"Kafka on {self.bootstrap} is not ready: {log[-2000:]}")
                time.sleep(0.1)


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


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise KafkaBrokerError(f"{name} is not installed; a real Kafka needs Java 17 and Maven")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
