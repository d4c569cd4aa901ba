"""Brings a database up to date: every service's tables, and what the desk may do with them."""

from onestop.desk.role import give_role
from onestop.services import SCHEMAS, SERVICES


async def migrate(admin_url: str) -> None:
    """Create roles and schemas and bring every service's tables up to date."""
    from kernel.running import migrations  # noqa: PLC0415 - Alembic is slow to import and only this needs it

    await migrations.prepare(admin_url, SCHEMAS)
    for service in SERVICES.values():
        await migrations.upgrade(admin_url, service.schema, service.schema)
    await give_role(admin_url, SCHEMAS)
