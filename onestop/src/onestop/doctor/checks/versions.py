"""Whether server, tables and program belong together."""

import importlib.resources
from collections.abc import Sequence
from typing import Final

from alembic.config import Config
from alembic.script import ScriptDirectory

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, warning

_POSTGRESQL: Final = 18


async def look(examined: Examined) -> Sequence[Finding]:
    """A server of another version, and tables that are older or newer than this program."""
    found = []
    async with examined.session() as connection:
        version = await connection.fetchval("SELECT current_setting('server_version_num')::int / 10000")
        if version != _POSTGRESQL:
            do = f"run PostgreSQL {_POSTGRESQL}, which everything here was tested with"
            found.append(warning(f"the database is PostgreSQL {version}", do))
        for name, service in examined.services.items():
            place = f'"{service.schema}".alembic_version'
            there = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", place)
            stands = await connection.fetchval(f"SELECT version_num FROM {place}") if there else None
            found += _of_schema(name, service.schema, stands)
    return found


def _of_schema(name: str, package: str, stands: str | None) -> Sequence[Finding]:
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files(package) / "migrations"))
    known = [revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()]
    newest = known[0]
    if stands == newest:
        return ()
    if stands is None:
        return [fault(f"{name} has no tables in this database", "run `onestop migrate`, or name the right database")]
    if stands in known:
        says = f"the tables of {name} are of revision {stands}; this program is written for {newest}"
        return [fault(says, "run `onestop migrate`")]
    says = f"the tables of {name} are of revision {stands}, which this program does not know: a newer one was here"
    return [warning(says, "finish the upgrade: start the newer program everywhere")]


CHECK: Final = Check("versions", "server, tables and program belong together", look)
