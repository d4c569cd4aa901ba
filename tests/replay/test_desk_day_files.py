"""A hospital's day at the desk: held against ours, kept, told to those whose people it concerns."""

from pathlib import Path

import httpx
import pytest
from tests.replay.at_the_desk import Clerk, open_desk, refused
from tests.replay.test_day_file import HEAD, Rows, the_day

from kernel.security import Role


async def _sent(
    clerk: Clerk, hospital: str, day: str, rows: Rows, *, key: str, encoding: str = "utf-8"
) -> httpx.Response:
    text = "\n".join(",".join(row) for row in (HEAD, *rows))
    headers = {"Idempotency-Key": key, "Content-Type": "text/csv"}
    path = f"/v1/day-files/{hospital}/{day}"
    return await clerk.client.post(path, content=text.encode(encoding), headers=headers)


async def test_what_differs_is_answered_and_kept_and_ends_when_it_is_right(restored: str, tmp_path: Path) -> None:
    hospital, day, rows = await the_day(restored)
    wrong = [[*row] for row in rows]
    wrong[0][3] = "1.00"
    del wrong[1]
    async with open_desk(restored, tmp_path) as desk:
        li = desk.clerk("li")
        answer = (await _sent(li, hospital, day, wrong, key="a")).json()
        assert (answer["ours"], answer["theirs"], answer["found"]) == (len(rows), len(wrong), 2)
        kinds = {one["kind"]: one for one in answer["differences"]}
        assert kinds.keys() == {"DAY_AMOUNTS_DIFFER", "DAY_MISSING_AT_HOSPITAL"}
        assert kinds["DAY_AMOUNTS_DIFFER"]["by_hand"]
        listed = (await li.get("/v1/differences", subject=f"{hospital}/{day}")).json()["items"]
        assert {one["difference_id"] for one in listed} == {one["difference_id"] for one in answer["differences"]}
        again = await _sent(li, hospital, day, wrong, key="a")
        assert (again.json(), again.headers["idempotency-replayed"]) == (answer, "true")
        assert refused(await _sent(li, hospital, day, rows, key="a")) == (409, "IDEMPOTENCY_KEY_REUSED")
        right = (await _sent(li, hospital, day, rows, key="b", encoding="gb18030")).json()
        assert (right["found"], right["differences"]) == (0, [])
        assert (await li.get("/v1/differences")).json()["items"] == []


async def test_a_countys_clerk_does_not_end_other_counties_differences(restored: str, tmp_path: Path) -> None:
    hospital, day, _ = await the_day(restored)
    async with open_desk(restored, tmp_path) as desk:
        unknown = ["OTHER-1", "", "", "5.00", "4.00", "0.00", "0"]
        kept = (await _sent(desk.clerk("li"), hospital, day, [unknown], key="a")).json()["found"]
        refused = await _sent(desk.clerk("chen", ["445281"]), hospital, day, [], key="b")
        assert (refused.status_code, refused.json()["code"]) == (403, "DIVISIONS_NOT_SERVED")
        asked = await desk.clerk("li").client.get("/v1/differences", params={"subject": f"{hospital}/{day}"})
        assert len(asked.json()["items"]) == kept


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "1"),
        (b"setl_id,medfee_sumamt\n1,2\n", "1"),
        (b"\xff\xfe\x00\x01", "1"),
        (b"setl_id,medfee_sumamt,fund_pay_sumamt,refd_setl_flag\nS1,1.00,1.00,0\nS2,x,1.00,0\n", "3"),
        (b"setl_id,medfee_sumamt,fund_pay_sumamt,refd_setl_flag\n445222200205051488,1.00,1.00,0\n", "2"),
        (b"setl_id,medfee_sumamt,fund_pay_sumamt,refd_setl_flag\nS1,445222200205051488,1.00,0\n", "2"),
        (b"setl_id,medfee_sumamt,fund_pay_sumamt,refd_setl_flag\n\n\nS1,1.00,1.00,7\n", "4"),
        (b'setl_id,medfee_sumamt,fund_pay_sumamt,refd_setl_flag,psn_no\nS1,1.00,1.00,0,"P1\nS2,1.00,1.00,0,P2\n', "3"),
        (b"setl_id,medfee_sumamt,fund_pay_sumamt,refd_setl_flag\n<script>,1.00,1.00,0\n", "2"),
        (b"setl_id,medfee_sumamt,fund_pay_sumamt,refd_setl_flag\n" + b"S" * 200_000 + b",1.00,1.00,0\n", "2"),
    ],
    ids=["empty", "columns", "bytes", "amount", "person", "slipped", "blank lines", "quotation", "markup", "endless"],
)
async def test_a_broken_file_is_refused_at_its_line(restored: str, tmp_path: Path, content: bytes, line: str) -> None:
    async with open_desk(restored, tmp_path) as desk:
        headers = {"Idempotency-Key": "a", "Content-Type": "text/plain"}
        said = await desk.clerk("li").client.post("/v1/day-files/H1/2026-11-29", content=content, headers=headers)
        assert refused(said) == (422, "DAY_FILE_UNREADABLE")
        assert said.json()["about"] == {"line": line}
        assert "445222200205051488" not in said.text


async def test_what_is_no_file_of_a_day_that_is_over_is_refused(restored: str, tmp_path: Path) -> None:
    async with open_desk(restored, tmp_path) as desk:
        li, hospital = desk.clerk("li"), desk.clerk("h", role=Role.HOSPITAL, organisation="H1")
        assert refused(await _sent(hospital, "H1", "2026-11-29", [], key="a")) == (403, "ROLE_NOT_ALLOWED")
        assert refused(await _sent(li, "H1", "2026-12-02", [], key="a")) == (422, "DATE_IN_FUTURE")
        assert refused(await _sent(li, "H1", "yesterday", [], key="a")) == (422, "INVALID_PARAMETER")
        assert refused(await _sent(li, "H1", "0001-01-01", [], key="a")) == (422, "INVALID_PARAMETER")
        large = {"Idempotency-Key": "a", "Content-Type": "text/csv"}
        said = await li.client.post("/v1/day-files/H1/2026-11-29", content=b"x" * (16 * 2**20 + 1), headers=large)
        assert refused(said) == (413, "BODY_TOO_LARGE")
        pdf = {"Idempotency-Key": "a", "Content-Type": "application/pdf"}
        said = await li.client.post("/v1/day-files/H1/2026-11-29", content=b"%PDF", headers=pdf)
        assert refused(said) == (415, "CONTENT_TYPE_UNSUPPORTED")
