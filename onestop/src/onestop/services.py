"""The services, by name: the only place that knows them all."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from kernel.running.service import Service

#: The packages, in the order in which their services start; the ``main`` of each has its ``SERVICE``.
PACKAGES: Final = ("identity", "referral", "settlement", "fund_ledger")


def _service(package: str) -> Service:
    service: Service = import_module(f"{package}.main").SERVICE
    return service


SERVICES: Final[Mapping[str, Service]] = {service.parts.name: service for service in map(_service, PACKAGES)}
SCHEMAS: Final = tuple(service.schema for service in SERVICES.values())
TOPICS: Final = tuple(service.parts.topic for service in SERVICES.values())


async def migrate(admin_url: str) -> None:
    """Create roles and schemas and bring every service's tables up to date."""
    from kernel.running import migrations  # noqa: PLC0415 - Alembic is slow to import and only this needs it

    await migrations.prepare(admin_url, SCHEMAS)
    for service in SERVICES.values():
        await migrations.upgrade(admin_url, service.schema, service.schema)
