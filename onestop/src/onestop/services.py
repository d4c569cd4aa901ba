"""The services, by name, all of them at once."""

from collections.abc import Mapping
from typing import Final

from kernel.messaging.event_log.port import log_topic_of
from kernel.running.service import Service
from onestop.packages import PACKAGES, service_of

SERVICES: Final[Mapping[str, Service]] = {service.parts.name: service for service in map(service_of, PACKAGES)}
SCHEMAS: Final = tuple(service.schema for service in SERVICES.values())
TOPICS: Final = tuple(service.parts.topic for service in SERVICES.values())
#: The public ones and the logs.
ALL_TOPICS: Final = (*TOPICS, *map(log_topic_of, TOPICS))
