"""The services, by name: the only place that knows them all."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
from fastapi import FastAPI
from sqlalchemy import Table

import fund_ledger.config
import fund_ledger.main
import fund_ledger.rows
import identity.config
import identity.main
import identity.rows
import referral.config
import referral.main
import referral.rows
import settlement.config
import settlement.main
import settlement.rows
from kernel.running.hosting import Host
from kernel.running.runtime import ServiceParts


class Service(msgspec.Struct, frozen=True):
    """One service: what it is made of, its usual port, and how it is built from settings."""

    parts: ServiceParts
    tables: Sequence[Table]
    port: int
    build: Callable[[Host, Mapping[str, str]], FastAPI]

    @property
    def schema(self) -> str:
        """Schema, role and package share one name."""
        return self.parts.schema


SERVICES: Final[Mapping[str, Service]] = {
    "identity": Service(
        identity.main.PARTS,
        identity.rows.READ_MODEL.tables,
        8001,
        lambda host, environ: identity.main.build(host, identity.config.config_from(environ)),
    ),
    "referral": Service(
        referral.main.PARTS,
        referral.rows.READ_MODEL.tables,
        8002,
        lambda host, environ: referral.main.build(host, referral.config.config_from(environ)),
    ),
    "settlement": Service(
        settlement.main.PARTS,
        settlement.rows.READ_MODEL.tables,
        8003,
        lambda host, environ: settlement.main.build(host, settlement.config.config_from(environ)),
    ),
    "fund-ledger": Service(
        fund_ledger.main.PARTS,
        fund_ledger.rows.READ_MODEL.tables,
        8004,
        lambda host, environ: fund_ledger.main.build(host, fund_ledger.config.config_from(environ)),
    ),
}
SCHEMAS: Final = tuple(service.schema for service in SERVICES.values())
TOPICS: Final = tuple(service.parts.topic for service in SERVICES.values())


async def migrate(admin_url: str) -> None:
    """Create roles and schemas and bring every service's tables up to date."""
    from kernel.running import migrations  # noqa: PLC0415 - Alembic is slow to import and only this needs it

    await migrations.prepare(admin_url, SCHEMAS)
    for service in SERVICES.values():
        await migrations.upgrade(admin_url, service.schema, service.schema)
