"""Goals: the tree of indicators down to the responsible person, with what each comes to."""

from typing import Any

import httpx
import pytest
from services.operations.tests.conftest import Telling

from contracts import identity
from kernel.security import Role
from kernel.testing.surroundings import Service, Surroundings

LEYE = "451028"
TOP: dict[str, Any] = {
    "goal_id": "G1",
    "county": LEYE,
    "level": "ORGANISATION",
    "owner": "乐业县健康扶贫领导小组",
    "indicator": "inpatient_reimbursement_ratio",
    "at_least_percent": "90",
}
DEPARTMENT = TOP | {"goal_id": "G2", "level": "DEPARTMENT", "owner": "县卫计局", "parent_id": "G1"}
PERSON = TOP | {"goal_id": "G3", "level": "PERSON", "owner": "staff-7", "parent_id": "G2", "hospital_id": "H2"}


async def put(client: httpx.AsyncClient, goal: dict[str, Any], **change: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post("/v1/goals", json=goal | change)).json()
    return answer


async def tree(client: httpx.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    reply = await client.get("/v1/goals", params={"county": LEYE, "of": "2019-08"} | asked)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def test_each_goal_has_its_owner_its_target_and_what_it_comes_to(
    telling: Telling, staff: httpx.AsyncClient
) -> None:
    for goal in (TOP, DEPARTMENT, PERSON):
        assert (await put(staff, goal))["version"] == 1
    leye = {"county": LEYE, "policy_id": "451028-leye/2018-weishengjisheng-10"}
    await telling.bill("S1", total_fen=300_000, patient_pays_fen=20_000, **leye)
    await telling.bill("S2", total_fen=100_000, patient_pays_fen=20_001, hospital_id="H2", **leye)
    await telling.heard("bills", 2)
    found = [(one["goal_id"], one["depth"], one["owner"], one["value"], one["reached"]) for one in await tree(staff)]
    # 1 − 40 001 / 400 000 is 89.99975 %, which is shown as 90.00 and not reached.
    assert found == [
        ("G1", 0, "乐业县健康扶贫领导小组", "90.00", False),
        ("G2", 1, "县卫计局", "90.00", False),
        ("G3", 2, "staff-7", "80.00", False),
    ]
    assert (await put(staff, PERSON, at_least_percent="79.99", version=1))["version"] == 2
    assert (await tree(staff))[2]["reached"] is True
    assert [one["reached"] for one in await tree(staff, of="2019-07")] == [None, None, None]


@pytest.mark.parametrize(
    ("goal", "change", "code"),
    [
        (DEPARTMENT, {"parent_id": None}, "GOAL_MISPLACED"),
        (TOP, {"goal_id": "G9", "parent_id": "G1"}, "GOAL_MISPLACED"),
        (DEPARTMENT, {"county": "450221"}, "GOAL_MISPLACED"),
        (DEPARTMENT, {"parent_id": "G8"}, "GOAL_UNKNOWN"),
        (TOP, {"version": 7}, "GOAL_CHANGED"),
        (TOP, {"indicator": "average_cost_per_stay", "goal_id": "G9"}, "INDICATOR_UNKNOWN"),
        (TOP, {"owner": "", "goal_id": "G9"}, "INVALID_FIELD"),
        (TOP, {"at_least_percent": "100.5.1", "goal_id": "G9"}, "INVALID_FIELD"),
    ],
)
async def test_what_is_no_goal_is_refused(
    staff: httpx.AsyncClient, goal: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    await put(staff, TOP)
    assert (await put(staff, goal, **change))["code"] == code


async def test_a_township_has_a_goal_of_its_own(
    telling: Telling, around: Surroundings, staff: httpx.AsyncClient
) -> None:
    told = identity.EntitlementChanged(person_id="P2", revision=1, change="ADDED", county=LEYE)
    await around.tell(identity.CONTRACT, "P2", told)
    await telling.heard("people", 1)
    lives = {"holders": {"TOWNSHIP_LEADER": "leader-1"}, "township": "451028100"}
    assert (await staff.post("/v1/responsible-persons/P2", json=lives)).status_code == 200
    leye = {"county": LEYE, "policy_id": "451028-leye/2018-weishengjisheng-10"}
    await telling.bill("S1", total_fen=100_000, patient_pays_fen=20_000, **leye)
    await telling.bill("S2", total_fen=100_000, patient_pays_fen=5_000, person_id="P2", **leye)
    await telling.heard("bills", 2)
    await put(staff, TOP)
    own = {"goal_id": "G4", "level": "TOWNSHIP", "owner": "甘田镇", "township": "451028100", "parent_id": "G1"}
    await put(staff, TOP, **own)
    assert [(one["goal_id"], one["value"]) for one in await tree(staff)] == [("G1", "87.50"), ("G4", "95.00")]
    asked = {"area": LEYE, "period": "2019-08", "by": "township", "indicator": TOP["indicator"]}
    found = (await staff.get("/v1/indicators", params=asked)).json()["items"]
    assert [(one["of"], one["value"]) for one in found] == [(LEYE, "80.00"), ("451028100", "95.00")]


async def test_a_goal_on_which_others_hang_stays(operations: Service, staff: httpx.AsyncClient) -> None:
    await put(staff, TOP)
    await put(staff, DEPARTMENT)
    assert (await staff.post("/v1/goals/G1/dropping")).json()["code"] == "GOAL_HAS_BELOW"
    foreign = await operations.client(Role.AGENCY, divisions=["450200"])
    assert (await foreign.post("/v1/goals/G2/dropping")).json()["code"] == "DIVISION_FOREIGN"
    assert (await staff.post("/v1/goals/G2/dropping")).status_code == 200
    assert (await staff.post("/v1/goals/G2/dropping")).json()["code"] == "GOAL_UNKNOWN"
    assert (await staff.post("/v1/goals/G1/dropping")).status_code == 200
    assert await tree(staff) == []
