"""A hospital's day file against what was settled for it: equal, or every settlement that differs is named."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from tests.command_line import onestop

from kernel.values.money import yuan_from_fen
from kernel.writing.database import administering

_DAY_SQL: Final = """
SELECT s.settlement_id, s.total_fen, s.total_fen - s.patient_pays_fen AS funds_fen, s.hospital_id,
       (s.settled_at AT TIME ZONE 'Asia/Shanghai')::date::text AS day,
       EXISTS (SELECT FROM settlement.revocations r WHERE r.settlement_id = s.settlement_id) AS revoked
FROM settlement.settlements s
WHERE (s.hospital_id, (s.settled_at AT TIME ZONE 'Asia/Shanghai')::date) = (
  SELECT hospital_id, (settled_at AT TIME ZONE 'Asia/Shanghai')::date FROM settlement.settlements
  GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1)
ORDER BY 1
"""
_HEAD: Final = ["setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag"]
Rows: TypeAlias = list[list[str]]


async def the_day(store: str) -> tuple[str, str, Rows]:
    async with administering(store) as connection:
        found = await connection.fetch(_DAY_SQL)
    rows = [
        [
            row["settlement_id"],
            "",
            "",
            yuan_from_fen(row["total_fen"]),
            yuan_from_fen(row["funds_fen"]),
            "0.00",
            str(int(row["revoked"])),
        ]
        for row in found
    ]
    return found[0]["hospital_id"], found[0]["day"], rows


async def compared(store: str, path: Path, change: Callable[[Rows], Any], separator: str = ",") -> tuple[int, str]:
    hospital, day, rows = await the_day(store)
    change(rows)
    text = "\n".join(separator.join(row) for row in (_HEAD, *rows))
    await asyncio.to_thread(path.write_text, text)
    done = await onestop("reconcile", "day-file", str(path), "--hospital", hospital, "--day", day, "--database", store)
    return done.exit_code, done.output


@pytest.mark.parametrize("separator", [",", "\t"])
async def test_an_equal_day_is_equal(restored: str, tmp_path: Path, separator: str) -> None:
    status, said = await compared(
        restored, tmp_path / "day.txt", lambda rows: len(rows) > 3 or pytest.fail("few"), separator
    )
    assert (status, "0 differences" in said) == (0, True), said


async def test_what_differs_is_named_with_its_class_and_its_owner_and_is_gone_when_it_is_right(
    restored: str, tmp_path: Path
) -> None:
    def change(rows: Rows) -> None:
        rows[0][3] = "1.00"
        rows[1][6] = "1" if rows[1][6] == "0" else "0"
        del rows[2]
        rows.append(["H-UNKNOWN-1", "", "", "5.00", "4.00", "0.00", "0"])

    status, said = await compared(restored, tmp_path / "day.csv", change)
    assert status == 1
    assert said.count("DAY_AMOUNTS_DIFFER") == 2
    assert said.count("DAY_MISSING_AT_HOSPITAL") == 1
    assert "H-UNKNOWN-1" in said.partition("DAY_MISSING_HERE")[2]
    assert "4 differences" in said
    assert (await compared(restored, tmp_path / "day.csv", lambda _rows: None))[0] == 0
    kept = await onestop("reconcile", "list", "--database", restored)
    assert (kept.exit_code, kept.output) == (0, "no differences\n")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.append([*rows[0]]), "twice"),
        (lambda rows: rows[0].__setitem__(3, "1,5"), "line 2"),
        (lambda rows: rows[0].__setitem__(3, "1.234"), "is not an amount in yuan"),
        (lambda rows: rows[0].__setitem__(6, "x"), "0 is settled, 1 is taken back"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(
    store: str, tmp_path: Path, change: Callable[[Rows], Any], why: str
) -> None:
    status, said = await compared(store, tmp_path / "day.txt", change, "\t")
    assert (status, "DAY_FILE_UNREADABLE" in said, why in said) == (1, True, True), said
