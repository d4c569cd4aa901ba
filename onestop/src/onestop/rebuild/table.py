"""A copy of a read table in a schema of its own: with every constraint, index and right under its own name."""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection

_CONSTRAINTS_SQL: Final = """
SELECT conname AS name, pg_get_constraintdef(oid) AS said FROM pg_constraint
WHERE conrelid = to_regclass($1) AND contype IN ('p', 'u', 'x') ORDER BY contype, conname
"""
_INDEXES_SQL: Final = """
SELECT pg_get_indexdef(i.indexrelid) AS said FROM pg_index i
WHERE i.indrelid = to_regclass($1) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY i.indexrelid
"""
_TRIGGERS_SQL: Final = """
SELECT pg_get_triggerdef(oid) AS said FROM pg_trigger
WHERE tgrelid = to_regclass($1) AND NOT tgisinternal ORDER BY tgname
"""
_RIGHTS_SQL: Final = """
SELECT quote_ident(r.rolname) AS who, string_agg(a.privilege_type, ', ') AS what
FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
WHERE c.oid = to_regclass($1) GROUP BY r.rolname ORDER BY 1
"""
_VIEWS_SQL: Final = """
SELECT DISTINCT v.oid::regclass::text AS name, pg_get_viewdef(v.oid) AS said
FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
JOIN pg_class v ON v.oid = w.ev_class AND v.relkind = 'v'
WHERE d.refobjid = to_regclass($1) ORDER BY 1
"""
_FORM_SQL: Final = """
SELECT array_agg(said ORDER BY said) FROM (
  SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull) AS said FROM pg_attribute
  WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
  WHERE x.indrelid = to_regclass($1)
  UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass($1)
) AS form
"""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a live table and must stand on the one that takes its place; statements, without their table."""

    triggers: tuple[str, ...]
    rights: tuple[tuple[str, str], ...]
    #: By name what it asks, and who may do what with it.
    views: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]


def _named(schema: str, table: str) -> str:
    return f'"{schema}"."{table}"'


async def make_copy(connection: SingleConnection, live: str, beside: str, table: str) -> None:
    """Make an empty copy of a table in the schema ``beside``. The session sees the schema ``live``."""
    old, new = _named(live, table), _named(beside, table)
    including = "INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY INCLUDING CONSTRAINTS INCLUDING STORAGE"
    await connection.execute(f"CREATE TABLE {new} (LIKE {old} {including})")
    for row in await connection.fetch(_CONSTRAINTS_SQL, old):
        await connection.execute(f'ALTER TABLE {new} ADD CONSTRAINT "{row["name"]}" {row["said"]}')
    for row in await connection.fetch(_INDEXES_SQL, old):
        await connection.execute(_on(row["said"], live, beside, table))


async def standing_on(connection: SingleConnection, live: str, table: str) -> Standing:
    """What else stands on a live table; the session sees its schema, so that views name their tables without it."""
    old = _named(live, table)
    views = [
        (row["name"], row["said"], await _rights(connection, row["name"]))
        for row in await connection.fetch(_VIEWS_SQL, old)
    ]
    return Standing(
        triggers=tuple(row["said"] for row in await connection.fetch(_TRIGGERS_SQL, old)),
        rights=await _rights(connection, old),
        views=tuple(views),
    )


async def _rights(connection: SingleConnection, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((row["who"], row["what"]) for row in await connection.fetch(_RIGHTS_SQL, name))


async def same_form(connection: SingleConnection, live: str, beside: str, table: str) -> bool:
    """Whether a live table still has the columns, constraints and indexes that its copy was made with."""
    forms = [await connection.fetchval(_FORM_SQL, _named(schema, table)) for schema in (live, beside)]
    return bool(forms[0] == forms[1])


async def exchange(connection: SingleConnection, live: str, beside: str, tables: Sequence[str]) -> None:
    """Put the copies in the place of the live tables, which are dropped; in a transaction that holds both."""
    found = [await standing_on(connection, live, table) for table in tables]
    views = {name: (said, rights) for standing in found for name, said, rights in standing.views}
    for name in views:
        await connection.execute(f"DROP VIEW {name}")
    for table, standing in zip(tables, found, strict=True):
        await connection.execute(f"DROP TABLE {_named(live, table)}")
        await connection.execute(f'ALTER TABLE {_named(beside, table)} SET SCHEMA "{live}"')
        for trigger in standing.triggers:
            await connection.execute(trigger)
        for who, what in standing.rights:
            await connection.execute(f"GRANT {what} ON {_named(live, table)} TO {who}")
    for name, (said, rights) in views.items():
        await connection.execute(f"CREATE VIEW {name} AS {said}")
        for who, what in rights:
            await connection.execute(f"GRANT {what} ON {name} TO {who}")


def _on(said: str, live: str, beside: str, table: str) -> str:
    """An index's definition on the copy: PostgreSQL says the table with its schema, quoted only where it must be."""
    for form in (f" ON {live}.{table} ", f' ON {live}."{table}" ', f" ON ONLY {live}.{table} "):
        if form in said:
            return said.replace(form, f" ON {_named(beside, table)} ", 1)
    raise AssertionError(f"the definition names its table: {said}")
