"""One service in a process of its own, as containers run it: everything from the environment."""

from collections.abc import Mapping

from kernel.http import Address, configure_logging, serve
from kernel.messaging.event_log import EventLog
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.running.hosting import Host
from kernel.security import Authenticator, PublicKeys
from kernel.writing.database import open_pool
from onestop.services import SERVICES, TOPICS


class SettingError(ValueError):
    """A setting is missing or has no meaning; says which and what would be right."""


async def serve_from(name: str, environ: Mapping[str, str]) -> None:
    """Serve one service until SIGTERM; raises SettingError."""
    service = SERVICES.get(name)
    if service is None:
        raise SettingError(f"there is no service {name!r}; there are {', '.join(SERVICES)}")
    configure_logging()
    url = _setting(environ, "ONESTOP_DATABASE_URL")
    authenticator = Authenticator(
        PublicKeys.of(_setting(environ, "ONESTOP_JWKS")),
        issuer=_setting(environ, "ONESTOP_TOKEN_ISSUER"),
        audience=_setting(environ, "ONESTOP_TOKEN_AUDIENCE"),
    )
    host = Host(url, await _event_log(environ, url), authenticator, database_user=environ.get("ONESTOP_DATABASE_USER"))
    address = Address(
        host=environ.get("ONESTOP_HOST", "0.0.0.0"),  # noqa: S104 - a container is reached from outside
        port=int(environ.get("ONESTOP_PORT", service.port)),
    )
    await serve([(service.build(host, environ), address)])


async def _event_log(environ: Mapping[str, str], url: str) -> EventLog:
    transport = environ.get("ONESTOP_TRANSPORT", "kafka")
    if transport == "kafka":
        replication = int(environ.get("ONESTOP_KAFKA_REPLICATION", "1"))
        kafka = KafkaEventLog(_setting(environ, "ONESTOP_KAFKA_BOOTSTRAP"), replication_factor=replication)
        await kafka.create_topics(TOPICS)
        return kafka
    if transport == "embedded":
        return EmbeddedEventLog(await open_pool(url, schema="bus", user=environ.get("ONESTOP_DATABASE_USER"), size=8))
    raise SettingError(f"ONESTOP_TRANSPORT={transport!r} is neither kafka nor embedded")


def _setting(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name)
    if not value:
        raise SettingError(f"the setting {name} is missing; see docker-compose.yml for all of them")
    return value
