"""The platform in one process: every service on an embedded PostgreSQL, over real HTTP, with its own issuer."""

import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import httpx
from fastapi import FastAPI

from kernel.http import Address, serving
from kernel.http.plain import TRUSTS_NOBODY
from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.publisher_keys import keys_in_folder
from kernel.running.clock import Clock, system_clock
from kernel.running.hosting import Host
from kernel.security import Issuer, KeyRing, Role
from kernel.security.key_ring import KEYS_FILE, PAYEE_KEYS_FILE, SCAN_KEYS_FILE
from kernel.writing.database import Database, administering, close_pool, open_pool
from onestop.desk.app import build
from onestop.desk.desk import NAME as DESK
from onestop.desk.desk import Desk, as_role
from onestop.migrating import migrate
from onestop.reconcile.topics import Where
from onestop.services import ALL_TOPICS, SERVICES, TOPICS
from operations.config import IDENTITY_SETTING

TOKEN_SECONDS = 12 * 3600


class Platform:
    """Running services, and tokens and clients to speak to them."""

    def __init__(
        self, admin_url: str, urls: Mapping[str, str], issuer: Issuer, stack: AsyncExitStack, *, desk: str = ""
    ) -> None:
        self.admin_url = admin_url
        self.urls = urls
        self.desk = desk
        self.issuer = issuer
        self._stack = stack
        self._clients: dict[tuple[str, Role, str | None, str | None], httpx.AsyncClient] = {}

    def token(self, role: Role, organisation: str | None = None, subject: str | None = None) -> str:
        """A bearer token of the platform's own issuer; ``subject`` is the user, one for each caller if not given."""
        user = subject or (f"{role}-{organisation}" if organisation else str(role))
        return self.issuer.issue(role, user, organisation, TOKEN_SECONDS, time.time())

    def client(
        self, service: str, role: Role, organisation: str | None = None, subject: str | None = None
    ) -> httpx.AsyncClient:
        """A client of one service, or of the desk, as one caller; kept, so that its connections are used again."""
        key = (service, role, organisation, subject)
        if key not in self._clients:
            client = httpx.AsyncClient(
                verify=TRUSTS_NOBODY,
                base_url=self.desk if service == DESK else self.urls[service],
                headers={"Authorization": f"Bearer {self.token(role, organisation, subject)}"},
                timeout=30,
            )
            self._stack.push_async_callback(client.aclose)
            self._clients[key] = client
        return self._clients[key]


async def recreate_database(admin_url: str, name: str) -> None:
    """Drop and create a database: a demonstration begins with an empty one."""
    async with administering(admin_url) as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name}")


def embedded_settings(folder: Path, policies: Path) -> dict[str, str]:
    """The settings that services read, for the embedded run; makes the keys that seal where there are none."""
    keys = folder / "keys"
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in (KEYS_FILE, SCAN_KEYS_FILE, PAYEE_KEYS_FILE):
        KeyRing.in_folder(keys, file)
    return {
        "ONESTOP_IDENTITY_KEYS": str(keys / KEYS_FILE),
        "ONESTOP_SCAN_KEYS": str(keys / SCAN_KEYS_FILE),
        "ONESTOP_PAYEE_KEYS": str(keys / PAYEE_KEYS_FILE),
        # The systems of the made-up city's departments upload by themselves (004 五(一)1).
        "ONESTOP_IDENTITY_MACHINE_FEEDS": "civil-affairs,poverty-alleviation,disabled-persons,county-government",
        "ONESTOP_POLICIES": str(policies),
        "ONESTOP_TELL_STAYS": os.environ.get("ONESTOP_TELL_STAYS", "yes"),
        "ONESTOP_TELL_CASES": os.environ.get("ONESTOP_TELL_CASES", "yes"),
        "ONESTOP_TELL_DOCTORS": os.environ.get("ONESTOP_TELL_DOCTORS", "yes"),
        "ONESTOP_TELL_BIRTH_YEARS": os.environ.get("ONESTOP_TELL_BIRTH_YEARS", "yes"),
        "ONESTOP_TELL_PUSHES": os.environ.get("ONESTOP_TELL_PUSHES", "yes"),
        "ONESTOP_TELL_MONEY": os.environ.get("ONESTOP_TELL_MONEY", "yes"),
    }


@asynccontextmanager
async def running_platform(
    admin_url: str,
    folder: Path,
    policies: Path,
    *,
    kafka_bootstrap: str | None = None,
    topic_prefix: str = "",
    instance: str | None = None,
    ports: Mapping[str, int] | None = None,
    clock: Clock = system_clock,
    settings: Mapping[str, str] = MappingProxyType({}),
    through: str | None = None,
    keeps_logs: bool = False,
) -> AsyncIterator[Platform]:
    """Migrate the database and run every service and the desk in this process, on Kafka where a broker is named.

    ``settings`` are added to those that the embedded run makes for itself. ``through`` is a transaction pooler before
    the database, ``instance`` this process's own name. With ``keeps_logs`` logs are kept on topics, too.
    """
    await migrate(admin_url)
    environ = embedded_settings(folder, policies) | dict(settings)
    issuer = Issuer.in_folder(folder / "keys")
    async with AsyncExitStack() as stack:
        log = await _event_log(admin_url, kafka_bootstrap, topic_prefix, instance=instance, stack=stack)
        keys, addresses = keys_in_folder(folder / "keys", TOPICS), dict[str, str]()
        for name, service in SERVICES.items():
            host = Host(
                database=Database(url=through or admin_url, user=service.schema, session_url=through and admin_url),
                log=log,
                authenticator=issuer.authenticator(),
                clock=clock,
                keys=keys[service.parts.topic],
                keeps_log=keeps_logs,
            )
            addresses[name] = await _serve(stack, name, service.build(host, environ), ports)
            if name == "identity":
                environ[IDENTITY_SETTING] = addresses[name]  # operations, which comes last, asks it
        at_desk = _desk(admin_url, issuer, clock, Where(kafka_bootstrap or "", topic_prefix, folder))
        yield Platform(admin_url, addresses, issuer, stack, desk=await _serve(stack, DESK, at_desk, ports))


async def _serve(stack: AsyncExitStack, name: str, app: FastAPI, ports: Mapping[str, int] | None) -> str:
    at = Address(port=(ports or {}).get(name, 0))
    address, *_ = (await stack.enter_async_context(serving([(app, at)]))).addresses
    return address


def _desk(admin_url: str, issuer: Issuer, clock: Clock, broker: Where) -> FastAPI:
    desk = Desk(
        database=as_role(admin_url, DESK),
        authenticator=issuer.authenticator(),
        clock=clock,
        mending=admin_url,
        alertmanager=os.environ.get("ONESTOP_ALERTMANAGER_URL"),
        broker=broker,
    )
    return build(desk)


async def _event_log(
    admin_url: str, kafka_bootstrap: str | None, prefix: str, *, instance: str | None, stack: AsyncExitStack
) -> EventLog:
    if kafka_bootstrap is None:
        bus = await open_pool(admin_url, schema="bus", size=5)
        stack.push_async_callback(close_pool, bus)
        return EmbeddedEventLog(bus)
    return KafkaEventLog(kafka_bootstrap, prefix=prefix, topics=ALL_TOPICS, instance=instance)
