"""Rows of any read model at a moment: at the last one they are what stands, at an earlier one they know less."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import Table
from tests.command_line import onestop
from tests.conftest import CopyTown

from kernel.running.service import Service
from kernel.values.refusals import Refused
from kernel.writing.database import administering
from kernel.writing.row_shapes import shape_of
from onestop.as_of.rows import rows_then
from onestop.looks import looks_of
from onestop.services import SERVICES

LATER: Final = datetime(2027, 1, 1, tzinfo=UTC)
BEFORE: Final = datetime(2000, 1, 1, tzinfo=UTC)


async def ask(store: str, sql: str, *arguments: Any) -> list[Any]:
    async with administering(store) as connection:
        return list(await connection.fetch(sql, *arguments))


def said(table: Table, row: Any) -> list[Any]:
    """A row as both sides say it: JSON columns come as texts from the database."""
    shape = shape_of(table)
    values = [row[name] for name in shape.names]
    for place in shape.json:
        values[place] = json.loads(values[place]) if isinstance(values[place], str) else values[place]
    plain: list[Any] = msgspec.json.decode(msgspec.json.encode(values))
    return plain


async def rows_that_stand(store: str, service: Service) -> int:
    """Hold the rows of one key of every read model of a service against what stands; how many models there were."""
    looked_at = 0
    for table in service.read_model.tables:
        name, first = f"{service.schema}.{table.name}", next(iter(table.primary_key.columns)).name
        found = await ask(store, f'SELECT max("{first}"::text) FROM {name}')
        if table.name in service.read_model.derived or found[0][0] is None:
            continue
        key, looked_at = found[0][0], looked_at + 1
        live = await ask(store, f'SELECT * FROM {name} WHERE "{first}"::text = $1', key)
        then = await rows_then(store, name, [key], LATER)
        assert sorted(said(table, row) for row in then.rows) == sorted(said(table, row) for row in live), name
        assert not then.more
    return looked_at


@pytest.mark.parametrize("name", ["identity", "referral", "settlement", "fund-ledger"])
async def test_known_by_now_every_read_model_has_the_rows_that_stand(store: str, name: str) -> None:
    assert await rows_that_stand(store, SERVICES[name]) > 1


async def test_what_operations_heard_has_the_rows_that_stand(copy_town: CopyTown, tmp_path: Path) -> None:
    assert await rows_that_stand(await copy_town(tmp_path), SERVICES["operations"]) > 1


async def test_what_was_recorded_later_was_not_known(store: str) -> None:
    """Each settlement has its row from the moment on at which its event was recorded, and not before."""
    booked = await ask(
        store,
        "SELECT data->>'settlement_id' AS id, recorded_at FROM settlement.events WHERE type = 'SettlementConfirmed' "
        "ORDER BY pos",
    )
    for settlement_id, recorded_at in (booked[0], booked[len(booked) // 2], booked[-1]):
        for moment, there in ((recorded_at, 1), (recorded_at - timedelta(microseconds=1), 0)):
            then = await rows_then(store, "settlement.settlements", [settlement_id], moment)
            assert len(then.rows) == there, moment


async def test_sums_are_those_of_what_was_known(store: str) -> None:
    """A summed table is added up to the moment: what an account had had booked by then."""
    rows = await ask(
        store,
        "SELECT recorded_at, p->>'account' AS account, (p->>'amount_fen')::bigint AS fen "
        "FROM fund_ledger.events, json_array_elements(data->'postings') AS p "
        "WHERE type IN ('JournalBooked', 'JournalReversed') ORDER BY recorded_at",
    )
    moment, account = rows[len(rows) // 2]["recorded_at"], rows[0]["account"]
    by_then = [row["fen"] for row in rows if row["account"] == account and row["recorded_at"] <= moment]
    (then,) = (await rows_then(store, "fund_ledger.balances", [account], moment)).rows
    assert (then["debit_fen"] - then["credit_fen"], then["lines"]) == (sum(by_then), len(by_then))


@pytest.mark.parametrize(
    ("name", "key", "code"),
    [
        ("settlement.nothing", ["x"], "READ_MODEL_UNKNOWN"),
        ("nowhere.encounters", ["x"], "READ_MODEL_UNKNOWN"),
        ("settlement", ["x"], "READ_MODEL_UNKNOWN"),
        ("settlement.settlements; DROP TABLE x", ["x"], "READ_MODEL_UNKNOWN"),
        ("settlement.settlements", [], "READ_MODEL_KEY"),
        ("settlement.settlements", ["x", "y"], "READ_MODEL_KEY"),
        ("identity.persons", ["11010519491231002X"], "READ_MODEL_KEY"),
        ("fund_ledger.unbilled_entries", ["x"], "READ_MODEL_DERIVED"),
    ],
)
async def test_what_is_no_read_model_or_no_key_of_it_is_said(store: str, name: str, key: list[str], code: str) -> None:
    with pytest.raises(Refused, match=code):
        await rows_then(store, name, key, LATER)


async def test_a_clerk_asks_at_the_terminal_and_the_look_is_kept(restored: str) -> None:
    ((encounter_id, recorded_at),) = await ask(
        restored,
        "SELECT data->>'encounter_id', recorded_at FROM settlement.events WHERE type = 'EncounterAdmitted' LIMIT 1",
    )
    words = ("--rows", "settlement.encounters", "--key", encounter_id, "--by", "li", "--because", "票据核对")
    known = ("--known-at", recorded_at.isoformat())
    done = await onestop("as-of", "2026-11-29", *words, *known, "--database", restored)
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)["rows"]
    assert row["encounter_id"] == encounter_id
    (look,) = await looks_of(restored, f"settlement.encounters/{encounter_id}")
    assert (look.looked_by, look.because) == ("li", "票据核对")
    without = await onestop("as-of", "2026-11-29", "--key", encounter_id, "--database", restored)
    assert without.exit_code == 2, without.output
