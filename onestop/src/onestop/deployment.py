"""One service, or the desk, in a process of its own, as containers run it: everything from the environment."""

from collections.abc import Mapping
from typing import Final

import structlog
from fastapi import FastAPI

from kernel.http import Address, configure_logging, serve
from kernel.http.languages import CHINESE, ENGLISH
from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.kafka_login import KafkaLogin, KafkaLoginError
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.publisher_keys import PublisherKeys
from kernel.running.hosting import Host
from kernel.security import Authenticator, PublicKeys
from kernel.security.signing_keys import SigningKeyError
from kernel.values.division_table import know_zones
from kernel.writing.database import SESSIONS_MAX, Database
from onestop.packages import NAMES, PACKAGES, service_of, topics

#: After SIGTERM a service goes on serving for so long, until whoever sends it requests has seen that it is not ready.
LINGER_SECONDS: Final = 3.0
_log = structlog.get_logger(__name__)


class SettingError(ValueError):
    """A setting is missing or has no meaning; says which and what would be right."""


async def serve_from(name: str, environ: Mapping[str, str]) -> None:
    """Serve one service until SIGTERM; raises SettingError."""
    if name not in NAMES:
        raise SettingError(f"there is no service {name!r}; there are {', '.join(NAMES)}")
    configure_logging()
    know_zones(environ.get("ONESTOP_ZONES", ""))
    _trace(name, environ)
    service, database = service_of(PACKAGES[NAMES.index(name)]), _database(environ)
    keys = _keys(environ, service.parts.topic)
    _warn_of_missing_keys(name, environ)
    host = Host(
        database=database,
        log=await _event_log(environ, database, service.parts.topic),
        authenticator=_authenticator(environ),
        keys=keys,
        language=_language(environ),
        keeps_log=_keeps_log(environ),
    )
    await _serve_one(service.build(host, environ), environ, service.port)


async def serve_desk(environ: Mapping[str, str]) -> None:
    """Serve operations' desk until SIGTERM; raises SettingError."""
    from onestop.desk.app import build  # noqa: PLC0415 - imports every service
    from onestop.desk.desk import NAME, PORT, Desk  # noqa: PLC0415
    from onestop.options import HOME  # noqa: PLC0415
    from onestop.reconcile.topics import Where  # noqa: PLC0415

    configure_logging()
    know_zones(environ.get("ONESTOP_ZONES", ""))
    _trace(NAME, environ)
    desk = Desk(
        database=_setting(environ, "ONESTOP_DATABASE_URL"),
        authenticator=_authenticator(environ),
        language=_language(environ),
        mending=environ.get("ONESTOP_ADMIN_DATABASE_URL") or None,
        alertmanager=environ.get("ONESTOP_ALERTMANAGER_URL") or None,
        processes=int(environ.get("ONESTOP_WHAT_IF_PROCESSES", "1")),
        broker=Where(environ.get("ONESTOP_KAFKA_BOOTSTRAP", ""), "", HOME),
    )
    await _serve_one(build(desk), environ, PORT)


async def _serve_one(app: FastAPI, environ: Mapping[str, str], usual_port: int) -> None:
    address = Address(
        host=environ.get("ONESTOP_HOST", "0.0.0.0"),  # noqa: S104 - a container is reached from outside
        port=int(environ.get("ONESTOP_PORT", usual_port)),
    )
    await serve([(app, address)], linger_seconds=float(environ.get("ONESTOP_LINGER_SECONDS", LINGER_SECONDS)))


def _authenticator(environ: Mapping[str, str]) -> Authenticator:
    return Authenticator(
        PublicKeys.of(_setting(environ, "ONESTOP_JWKS")),
        issuer=_setting(environ, "ONESTOP_TOKEN_ISSUER"),
        audience=_setting(environ, "ONESTOP_TOKEN_AUDIENCE"),
        person_claim=environ.get("ONESTOP_TOKEN_PERSON_CLAIM", "sub"),
    )


