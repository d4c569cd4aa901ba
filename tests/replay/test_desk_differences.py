"""Differences at the desk: listed, proposed by one clerk, released by another, done once under one key."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.replay.at_the_desk import OpenDesk, open_desk, refused
from tests.replay.reconciling import found_in
from tests.replay.tampering import Owner
from tests.replay.test_reconcile import NTH_SETTLED

from kernel.security import Role
from kernel.writing.database import administering

_ACCOUNT_SQL: Final = "SELECT min(account) FROM fund_ledger.balances WHERE account LIKE 'bank/%'"


@pytest.fixture
async def desk(restored: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """A desk on a platform with two faults that a run has found."""
    async with administering(restored) as connection:
        subject = await connection.fetchval(NTH_SETTLED.format(0))
        await Owner(connection, "settlement").begin()
        await connection.execute("DELETE FROM settlements WHERE settlement_id = $1", subject)
        account = await connection.fetchval(_ACCOUNT_SQL)
        await Owner(connection, "fund_ledger").begin()
        await connection.execute("UPDATE balances SET debit_fen = debit_fen + 100 WHERE account = $1", account)
    assert len(await found_in(restored)) == 2
    async with open_desk(restored, tmp_path) as opened:
        yield opened


async def _of_kind(desk: OpenDesk, kind: str) -> dict[str, Any]:
    (one,) = (await desk.clerk("zhao").get("/v1/differences", kind=kind)).json()["items"]
    found: dict[str, Any] = one
    return found


async def test_differences_are_listed_page_by_page_and_chosen(desk: OpenDesk) -> None:
    clerk = desk.clerk("li")
    first = (await clerk.get("/v1/differences", limit=1)).json()
    rest = (await clerk.get("/v1/differences", limit=1, after=first["next"])).json()
    assert {one["kind"] for page in (first, rest) for one in page["items"]} == {
        "SETTLEMENTS_ROW_MISSING",
        "BALANCE_CHANGED",
    }
    assert "next" not in rest or rest["next"] is None
    one = await _of_kind(desk, "BALANCE_CHANGED")
    assert (one["state"], one["owner"], one["by_hand"]) == ("OPEN", "fund-ledger", False)
    for chosen, count in (
        ({"owner": "settlement"}, 1),
        ({"subject": one["subject"][:6]}, 1),
        ({"subject": "nothing"}, 0),
        ({"state": "MENDED"}, 0),
        ({"state": "ANY"}, 2),
    ):
        assert len((await clerk.get("/v1/differences", **chosen)).json()["items"]) == count, chosen
    got = await clerk.get(f"/v1/differences/{one['difference_id']}")
    assert got.json() == one
    again = await clerk.client.get(
        f"/v1/differences/{one['difference_id']}", headers={"If-None-Match": got.headers["etag"]}
    )
    assert again.status_code == 304
    assert refused(await clerk.get("/v1/differences/0123456789ab")) == (404, "DIFFERENCE_UNKNOWN")
    counts = (await clerk.get("/v1/differences/counts")).json()
    assert {(of["kind"], of["count"]) for of in counts["counts"]} == {
        ("SETTLEMENTS_ROW_MISSING", 1),
        ("BALANCE_CHANGED", 1),
    }
    assert counts["ended_at"]


async def test_one_proposes_another_releases_and_the_repair_is_done_once(desk: OpenDesk, restored: str) -> None:
    li, wang = desk.clerk("li"), desk.clerk("wang")
    at = f"/v1/differences/{(await _of_kind(desk, 'SETTLEMENTS_ROW_MISSING'))['difference_id']}"
    assert refused(await wang.post(f"{at}/release")) == (409, "NOT_PROPOSED")
    proposed = await li.post(f"{at}/proposal", {"because": "事件还在, 行没有了"}, key="p")
    assert (proposed.status_code, proposed.json()["state"]) == (200, "PROPOSED")
    assert refused(await li.post(f"{at}/release")) == (403, "PROPOSED_BY_CALLER")
    released = await wang.post(f"{at}/release", key="r")
    assert "made again" in released.json()["done"], released.json()
    again = await wang.post(f"{at}/release", key="r")
    assert (again.json(), again.headers["idempotency-replayed"]) == (released.json(), "true")
    other = await wang.post(f"{at}/proposal", {"because": "又一次"}, key="r")
    assert refused(other) == (409, "IDEMPOTENCY_KEY_REUSED")
    one = (await wang.get(at)).json()
    assert (one["state"], one["proposed_by"], one["released_by"]) == ("RELEASED", "li", "wang")
    assert {one.kind for one in await found_in(restored)} == {"BALANCE_CHANGED"}
    assert refused(await li.post(f"{at}/proposal", {"because": "又一次"})) == (409, "DIFFERENCE_ENDED")


async def test_of_two_clerks_who_release_at_once_one_does_it(desk: OpenDesk) -> None:
    at = f"/v1/differences/{(await _of_kind(desk, 'BALANCE_CHANGED'))['difference_id']}"
    await desk.clerk("li").post(f"{at}/proposal", {"because": "核对过"})
    both = await asyncio.gather(*(desk.clerk(name).post(f"{at}/release") for name in ("wang", "zhao")))
    assert sorted(one.status_code for one in both) == [200, 409]
    assert refused(max(both, key=lambda one: one.status_code)) == (409, "NOT_PROPOSED")


async def test_a_key_that_comes_twice_at_once_is_done_once(desk: OpenDesk) -> None:
    at = f"/v1/differences/{(await _of_kind(desk, 'BALANCE_CHANGED'))['difference_id']}"
    await desk.clerk("li").post(f"{at}/proposal", {"because": "核对过"})
    wang = desk.clerk("wang")
    both = await asyncio.gather(*(wang.post(f"{at}/release", key="same") for _ in range(2)))
    assert [one.status_code for one in both] == [200, 200]
    assert both[0].json() == both[1].json()
    assert sorted(one.headers.get("idempotency-replayed", "") for one in both) == ["", "true"]


async def test_only_operations_of_the_whole_platform_come_in(desk: OpenDesk) -> None:
    county, hospital = desk.clerk("chen", ["445202"]), desk.clerk("h", role=Role.HOSPITAL, organisation="H1")
    for path in ("/v1/differences", "/v1/differences/counts", "/v1/reconciliations"):
        assert refused(await county.get(path)) == (403, "DIVISIONS_NOT_SERVED")
        assert refused(await hospital.get(path)) == (403, "ROLE_NOT_ALLOWED")
    assert refused(await county.post("/v1/reconciliations", {})) == (403, "DIVISIONS_NOT_SERVED")


async def test_a_reason_that_names_a_person_is_not_kept(desk: OpenDesk) -> None:
    at = f"/v1/differences/{(await _of_kind(desk, 'BALANCE_CHANGED'))['difference_id']}"
    said = await desk.clerk("li").post(f"{at}/proposal", {"because": "患者 445222200205051488"})
    assert refused(said) == (422, "PERSONAL_DATA_IN_TEXT")
    assert (await desk.clerk("li").get(at)).json()["state"] == "OPEN"


async def test_a_desk_that_was_given_nothing_to_mend_with_says_so(restored: str, tmp_path: Path) -> None:
    async with open_desk(restored, tmp_path, mends=False) as desk:
        released = await desk.clerk("wang").post("/v1/differences/0123456789ab/release")
        assert refused(released) == (409, "DESK_MENDS_NOTHING")
        assert refused(await desk.clerk("wang").post("/v1/reconciliations", {})) == (409, "DESK_MENDS_NOTHING")
