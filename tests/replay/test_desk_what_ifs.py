"""What-ifs at the desk: asked, followed, called off, one at a time, each only for those whose people it counts."""

import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import openpyxl
import pytest
from pyarrow import parquet
from tests.replay.at_the_desk import Clerk, OpenDesk, desk_apart, ended, open_desk, refused

from kernel.testing.deadline import eventually
from kernel.values.money import fen_from_yuan
from kernel.writing.database import administering
from law.packs import read_pack
from onestop.desk.tables import tidy
from onestop.what_if.question import Question
from onestop.what_if.run import what_if
from onestop.what_if.sums import Row, totals

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
JIEYANG: Final = read_pack(POLICIES / "445200-jieyang/2019-jieyibao-21.yaml").text
LOWER: Final = JIEYANG.replace('value: "80"', 'value: "70"')
PERIOD: Final[dict[str, Any]] = {"from": "2026-11-01", "to": "2026-11-30"}
_WAITS_SQL: Final = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation')"
#: Holds the process that answers back: it waits for a table that asking does not read.
_HELD_SQL: Final = "LOCK TABLE settlement.revocations IN ACCESS EXCLUSIVE MODE"


async def test_an_answer_is_that_of_the_command_in_rows_sums_and_files(desk: OpenDesk, restored: str) -> None:
    question = Question(since=date(2026, 11, 1), until=date(2026, 11, 30), pack_text=LOWER)
    wanted = await what_if(restored, question)
    li = desk.clerk("li")
    asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": LOWER}, key="q")
    assert (asked.status_code, asked.json()["state"]) == (202, "RUNNING")
    address = asked.headers["location"]
    one = await ended(li, address)
    assert (one["state"], one["settlements"], one["changed"]) == ("ENDED", wanted.settlements, wanted.changed), one
    assert (one["pack_id"], one["asked_by"], one["from"]) == ("445200-jieyang/2019-jieyibao-21", "li", "2026-11-01")
    assert wanted.changed > 10
    told = {of["payer"]: (fen_from_yuan(of["before"]), fen_from_yuan(of["otherwise"])) for of in one["totals"]}
    assert told == totals(wanted.rows)
    assert (await li.post("/v1/what-ifs", {**PERIOD, "pack": LOWER}, key="q")).json() == asked.json()

    rows = [row async for row in _rows(li, address)]
    assert rows == list(wanted.rows)
    for name, value in (("payer", "MA"), ("county", rows[0].county), ("month", "2026-11"), ("group", rows[0].group)):
        some = [row async for row in _rows(li, address, **{name: value})]
        assert some == [row for row in rows if getattr(row, name) == value]
        assert some
    fund = next(row.funds for row in rows if row.funds).split(",")[0]
    of_fund = [row async for row in _rows(li, address, fund=fund)]
    assert of_fund == [row for row in rows if fund in row.funds.split(",")]

    plain = await li.get(f"{address}/file", form="json")
    assert plain.headers["content-type"] == "application/json"
    assert [msgspec.convert(row, Row) for row in plain.json()["rows"]] == rows
    book = await li.get(f"{address}/file")
    assert "spreadsheetml" in book.headers["content-type"]
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet.max_row == 3 + len(rows)


async def _rows(clerk: Clerk, address: str, **chosen: str) -> AsyncIterator[Row]:
    after: dict[str, str] = {}
    while True:
        page = (await clerk.get(f"{address}/rows", limit=50, **chosen, **after)).json()
        for told in page["items"]:
            assert told.pop("number") > 0
            for name in ("before", "otherwise", "difference"):
                told[f"{name}_fen"] = fen_from_yuan(told.pop(name))
            yield Row(**told)
        if page.get("next") is None:
            return
        after = {"after": page["next"]}


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 422, "OTHER_LAW_MISSING"),
        ({"pack": "pack: [1\n"}, 422, "PACK_UNUSABLE"),
        ({"pack": LOWER.replace('value: "70"', 'value: "700"')}, 422, "PACK_UNUSABLE"),
        ({"pack": "a: &a [1]\nb: *a\n"}, 422, "PACK_UNUSABLE"),
        ({"readings": {"E99": "x"}}, 409, "READING_UNKNOWN"),
        ({"readings": {"E2": "per_month"}}, 409, "READING_UNKNOWN"),
        ({"configured": {"joint_cap": "1.00"}}, 409, "FIGURE_UNKNOWN"),
        ({"configured": {"joint_cap_yuan": "-1.00"}}, 422, "FIGURE_MALFORMED"),
        ({"pack": LOWER, "from": "2026-12-01"}, 422, "PERIOD_BACKWARDS"),
        ({"pack": LOWER, "to": "2026-12-01"}, 422, "PERIOD_NOT_ENDED"),
        ({"pack": LOWER, "from": "2011-01-01", "to": "2011-01-02"}, 409, "NOTHING_SETTLED"),
        ({"pack": LOWER, "within": ["4452"]}, 422, "INVALID_FIELD"),
        ({"pack": LOWER, "packs": 1}, 422, "UNKNOWN_FIELD"),
    ],
)
async def test_what_can_have_no_answer_is_refused_at_once(
    desk: OpenDesk, asked: dict[str, Any], status: int, code: str
) -> None:
    li = desk.clerk("li")
    assert refused(await li.post("/v1/what-ifs", {**PERIOD, **asked})) == (status, code)
    assert (await li.get("/v1/what-ifs")).json()["items"] == []


