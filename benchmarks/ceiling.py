"""The ceiling: pgbench writing the same rows as a settlement writes, with nothing in front of PostgreSQL."""

import asyncio
import re
import subprocess
from pathlib import Path

from kernel.writing.database import administering
from onestop.embedded_postgres import binaries

# One statement with a row like the last settlement's in each table that a settlement writes.
_SCRIPT = """
\\set p random(1, {people})
WITH sample AS MATERIALIZED (SELECT * FROM bench.sample),
e AS (
  INSERT INTO bench.events
    (order_tx, stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain)
  SELECT GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1),
         'encounter/' || gen_random_uuid(), 4, gen_random_uuid(), type, 1, data, meta, now(), chain FROM sample
), i AS (
  INSERT INTO bench.idempotency (scope, key, request_hash, status, response)
  SELECT 'bench', gen_random_uuid()::text, chain, 201, response FROM sample
), s AS (
  INSERT INTO bench.settlements (settlement_id, {columns}) SELECT gen_random_uuid()::text, {values} FROM sample
)
INSERT INTO bench.benefit_years SELECT 'p' || :p, '445200', 2019, balances, gen_random_uuid()::text, 1 FROM sample
ON CONFLICT (person_id, area, year) DO UPDATE
SET balances = EXCLUDED.balances, latest_settlement = EXCLUDED.latest_settlement, version = benefit_years.version + 1;
"""
_PREPARE = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.events (LIKE settlement.events INCLUDING ALL);
CREATE TABLE bench.idempotency (LIKE settlement.idempotency_default INCLUDING ALL);
CREATE TABLE bench.settlements (LIKE settlement.settlements INCLUDING ALL);
CREATE TABLE bench.benefit_years (LIKE settlement.benefit_years INCLUDING ALL);
CREATE TABLE bench.sample AS
SELECT e.type, e.data, e.meta, e.chain, i.response, y.balances, s AS r
FROM settlement.events e, settlement.idempotency i, settlement.settlements s, settlement.benefit_years y
WHERE e.type = 'SettlementConfirmed' AND s.settlement_id = e.data->>'settlement_id'
  AND i.response LIKE '%' || s.settlement_id || '%' AND y.person_id = s.person_id LIMIT 1;
"""
# The table's other columns in its order, so that a new one is written, too.
_COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = 'bench.settlements'::regclass AND attnum > 0 AND NOT attisdropped
AND attname <> 'settlement_id' ORDER BY attnum
"""


async def pgbench_rate(database: str, folder: Path, *, people: int, clients: int, seconds: int) -> float:
    """Transactions a second of pgbench writing a settlement's rows."""
    async with administering(database) as connection:
        await connection.execute(_PREPARE)
        assert await connection.fetchval("SELECT count(*) FROM bench.sample") == 1
        columns = [row["attname"] for row in await connection.fetch(_COLUMNS)]
    script = folder / "settlement.pgbench"
    values = ", ".join(f"(r).{column}" for column in columns)
    script.write_text(_SCRIPT.format(people=people, columns=", ".join(columns), values=values))
    options = f"-n -M prepared -c {clients} -j 2 -T {seconds}".split()
    command = [str(binaries() / "pgbench"), *options, "-f", str(script), database]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])
