"""Service points: each kind of case has its window, by the county's document."""

from datetime import date
from typing import Any

import httpx
import pytest
from services.operations.tests.conftest import Telling

from contracts.settlement import InstitutionContracted
from kernel.security import Role
from kernel.testing.surroundings import Service

LEYE = "451028"
STATION: dict[str, Any] = {
    "point_id": "W-1",
    "county": LEYE,
    "kind": "县外住院报销服务站",
    "name": "乐业县健康扶贫工作站",
    "staff": [{"account": "staff-1", "department": "社保"}, {"account": "staff-2", "department": "民政"}],
}
WINDOW: dict[str, Any] = {
    "point_id": "W-2",
    "county": LEYE,
    "kind": "乡镇卫生院窗口",
    "name": "甘田镇卫生院窗口",
    "hospital_id": "H1",
}


@pytest.fixture
async def hospital(telling: Telling) -> None:
    told = InstitutionContracted(
        hospital_id="H1", name="甘田镇卫生院", level="township", division=LEYE, contract_from=date(2018, 1, 1)
    )
    await telling.event(told, "H1")
    await telling.heard("institutions", 1)


async def entered(client: httpx.AsyncClient, point: dict[str, Any], **change: Any) -> httpx.Response:
    return await client.post("/v1/service-points", json=point | change)


async def test_a_case_belongs_to_the_window_of_its_kind(hospital: None, staff: httpx.AsyncClient) -> None:
    for point in (STATION, WINDOW):
        reply = await entered(staff, point)
        assert reply.status_code == 200, reply.text
    sent = await staff.get("/v1/service-points/W-2/acceptance", params={"case": "out_county"})
    assert sent.json() == {"accepts": False, "windows": ["W-1"]}
    assert (await staff.get("/v1/service-points/W-2/acceptance", params={"case": "in_county"})).json()[
        "accepts"
    ] is True
    found = (await staff.get("/v1/service-points", params={"county": LEYE})).json()["items"]
    assert [(one["point_id"], one["accepts"], one["hospital_id"]) for one in found] == [
        ("W-1", ["out_county"], None),
        ("W-2", ["in_county"], "H1"),
    ]
    assert found[0]["staff"] == STATION["staff"]


async def test_two_who_change_a_window_do_not_undo_each_other(staff: httpx.AsyncClient) -> None:
    await entered(staff, STATION)
    changed = await entered(staff, STATION, version=1, staff=[{"account": "staff-3", "department": "财保"}])
    assert changed.json() == {"point_id": "W-1", "version": 2}
    assert (await entered(staff, STATION, version=1)).json()["code"] == "POINT_CHANGED"
    assert (await entered(staff, STATION)).json()["code"] == "POINT_CHANGED"


@pytest.mark.parametrize(
    ("point", "change", "code"),
    [
        (STATION, {"kind": "没有的窗口"}, "POINT_KIND_UNKNOWN"),
        (WINDOW, {"hospital_id": "H9"}, "POINT_MISPLACED"),
        (WINDOW, {"kind": "县内住院报销服务窗口"}, "POINT_MISPLACED"),
        (STATION, {"version": 3}, "POINT_CHANGED"),
        (STATION, {"name": "电话13812345678"}, "PERSONAL_DATA_IN_TEXT"),
    ],
)
async def test_what_is_no_window_there_is_refused(
    hospital: None, staff: httpx.AsyncClient, point: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    assert (await entered(staff, point, **change)).json()["code"] == code


async def test_a_closed_window_accepts_nothing_and_stays_closed(operations: Service, staff: httpx.AsyncClient) -> None:
    await entered(staff, STATION)
    other = await operations.client(Role.AGENCY, divisions=["451000"])
    foreign = await operations.client(Role.AGENCY, divisions=["450200"])
    assert (await foreign.post("/v1/service-points/W-1/closing")).json()["code"] == "DIVISION_FOREIGN"
    assert (await other.post("/v1/service-points/W-1/closing")).json() == {"point_id": "W-1", "version": 2}
    sent = await staff.get("/v1/service-points/W-1/acceptance", params={"case": "out_county"})
    assert sent.json() == {"accepts": False, "windows": []}
    assert (await entered(staff, STATION, version=2)).json()["code"] == "POINT_CLOSED"
    assert (await staff.post("/v1/service-points/W-9/closing")).json()["code"] == "POINT_UNKNOWN"


async def test_hunans_centre_has_staff_whom_departments_sent(staff: httpx.AsyncClient) -> None:
    centre = {"county": "430481", "kind": "健康扶贫“一站式”结算服务中心", "name": "耒阳市结算服务中心"}
    assert (await entered(staff, STATION, **centre)).status_code == 200
    found = (await staff.get("/v1/service-points", params={"county": "430481", "accepts": "out_county"})).json()
    assert [one["department"] for one in found["items"][0]["staff"]] == ["社保", "民政"]
