"""How far from home bills are settled at once, against the days by which Jieyang wants it (004 二)."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from services.operations.tests.conftest import Telling, revoked

from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service

JIEYANG = "445200"
HERE: dict[str, Any] = {"county": "445202", "area": JIEYANG, "policy_id": "445200-jieyang/2019-jieyibao-21"}


def on(month: int, day: int) -> dict[str, Any]:
    return {"settled_at": datetime(2019, month, day, 3, tzinfo=UTC), "discharged_on": date(2019, month, day)}


@pytest.fixture
async def summer(telling: Telling) -> None:
    """In the city in June, in another city of the province in August; beyond it on paper only, or taken back."""
    await telling.bill("S1", reach="in_city", **HERE, **on(6, 12))
    await telling.bill("S2", reach="in_city", **HERE, **on(7, 1))
    await telling.bill("S3", reach="other_city", **HERE, **on(8, 30))
    await telling.bill("S4", reach="other_province", route="AGENCY", **HERE, **on(8, 30))
    await telling.bill("S5", reach="other_province", **HERE, **on(8, 30))
    await telling.event(revoked("S5"))
    await telling.bill("S6", **HERE, **on(5, 1))
    await telling.bill("S7", reach="in_city", county="445302", area="445300", **on(5, 1))
    await telling.heard("bill_revocations", 1)
    await telling.heard("bills", 7)


async def test_each_scope_has_its_day_and_the_first_stay_that_was_settled_so(
    summer: None, staff: httpx.AsyncClient
) -> None:
    found = (await staff.get("/v1/settlement-scopes", params={"area": JIEYANG})).json()
    assert [(one["reach"], one["due_on"], one["stays"], one["first_on"], one["state"]) for one in found["items"]] == [
        ("in_city", "2019-06-30", 2, "2019-06-12", "REACHED"),
        ("other_city", "2019-09-30", 1, "2019-08-30", "REACHED"),
        ("other_province", "2019-09-30", 0, None, "RUNNING"),
    ]
    assert {(one["document"], one["clause"]) for one in found["items"]} == {("004", "二")}


async def test_what_was_said_stands_beside_the_facts_and_a_place_without_a_day_says_so(
    summer: None, staff: httpx.AsyncClient, operations: Service
) -> None:
    said = {"county": JIEYANG, "clock": "in_city_settlement", "period": "2019-06-30", "evidence": "揭医保函 示范"}
    assert (await staff.post("/v1/clocks/done", json=said | {"done_on": "2019-06-28"})).status_code == 201
    (city, *others) = (await staff.get("/v1/settlement-scopes", params={"area": JIEYANG})).json()["items"]
    assert (city["said_done_on"], [one["said_done_on"] for one in others]) == ("2019-06-28", [None, None])
    huining = (await staff.get("/v1/settlement-scopes", params={"area": "620422"})).json()["items"]
    assert {(one["due_on"], one["state"]) for one in huining} == {(None, "NO_DAY")}
    far = await operations.client(Role.AGENCY, "A2", divisions=["620422"])
    refusal = await far.get("/v1/settlement-scopes", params={"area": JIEYANG})
    assert refusal.json()["code"] == "DIVISION_FOREIGN"


async def test_what_was_settled_before_it_was_told_how_far_is_not_late(
    summer: None, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    clock.now = datetime(2019, 10, 1, 3, tzinfo=UTC)
    found = (await staff.get("/v1/settlement-scopes", params={"area": JIEYANG})).json()["items"]
    assert [(one["reach"], one["state"], one["untold_stays"]) for one in found] == [
        ("in_city", "REACHED", 1),
        ("other_city", "REACHED", 1),
        ("other_province", "NOT_TOLD", 1),
    ]


@pytest.mark.parametrize(("first", "state"), [(30, "REACHED"), (None, "LATE")])
async def test_a_scope_is_reached_by_its_first_stay_also_where_that_was_settled_anew(
    telling: Telling, staff: httpx.AsyncClient, clock: SetClock, first: int | None, state: str
) -> None:
    clock.now = datetime(2019, 10, 20, 3, tzinfo=UTC)
    if first is not None:
        await telling.bill("S1", reach="other_city", **HERE, **on(9, first))
        await telling.event(revoked("S1"))
        await telling.bill("S2", reach="other_city", **HERE, **on(10, 9))
        await telling.heard("bill_revocations", 1)
        await telling.heard("bills", 2)
    found = (await staff.get("/v1/settlement-scopes", params={"area": JIEYANG})).json()["items"]
    assert [(one["stays"], one["state"]) for one in found if one["reach"] == "other_city"] == [
        (0 if first is None else 1, state)
    ]