def _trace(name: str, environ: Mapping[str, str]) -> None:
    if not environ.get("ONESTOP_TRACES_ENDPOINT"):
        return
    from kernel.running.traces import traces_from  # noqa: PLC0415 - OpenTelemetry is heavy, and most do without

    try:
        traces = traces_from(environ, name)
    except ValueError as error:
        raise SettingError(str(error)) from error
    if traces is not None:
        _log.info("traces are sent", service=name)


def _database(environ: Mapping[str, str]) -> Database:
    return Database(
        url=_setting(environ, "ONESTOP_DATABASE_URL"),
        user=environ.get("ONESTOP_DATABASE_USER"),
        session_url=environ.get("ONESTOP_SESSION_DATABASE_URL"),
        sessions_max=int(environ.get("ONESTOP_DATABASE_SESSIONS", SESSIONS_MAX)),
    )


def _keys(environ: Mapping[str, str], topic: str) -> PublisherKeys:
    try:
        keys = PublisherKeys.of_texts(environ.get("ONESTOP_SIGNING_KEY"), environ.get("ONESTOP_PUBLISHER_KEYS"))
    except SigningKeyError as error:
        raise SettingError(f"ONESTOP_SIGNING_KEY or ONESTOP_PUBLISHER_KEYS: {error}") from error
    if keys.own is not None and keys.own.public.id.hex() not in (keys.of(topic) or {}):
        raise SettingError(f"ONESTOP_PUBLISHER_KEYS does not name {keys.own.public.text} for the topic {topic}")
    return keys


def _warn_of_missing_keys(service: str, environ: Mapping[str, str]) -> None:
    """Say what goes without proof: nobody would see it otherwise before somebody has used it."""
    said = {
        "ONESTOP_SIGNING_KEY": "messages are published without signature",
        "ONESTOP_PUBLISHER_KEYS": "messages are believed from whoever writes them on a topic",
    }
    for setting, consequence in said.items():
        if not environ.get(setting):
            _log.warning("a key is missing", service=service, setting=setting, consequence=consequence)


async def _event_log(environ: Mapping[str, str], database: Database, topic: str) -> EventLog:
    transport = _transport(environ)
    if transport == "kafka":
        try:
            login = KafkaLogin.of(environ)
        except KafkaLoginError as error:
            raise SettingError(str(error)) from error
        replication = int(environ.get("ONESTOP_KAFKA_REPLICATION", "1"))
        return KafkaEventLog(
            _setting(environ, "ONESTOP_KAFKA_BOOTSTRAP"),
            replication_factor=replication,
            topics=[*topics(), *([log_topic_of(topic)] if _keeps_log(environ) else [])],
            instance=environ.get("ONESTOP_INSTANCE") or None,
            login=login,
        )
    if transport == "embedded":
        return EmbeddedEventLog(await database.pool("bus", 2), lambda: database.session("bus"))
    raise SettingError(f"ONESTOP_TRANSPORT={transport!r} is neither kafka nor embedded")


def _transport(environ: Mapping[str, str]) -> str:
    return environ.get("ONESTOP_TRANSPORT", "kafka")


def _keeps_log(environ: Mapping[str, str]) -> bool:
    """Whether the log goes whole to a topic, too: where somebody says so (docs/decisions/0057)."""
    said = environ.get("ONESTOP_LOG_TOPIC") or "no"
    if said not in ("yes", "no"):
        raise SettingError(f"ONESTOP_LOG_TOPIC is {said!r}; it must be yes or no")
    return said == "yes"


def _setting(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name)
    if not value:
        raise SettingError(f"the setting {name} is missing; see docker-compose.yml for all of them")
    return value


def _language(environ: Mapping[str, str]) -> str:
    language = environ.get("ONESTOP_LANGUAGE", ENGLISH)
    if language not in (ENGLISH, CHINESE):
        raise SettingError(f"ONESTOP_LANGUAGE is {language!r}; it must be {ENGLISH} or {CHINESE}")
    return language
