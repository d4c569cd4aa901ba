"""The ledger's schema: its migrations match its tables, and it refuses an unbalanced journal by itself."""

from typing import Any, Final

import asyncpg
import pytest

from kernel.running import migrations
from kernel.testing.surroundings import Service

_INSERT: Final = """
INSERT INTO journals (journal_id, kind, booked_on, accounts, amounts, payers)
VALUES ('J1', 'receipt', '2019-08-01', $1::text[], $2::bigint[], $3::text[])
"""
BANK: Final = "bank/445202/MA"
FUND: Final = "fund/445202/MA"


async def test_migrations_and_tables_agree(database: str) -> None:
    await migrations.prepare(database, ["fund_ledger"])
    await migrations.upgrade(database, "fund_ledger", "fund_ledger")
    await migrations.check(database, "fund_ledger", "fund_ledger")


@pytest.mark.parametrize(
    ("accounts", "amounts", "payers"),
    [
        ([BANK, FUND], [100, -99], ["", ""]),
        ([BANK, FUND], [100, 100], ["", ""]),
        ([BANK], [0], [""]),
        ([BANK, FUND], [0, 0], ["", ""]),
        ([], [], []),
        ([BANK], [100, -100], ["", ""]),
        ([BANK, FUND, FUND], [100, -100], ["", ""]),
        ([BANK, FUND], [100, -100], [""]),
        ([BANK, FUND, FUND], [100, -100, None], ["", "", ""]),
        ([BANK, None], [100, -100], ["", ""]),
        ([BANK, FUND], [100, -100], ["", None]),
        ([[BANK, FUND]], [[100, -100]], [["", ""]]),
        ([BANK, FUND], [[100, -100]], ["", ""]),
    ],
)
async def test_the_database_refuses_an_unbalanced_journal(
    ledger: Service, accounts: list[Any], amounts: list[Any], payers: list[Any]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="journals_are_balanced"):
        await ledger.pool.execute(_INSERT, accounts, amounts, payers)


async def test_a_balanced_journal_cannot_be_unbalanced_afterwards(ledger: Service) -> None:
    await ledger.pool.execute(_INSERT, [BANK, FUND], [100, -100], ["", ""])
    for change in ("amounts[1] = 101", "amounts = amounts[1:1]", "accounts = accounts || payers", "amounts = '{}'"):
        with pytest.raises(asyncpg.CheckViolationError, match="journals_are_balanced"):
            await ledger.pool.execute(f"UPDATE journals SET {change}")


async def test_the_view_shows_each_posting_with_its_journal(ledger: Service) -> None:
    await ledger.pool.execute(_INSERT, [BANK, FUND, FUND], [300, -100, -200], ["", "MA", ""])
    rows = await ledger.pool.fetch("SELECT line, account, amount_fen, payer FROM postings ORDER BY line")
    assert [tuple(row) for row in rows] == [(1, BANK, 300, ""), (2, FUND, -100, "MA"), (3, FUND, -200, "")]


async def test_the_ledgers_role_cannot_change_what_happened(ledger: Service, database: str) -> None:
    connection = await asyncpg.connect(database, user="fund_ledger", server_settings={"search_path": "fund_ledger"})
    try:
        for statement in ("UPDATE events SET data = '{}'", "DELETE FROM events", "TRUNCATE events"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
