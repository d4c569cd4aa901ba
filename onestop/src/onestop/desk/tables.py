"""The desk's own tables: answers to repeated requests, what-ifs and their rows, and who acknowledged which alarm.

They hold no personal data: questions about law, sums by place, ids and reasons.
"""

from typing import Final

from kernel.writing.database import SingleConnection

SCHEMA: Final = "desk"
#: How long a repeated request finds its first answer, and a what-if is kept, in days.
ANSWERS_DAYS: Final = 90
WHAT_IF_DAYS: Final = 30
_MAKE_SQL: Final = f"""
SELECT pg_advisory_xact_lock(hashtextextended('onestop {SCHEMA} tables', 0));
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.answers (
  key text PRIMARY KEY, request_hash bytea NOT NULL, status integer NOT NULL, body text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS {SCHEMA}.what_ifs (
  what_if_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, asked_by text NOT NULL,
  question json NOT NULL, within text[] NOT NULL, pack_id text, pack_digest text, backend integer NOT NULL,
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(), ended_at timestamptz,
  settlements bigint, changed bigint, refused json, code text, detail text, ended_by text);
CREATE TABLE IF NOT EXISTS {SCHEMA}.what_if_rows (
  what_if_id bigint REFERENCES {SCHEMA}.what_ifs ON DELETE CASCADE, number integer, month text NOT NULL,
  county text NOT NULL, hospital_id text NOT NULL, "group" text NOT NULL, payer text NOT NULL, funds text NOT NULL,
  settlements bigint NOT NULL, before_fen bigint NOT NULL, otherwise_fen bigint NOT NULL,
  difference_fen bigint NOT NULL, PRIMARY KEY (what_if_id, number));
CREATE TABLE IF NOT EXISTS {SCHEMA}.acknowledgements (
  silence_id text PRIMARY KEY, fingerprint text NOT NULL, alarm text NOT NULL, acknowledged_by text NOT NULL,
  because text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), until timestamptz NOT NULL,
  ended_by text, ended_at timestamptz);
"""
_TIDY_SQL: Final = f"""
WITH answers AS (DELETE FROM {SCHEMA}.answers WHERE at < clock_timestamp() - make_interval(days => $1))
DELETE FROM {SCHEMA}.what_ifs WHERE state <> 'RUNNING' AND began_at < clock_timestamp() - make_interval(days => $2)
"""


async def make_tables(owner: SingleConnection) -> None:
    """Make the tables where they are not there yet."""
    await owner.execute(_MAKE_SQL)


async def tidy(owner: SingleConnection) -> int:
    """End answers and what-ifs that are over; says how many what-ifs went. Nothing where there is no desk yet."""
    if not await owner.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{SCHEMA}.what_ifs"):
        return 0
    status: str = await owner.execute(_TIDY_SQL, ANSWERS_DAYS, WHAT_IF_DAYS)
    return int(status.rpartition(" ")[2])