async def test_what_is_found_only_on_the_way_is_kept_with_its_reason(desk: OpenDesk) -> None:
    li, other = desk.clerk("li"), next(POLICIES.glob("430000-*/*-[0-9]*.yaml"))
    foreign = read_pack(other).text
    asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": foreign})
    one = await ended(li, asked.headers["location"])
    assert (one["state"], one["code"]) == ("REFUSED", "NOTHING_TO_COMPARE")
    assert refused(await li.get(f"{asked.headers['location']}/rows")) == (409, "WHAT_IF_NOT_ENDED")
    moved = foreign.replace("430000", "445200")
    asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": moved})
    assert (await ended(li, asked.headers["location"]))["code"] == "OTHER_LAW_REFUSES"
    asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": moved, "leave_out_refused": True})
    one = await ended(li, asked.headers["location"])
    assert one["state"] == "ENDED"
    assert sum(of["settlements"] for of in one["refused"]) > 0


async def test_one_is_answered_at_a_time_and_the_desk_goes_on_and_it_can_be_called_off(
    desk: OpenDesk, restored: str
) -> None:
    li, wang = desk.clerk("li"), desk.clerk("wang")
    async with administering(restored) as holder:
        async with holder.transaction():
            await holder.execute(_HELD_SQL)
            asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
            address = asked.headers["location"]
            second = await wang.post("/v1/what-ifs", {**PERIOD, "readings": {"E2": "per_stay"}})
            assert refused(second) == (409, "WHAT_IF_RUNNING")
            assert second.json()["about"] == {"what_if": address.rpartition("/")[2]}
            await eventually(lambda: _somebody_waits(holder), within_seconds=60)
            assert (await wang.get(address)).json()["state"] == "RUNNING"
            called_off = await wang.post(f"{address}/cancellation")
            assert (called_off.status_code, called_off.json()["state"]) == (200, "CANCELLED"), called_off.json()
            assert called_off.json()["ended_by"] == "wang"
            await eventually(lambda: _nobody_waits(holder))
        assert refused(await wang.post(f"{address}/cancellation")) == (409, "WHAT_IF_OVER")
        assert refused(await li.get(f"{address}/rows")) == (409, "WHAT_IF_NOT_ENDED")
    asked = await wang.post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
    assert (await ended(wang, asked.headers["location"]))["state"] == "ENDED"
    assert (await li.get(address)).json()["state"] == "CANCELLED"


async def _somebody_waits(holder: Any) -> bool:
    """Whether the process that answers waits for the table that is held."""
    found: bool = await holder.fetchval(_WAITS_SQL)
    return found


async def _nobody_waits(holder: Any) -> bool:
    """Whether it is gone, and its session with it."""
    return not await _somebody_waits(holder)


async def test_a_countys_own_pack_counts_its_people_and_is_seen_by_its_clerks_alone(
    desk: OpenDesk, restored: str
) -> None:
    li, chen, other = desk.clerk("li"), desk.clerk("chen", ["445200"]), desk.clerk("lin", ["450200"])
    asked = await chen.post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
    assert asked.status_code == 202, asked.json()
    address = asked.headers["location"]
    one = await ended(chen, address)
    assert (one["state"], one["within"]) == ("ENDED", ["445200"])
    rows = [row async for row in _rows(chen, address)]
    assert {row.county[:4] for row in rows} == {"4452"}
    whole = await what_if(restored, Question(since=date(2026, 11, 1), until=date(2026, 11, 30), pack_text=LOWER))
    assert rows == [row for row in whole.rows if row.county.startswith("4452")]
    for path in (address, f"{address}/rows", f"{address}/file"):
        assert refused(await other.get(path)) == (403, "DIVISION_FOREIGN")
        assert (await li.get(path)).status_code == 200
    assert refused(await other.post(f"{address}/cancellation")) == (403, "DIVISION_FOREIGN")
    assert (await other.get("/v1/what-ifs")).json()["items"] == []
    assert len((await chen.get("/v1/what-ifs")).json()["items"]) == 1
    assert refused(await other.post("/v1/what-ifs", {**PERIOD, "pack": LOWER})) == (403, "DIVISION_FOREIGN")
    foreign = await chen.post("/v1/what-ifs", {**PERIOD, "pack": LOWER, "within": ["450200"]})
    assert refused(foreign) == (403, "DIVISION_FOREIGN")
    read = await chen.post("/v1/what-ifs", {**PERIOD, "readings": {"E2": "per_stay"}})
    assert refused(read) == (403, "DIVISIONS_NOT_SERVED")


