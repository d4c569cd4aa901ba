"""The command ``onestop kafka-rights``: users and rights at the broker, and the topics as they must be."""

import asyncio
import os
from typing import Annotated, Final

import typer
from rich.console import Console

from onestop.options import TopicPrefix

console: Final = Console()


def kafka_rights(
    kafka_bootstrap: Annotated[
        str,
        typer.Option(
            envvar="ONESTOP_KAFKA_ADMIN_BOOTSTRAP", help="The broker's door for its administrator, not the services'."
        ),
    ],
    topic_prefix: TopicPrefix = "",
) -> None:
    """Create the topics; each service writes its own, and reads all but the others' logs. NAME_KAFKA_PASSWORD each.

    It may be run again, and then sets the passwords anew. Topics get three copies where there are three brokers.
    """
    from confluent_kafka import KafkaException  # noqa: PLC0415 - only this needs it

    from kernel.messaging.event_log.kafka import KafkaEventLog  # noqa: PLC0415
    from kernel.messaging.event_log.kafka_rights import give_rights  # noqa: PLC0415
    from kernel.messaging.event_log.port import log_topic_of  # noqa: PLC0415
    from onestop.services import ALL_TOPICS, SERVICES, TOPICS  # noqa: PLC0415 - it takes every service

    passwords = {name: os.environ.get(_setting(name), "") for name in SERVICES}
    missing = [_setting(name) for name, password in passwords.items() if not password]
    if missing:
        raise typer.BadParameter(f"{', '.join(missing)} must be in the environment", param_hint="passwords")
    log = KafkaEventLog(kafka_bootstrap, prefix=topic_prefix, replication_factor=None)
    asyncio.run(log.create_topics(ALL_TOPICS))
    topics = {name: [service.parts.topic, log_topic_of(service.parts.topic)] for name, service in SERVICES.items()}
    try:
        give_rights(kafka_bootstrap, passwords, topics, topic_prefix)
    except KafkaException as error:
        console.print(f"[red]not all rights were given[/red]: {error}; run it again when that is mended")
        raise typer.Exit(1) from error
    for name, own in topics.items():
        console.print(f"{name} writes {', '.join(own)}, and reads all {len(TOPICS)} public topics")


def _setting(service: str) -> str:
    return f"{service.upper().replace('-', '_')}_KAFKA_PASSWORD"
