"""Sources: what is stored beside the events and does not follow from them, counted and digested for checkpoints."""

from datetime import datetime
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection

# Whoever writes a row now stamps it with the clock, which stands after the beginning of the transaction. So rows from
# before the oldest transaction that still runs are all there, and no more of them can come.
_SETTLED_SQL: Final = """
SELECT LEAST(clock_timestamp(), (SELECT min(xact_start) FROM pg_stat_activity
                                 WHERE datname = current_database() AND pid <> pg_backend_pid())) AS settled
"""
_DIGEST_SQL: Final = """
WITH hashed AS (
  SELECT {part} AS part, sha256(convert_to(json_build_array({columns})::text, 'UTF8')) AS hash
  FROM {table} WHERE created_at IS NULL OR created_at < $1
), digested AS (
  SELECT part, count(*) AS rows, sha256(string_agg(hash, ''::bytea ORDER BY hash)) AS digest FROM hashed GROUP BY part
), gone AS (
  SELECT {part} AS part, count(*) AS gone FROM ({gone}) AS forgotten GROUP BY part
)
SELECT part, COALESCE(rows, 0) AS rows, COALESCE(gone, 0) AS gone, COALESCE(digest, sha256('')) AS digest
FROM digested FULL JOIN gone USING (part) ORDER BY part
"""
#: The parts that rows are spread over by a hash, where no day tells them apart.
PARTS: Final = 64


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A table that is a source of its own; it has ``created_at``, which rows from before there was one lack.

    ``columns`` are SQL expressions of all that is protected; none may be a floating number. ``part`` divides the rows
    by the day, or by a hash, so that a lawful removal leaves the digests of other parts comparable. ``gone`` asks for
    the rows that were removed lawfully, with the columns that ``part`` needs. ``days_kept`` says that whole days go
    after that time; None, that rows stay.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    part: str
    gone: str = ""
    days_kept: int | None = None


class SourceDigest(msgspec.Struct, frozen=True):
    """What one part of a source held: how many rows, how many had gone lawfully by then, and the digest of the rows."""

    source: str
    part: str
    rows: int
    gone: int
    digest: bytes


def spread(column: str) -> str:
    """The part of a row by a hash of one of its columns."""
    return f"(get_byte(sha256(convert_to({column}, 'UTF8')), 0) % {PARTS})::text"


#: The first answer to each command that had an Idempotency-Key: what a repetition is answered with.
ANSWERS: Final = Source(
    name="answers",
    table="idempotency",
    columns=("scope", "key", "encode(request_hash, 'hex')", "status", "response", "extract(epoch FROM created_at)"),
    part="to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    days_kept=90,
)


async def settled_at(connection: SingleConnection) -> datetime:
    """The moment before which no row can appear any more. Ask it before the snapshot begins whose rows are counted."""
    moment: datetime = await connection.fetchval(_SETTLED_SQL)
    return moment


async def digests(connection: SingleConnection, source: Source, settled: datetime) -> list[SourceDigest]:
    """The source's rows from before ``settled``, by part. The connection's time zone is UTC."""
    gone = source.gone or f"SELECT * FROM {source.table} WHERE false"
    sql = _DIGEST_SQL.format(part=source.part, columns=", ".join(source.columns), table=source.table, gone=gone)
    return [SourceDigest(source.name, **dict(row)) for row in await connection.fetch(sql, settled)]
