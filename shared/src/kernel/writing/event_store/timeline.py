"""The timeline of a service's database: one unbroken history. A restore breaks it; an adoption begins a new one.

Every published event carries its name, so that a reader sees at once that a publisher's database was restored.
"""

from typing import Any, Final

import msgspec

from kernel.writing.database import Connection, Pool, SingleConnection

# What is restored from a dump stands in another database, here or on another server: its oid or identifier differs.
_HERE: Final = """
(SELECT system_identifier FROM pg_control_system())::text || '/' ||
(SELECT oid FROM pg_database WHERE datname = current_database())::text
"""
_BEGIN_SQL: Final = f"""
INSERT INTO timeline (one, name, cluster) VALUES (1, gen_random_uuid()::text, {_HERE}) ON CONFLICT DO NOTHING
"""
_READ_SQL: Final = f"SELECT name, cluster, {_HERE} AS here FROM timeline"
_ANOTHER_SQL: Final = f"""
INSERT INTO timeline (one, name, cluster) VALUES (1, gen_random_uuid()::text, {_HERE})
ON CONFLICT (one) DO UPDATE SET name = excluded.name, cluster = excluded.cluster, begun_at = clock_timestamp()
"""

#: For databases of before; those made today have the table from the start.
TIMELINE_SQL: Final = """
CREATE TABLE IF NOT EXISTS timeline (
  one smallint PRIMARY KEY,
  name text NOT NULL,
  cluster text NOT NULL,
  begun_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


class Timeline(msgspec.Struct, frozen=True):
    """A timeline's name, the server and database in which it was begun, and those in which it stands now."""

    name: str
    cluster: str
    here: str

    @property
    def adopted(self) -> bool:
        """Whether the data stand where the timeline was begun: if not they were restored, and nobody adopted them."""
        return self.cluster == self.here


async def known_timeline(source: Pool | SingleConnection | Connection) -> Timeline | None:
    """The timeline, if one was ever begun."""
    row = await source.fetchrow(_READ_SQL)
    return None if row is None else _timeline(row)


async def know_timeline(source: Pool | SingleConnection | Connection) -> Timeline:
    """The timeline of the service whose schema ``source`` sees; it begins where there is none."""
    await source.execute(_BEGIN_SQL)
    return _timeline(await source.fetchrow(_READ_SQL))


async def begin_timeline(source: Pool | SingleConnection | Connection) -> Timeline:
    """Begin another timeline: what is appended from now on belongs to a history of its own."""
    await source.execute(_ANOTHER_SQL)
    return _timeline(await source.fetchrow(_READ_SQL))


def _timeline(row: Any) -> Timeline:
    return Timeline(**dict(row))
