"""A hospital's day file against what was settled for it: equal, or every settlement that differs is named."""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from tests.command_line import onestop
from tests.replay.tampering import owner_of

from kernel.security import Role
from kernel.values.money import yuan_from_fen
from kernel.writing.database import administering
from onestop.platform import Platform
from workbench.demo import stories
from workbench.demo.window import Window

_DAY_SQL: Final = """
SELECT s.settlement_id, s.total_fen, s.total_fen - s.patient_pays_fen AS funds_fen, s.hospital_id,
       (s.settled_at AT TIME ZONE 'Asia/Shanghai')::date::text AS day,
       EXISTS (SELECT FROM settlement.revocations r WHERE r.settlement_id = s.settlement_id) AS revoked
FROM settlement.settlements s
WHERE (s.hospital_id, (s.settled_at AT TIME ZONE 'Asia/Shanghai')::date) = (
  SELECT hospital_id, (settled_at AT TIME ZONE 'Asia/Shanghai')::date FROM settlement.settlements
  {of} GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1)
ORDER BY 1
"""
HEAD: Final = ["setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag"]
Rows: TypeAlias = list[list[str]]
Said: TypeAlias = tuple[int, str]


async def the_day(store: str, of: str = "") -> tuple[str, str, Rows]:
    """The hospital and the day with most bills, and its file; no payer of these bills is the hospital itself."""
    async with administering(store) as connection:
        found = await connection.fetch(_DAY_SQL.format(of=of))
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


async def held_against(store: str, path: Path, hospital: str, day: str, rows: Rows, separator: str = ",") -> Said:
    text = "\n".join(separator.join(row) for row in (HEAD, *rows))
    await asyncio.to_thread(path.write_text, text)
    done = await onestop("reconcile", "day-file", str(path), "--hospital", hospital, "--day", day, "--database", store)
    return done.exit_code, done.output


async def compared(store: str, path: Path, change: Callable[[Rows], Any], separator: str = ",") -> Said:
    hospital, day, rows = await the_day(store)
    change(rows)
    return await held_against(store, path, hospital, day, rows, separator)


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


LIUZHOU: Final = "H450202"
# A person of whom the hospital has settled a bill by the Guangxi document.
_PERSON_SQL: Final = "SELECT min(person_id) FROM settlement.settlements WHERE hospital_id = $1"
#: 10,000 yuan, of which 2,500 lie outside the catalogue: 1,000 are allowed, so the hospital bears 1,500 itself.
BILL: Final = stories.Bill(750_000, 250_000, 500_000)
PAYERS: Final = {"BMI": "5000.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00"}


async def test_what_the_hospital_bears_is_not_among_the_funds_of_its_file(platform: Platform, tmp_path: Path) -> None:
    async with administering(platform.admin_url) as connection:
        person_id = await connection.fetchval(_PERSON_SQL, LIUZHOU)
    window = Window(platform, Role.HOSPITAL, LIUZHOU)
    encounter = (await stories.admit(window, person_id, "inpatient", date(2019, 8, 25)))["encounter_id"]
    await stories.upload(window, encounter, BILL)
    path = f"/v1/encounters/{encounter}"
    await window.post("settlement", f"{path}/discharge", {"discharged_on": "2019-08-30"})
    settled = await window.post("settlement", f"{path}/settlement", {"payers": PAYERS})
    # 5,000 of the basic insurance and 2,500 of the backstop; 1,000 are the patient's, 1,500 the hospital's.
    row = [settled["settlement_id"], "", "", "10000.00", "7500.00", "0.00", "0"]
    file, database = tmp_path / "day.txt", platform.admin_url
    _, said = await held_against(database, file, LIUZHOU, "2026-11-29", [row])
    assert row[0] not in said, said
    row[4] = "9000.00"
    _, said = await held_against(database, file, LIUZHOU, "2026-11-29", [row])
    assert said.count(row[0]) > 0, said
    assert "10000.00 yuan, 7500.00 of funds" in said


_LATER_SQL: Final = """
UPDATE settlement.revocations SET revoked_at = revoked_at + interval '3 days' WHERE settlement_id = $1
"""


async def test_a_bill_is_taken_back_on_its_day_and_not_on_that_of_its_settlement(restored: str, tmp_path: Path) -> None:
    hospital, day, rows = await the_day(restored, "JOIN settlement.revocations USING (settlement_id)")
    path, (bill,) = tmp_path / "day.csv", [row for row in rows if row[6] == "1"]
    back = [bill[0], "", "", f"-{bill[3]}", f"-{bill[4]}", "0.00", "1"]
    for flag in "01":
        bill[6] = flag
        assert (await held_against(restored, path, hospital, day, [*rows, back]))[0] == 0
    bill[6] = "0"
    status, said = await held_against(restored, path, hospital, day, rows)
    assert (status, said.count("DAY_AMOUNTS_DIFFER"), "1 differences" in said) == (1, 1, True), said

    async with administering(restored) as connection:
        await connection.execute(_LATER_SQL, bill[0])
    assert (await held_against(restored, path, hospital, day, rows))[0] == 0
    bill[6] = "1"  # the file as it is made when the bill has been taken back
    assert (await held_against(restored, path, hospital, day, rows))[0] == 0
    status, said = await held_against(restored, path, hospital, day, [*rows, back])
    assert (status, said.count("DAY_MISSING_HERE")) == (1, 1), said
    assert (await held_against(restored, path, hospital, "2026-12-02", [back]))[0] == 0
    status, said = await held_against(restored, path, hospital, "2026-12-02", [])
    assert (status, said.count("DAY_MISSING_AT_HOSPITAL")) == (1, 1), said


_AT_THE_AGENCY_SQL: Final = """
UPDATE settlement.events SET data = jsonb_set(data::jsonb, '{route}', '"AGENCY"')::json
WHERE type = 'SettlementConfirmed' AND data->>'settlement_id' = $1
"""


async def test_what_the_agency_settled_on_papers_is_on_no_hospitals_books(restored: str, tmp_path: Path) -> None:
    hospital, day, rows = await the_day(restored)
    async with owner_of(restored, "settlement") as owner:
        await owner.run(_AT_THE_AGENCY_SQL, rows[0][0])
    assert (await held_against(restored, tmp_path / "day.csv", hospital, day, rows[1:]))[0] == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.append([*rows[0]]), "twice"),
        (lambda rows: rows[0].__setitem__(3, "1,5"), "line 2"),
        (lambda rows: rows[0].__setitem__(3, "1.234"), "is not an amount in yuan"),
        (lambda rows: rows[0].__setitem__(3, "-5.00"), "a line that takes back has 1"),
        (lambda rows: rows[0].__setitem__(6, "x"), "0 is settled, 1 is taken back"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(
    store: str, tmp_path: Path, change: Callable[[Rows], Any], why: str
) -> None:
    status, said = await compared(store, tmp_path / "day.txt", change, "\t")
    assert (status, "DAY_FILE_UNREADABLE" in said, why in said) == (1, True, True), said