async def test_the_end_of_a_desk_ends_what_it_was_asked_and_says_so(restored: str, tmp_path: Path) -> None:
    async with administering(restored) as holder, holder.transaction():
        await holder.execute(_HELD_SQL)
        async with open_desk(restored, tmp_path) as desk:
            asked = await desk.clerk("li").post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
            address = asked.headers["location"]
            await eventually(lambda: _somebody_waits(holder), within_seconds=60)
        await eventually(lambda: _nobody_waits(holder))
    async with open_desk(restored, tmp_path) as desk:
        assert (await desk.clerk("li").get(address)).json()["state"] == "INTERRUPTED"


async def test_a_desk_that_is_killed_leaves_no_process_and_no_what_if_that_goes_on(
    restored: str, tmp_path: Path
) -> None:
    async with administering(restored) as holder, holder.transaction(), open_desk(restored, tmp_path) as desk:
        await holder.execute(_HELD_SQL)
        process, url = await desk_apart(restored, tmp_path)
        asked = await desk.elsewhere(url).clerk("li").post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
        address, wang = asked.headers["location"], desk.clerk("wang")
        await eventually(lambda: _somebody_waits(holder), within_seconds=60)
        assert (await wang.get(address)).json()["state"] == "RUNNING", "another desk sees that it goes on"
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        assert (await ended(wang, address))["state"] == "INTERRUPTED"
        await eventually(lambda: _nobody_waits(holder))


async def test_one_that_another_desk_answers_is_called_off_too(restored: str, tmp_path: Path) -> None:
    async with administering(restored) as holder, holder.transaction(), open_desk(restored, tmp_path) as desk:
        await holder.execute(_HELD_SQL)
        process, url = await desk_apart(restored, tmp_path)
        asked = await desk.elsewhere(url).clerk("li").post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
        await eventually(lambda: _somebody_waits(holder), within_seconds=60)
        called_off = await desk.clerk("wang").post(f"{asked.headers['location']}/cancellation")
        assert called_off.json()["state"] == "CANCELLED"
        await eventually(lambda: _nobody_waits(holder))
        process.terminate()
        await process.wait()


async def test_several_processes_come_to_the_same(restored: str, tmp_path: Path) -> None:
    question = Question(since=date(2026, 11, 1), until=date(2026, 11, 30), pack_text=LOWER)
    wanted = await what_if(restored, question)
    async with open_desk(restored, tmp_path, processes=2) as desk:
        li = desk.clerk("li")
        asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
        assert (await ended(li, asked.headers["location"]))["changed"] == wanted.changed
        assert [row async for row in _rows(li, asked.headers["location"])] == list(wanted.rows)


async def test_an_answer_is_over_after_thirty_days(desk: OpenDesk, restored: str) -> None:
    li = desk.clerk("li")
    asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
    address = asked.headers["location"]
    await ended(li, address)
    async with administering(restored) as owner:
        assert await tidy(owner) == 0
        await owner.execute("UPDATE desk.what_ifs SET began_at = began_at - interval '31 days'")
        assert await tidy(owner) == 1
        assert await owner.fetchval("SELECT count(*) FROM desk.what_if_rows") == 0
    assert refused(await li.get(address)) == (404, "WHAT_IF_UNKNOWN")


async def test_as_parquet_it_is_read_back_to_the_fen_and_without_pyarrow_it_is_said(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = desk.clerk("li")
    asked = await li.post("/v1/what-ifs", {**PERIOD, "pack": LOWER})
    address = asked.headers["location"]
    await ended(li, address)
    file = await li.get(f"{address}/file", form="parquet")
    assert file.headers["content-type"] == "application/vnd.apache.parquet"
    assert file.headers["content-disposition"].endswith('.parquet"')
    table = parquet.read_table(io.BytesIO(file.content))
    assert [Row(**row) for row in table.to_pylist()] == [row async for row in _rows(li, address)]
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert refused(await li.get(f"{address}/file", form="parquet")) == (409, "FORM_NOT_WRITTEN")
    assert refused(await li.get(f"{address}/file", form="csv")) == (422, "INVALID_PARAMETER")
