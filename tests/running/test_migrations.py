"""Migrations beside a service that runs: none that would stop it, and each gives way to the commands behind it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from alembic import command
from sqlalchemy import event
from sqlalchemy.engine import Engine
from structlog.testing import capture_logs

from kernel.running import migrations
from kernel.testing.deadline import eventually
from onestop.services import SERVICES

SQUAWK: Final = Path(sys.executable).with_name("squawk")
#: What the release before brought is applied everywhere, to tables that were small; the rules are for what comes.
APPLIED: Final = {
    "identity": "0010",
    "referral": "0005",
    "settlement": "0007",
    "fund_ledger": "0001",
    "operations": "0001",
}
#: Statements that look worse than they are, and why.
EXCUSED: Final = {
    "ALTER TABLE idempotency RENAME TO idempotency_default": "a table of its old name takes its place at once",
    "ALTER TABLE memberships DROP CONSTRAINT memberships_no_overlap": "its triggers refuse the same in the same words",
    # The release before lists no such entry: the upgrade's runbook lets nobody make one before it has ended.
    "ALTER TABLE entries ALTER COLUMN department DROP NOT NULL": "only kinds of entries that are new leave it empty",
    "DROP TABLE insurer_files": "the release before has no operations, and no release has had this table",
    "DROP TABLE insurers": "nor this one",
}
#: Matters of taste, and what PostgreSQL (an index made beside a transaction) or our sessions (time-outs) see to.
LEFT_OUT: Final = (
    "prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-text-field,prefer-robust-stmts,prefer-identity,"
    "require-timeout-settings,ban-concurrent-index-creation-in-transaction"
)


def told_by_squawk(sql: str, folder: Path) -> str:
    """What is dangerous in a revision's statements, which run in one transaction; nothing where they are safe."""
    (folder / "revision.sql").write_text(sql)
    options = ["--assume-in-transaction", "--exclude", LEFT_OUT, "--reporter", "gcc"]
    done = subprocess.run([SQUAWK, *options, "revision.sql"], cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture
def recorded() -> Iterator[list[str]]:
    """All statements that Alembic sends."""
    statements: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        said = f"{statement} -- {parameters}" if "alembic_version" in statement else statement
        statements.append(said.strip().rstrip(";"))

    event.listen(Engine, "before_cursor_execute", record)
    yield statements
    event.remove(Engine, "before_cursor_execute", record)


def by_revision(statements: list[str]) -> dict[str, str]:
    """The statements of each revision; Alembic's own note of a revision is its end."""
    revisions: dict[str, str] = {}
    gathered: list[str] = []
    for statement in statements:
        if statement.startswith(("INSERT INTO alembic_version", "UPDATE alembic_version")):
            number = f"{len(revisions) + 1:04}"
            revisions[number] = "".join(f"{one};\n" for one in gathered)
            gathered = []
        elif statement not in EXCUSED and not statement.startswith(("SELECT", "CREATE TABLE alembic_version")):
            gathered.append(statement)
    return revisions


@pytest.mark.parametrize("package", sorted(APPLIED))
async def test_no_revision_stops_the_service_that_runs(
    package: str, database: str, recorded: list[str], tmp_path: Path
) -> None:
    assert APPLIED.keys() == {service.schema for service in SERVICES.values()}
    await migrations.prepare(database, [package])
    await migrations.upgrade(database, package, package)
    revisions = by_revision(recorded)
    assert APPLIED[package] in revisions
    for number, sql in revisions.items():
        if number > APPLIED[package] and sql:
            assert told_by_squawk(sql, tmp_path) == "", f"{package} {number}"


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("CREATE INDEX a ON journals (kind);", "require-concurrent-index-creation"),
        ("ALTER TABLE journals RENAME COLUMN kind TO sort;", "renaming-column"),
        ("ALTER TABLE journals DROP COLUMN kind;", "ban-drop-column"),
        ("ALTER TABLE journals ALTER COLUMN kind SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE journals ALTER COLUMN kind TYPE bigint;", "changing-column-type"),
    ],
)
def test_what_would_stop_it_is_found(sql: str, rule: str, tmp_path: Path) -> None:
    assert rule in told_by_squawk(sql, tmp_path)


def test_an_index_of_a_new_table_and_a_column_that_may_be_missing_are_fine(tmp_path: Path) -> None:
    fine = "CREATE TABLE a (b bigint); CREATE INDEX c ON a (b); ALTER TABLE journals ADD COLUMN d text;"
    assert told_by_squawk(fine, tmp_path) == ""


async def test_a_migration_that_waits_lets_commands_pass_and_is_done_when_the_table_is_free(database: str) -> None:
    await migrations.prepare(database, ["referral"])
    config = migrations._config(database, "referral", "referral")  # an older state, which no door makes
    await asyncio.to_thread(command.upgrade, config, "0004")
    reader, writer = [await asyncpg.connect(database, server_settings={"search_path": "referral"}) for _ in range(2)]
    await reader.execute("BEGIN; LOCK TABLE referrals IN ACCESS SHARE MODE")
    with capture_logs() as lines:
        migrating = asyncio.create_task(migrations.upgrade(database, "referral", "referral"))

        async def gave_way() -> bool:
            return [line["event"] for line in lines].count("migration waits for a lock") > 0

        await eventually(gave_way, within_seconds=30)
    # Behind a migration that waits for ever this would wait for ever, too.
    await writer.execute("BEGIN; LOCK TABLE referrals IN ROW EXCLUSIVE MODE; COMMIT", timeout=20)
    await reader.execute("COMMIT")
    await migrating
    assert await writer.fetchval("SELECT version_num FROM alembic_version") > "0004"
    await reader.close()
    await writer.close()


async def test_what_a_statement_left_noted_as_on_none_while_the_ledger_was_upgraded_goes(database: str) -> None:
    await migrations.prepare(database, ["fund_ledger"])
    config = migrations._config(database, "fund_ledger", "fund_ledger")  # an older state, which no door makes
    await asyncio.to_thread(command.upgrade, config, "0027")
    ledger = await asyncpg.connect(database, server_settings={"search_path": "fund_ledger"})
    await ledger.execute("INSERT INTO statement_journals VALUES ('payable/hospital/H1/445202/MA', 'J1', 'S1')")
    noted = "INSERT INTO unbilled_entries VALUES ('payable/hospital/H1/445202/MA', '2019-08-01', $1)"
    for journal_id in ("J1", "J2"):
        await ledger.execute(noted, journal_id)
    await migrations.upgrade(database, "fund_ledger", "fund_ledger")
    assert await ledger.fetchval("SELECT string_agg(journal_id, ' ') FROM unbilled_entries") == "J2"
    await ledger.close()
