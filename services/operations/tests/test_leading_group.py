"""Leading groups: who answers for people, money and things in a county, and what stands open there (000 一(三)1)."""

from typing import Any
from uuid import uuid4

import httpx
from services.operations.tests.conftest import Telling

from contracts import fund_ledger
from kernel.security import Role
from kernel.testing.surroundings import Service, Surroundings

LEYE = "451028"
HEAD = {"account": "leader-1", "post": "HEAD", "unit": "县人民政府", "answers_for": ["MONEY", "PEOPLE"]}
MEMBER = {"account": "leader-2", "post": "MEMBER", "unit": "县卫计局"}
PATH = f"/v1/leading-groups/{LEYE}"


async def put(client: httpx.AsyncClient, *members: dict[str, Any], version: int = 0) -> httpx.Response:
    key = {"idempotency-key": str(uuid4())}
    return await client.put(PATH, json={"members": list(members), "version": version}, headers=key)


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def test_a_matter_for_which_nobody_answers_is_shown(staff: httpx.AsyncClient) -> None:
    none = (await staff.get(PATH)).json()
    assert (none["version"], none["members"], [one["missing"] for one in none["matters"]]) == (0, [], [True] * 3)
    assert (await put(staff, HEAD, MEMBER)).json() == {"county": LEYE, "version": 1}
    report = (await staff.get(PATH)).json()
    assert [(one["matter"], one["answering"], one["missing"]) for one in report["matters"]] == [
        ("PEOPLE", ["leader-1"], False),
        ("MONEY", ["leader-1"], False),
        ("THINGS", [], True),
    ]
    assert report["members"][1] == MEMBER | {"answers_for": []}
    assert (await put(staff, HEAD, MEMBER | {"answers_for": ["THINGS"]}, version=1)).json()["version"] == 2
    assert not any(one["missing"] for one in (await staff.get(PATH)).json()["matters"])


async def test_what_is_no_group_is_refused(staff: httpx.AsyncClient) -> None:
    assert code(await put(staff, MEMBER)) == (422, "GROUP_HEADLESS")
    assert code(await put(staff, HEAD, HEAD | {"post": "DEPUTY"})) == (422, "GROUP_MEMBER_TWICE")
    assert (await put(staff, HEAD)).status_code == 200
    assert code(await put(staff, HEAD, MEMBER)) == (409, "GROUP_CHANGED")
    assert (await put(staff, HEAD, version=1)).json()["version"] == 1, "the same said again changes nothing"


async def test_the_report_has_what_stands_open_by_matter(
    around: Surroundings, telling: Telling, staff: httpx.AsyncClient
) -> None:
    for kind, about in (("FUND_LATE", "M1"), ("TREAT_FIRST_REFUSED", "E1"), ("TREAT_FIRST_REFUSED", "E2")):
        opened = {"kind": kind, "county": LEYE, "about": about, "why": "示范", "party": "示范单位"}
        assert (await staff.post("/v1/breaches", json=opened)).status_code == 201
    done = {"because": "已整改"}
    assert (await staff.post(f"/v1/breaches/TREAT_FIRST_REFUSED-{LEYE}-E2/closure", json=done)).status_code == 200
    station = {"point_id": "W-1", "county": LEYE, "kind": "县外住院报销服务站", "name": "工作站"}
    assert (await staff.post("/v1/service-points", json=station)).status_code == 200
    for county in (LEYE, "451029"):
        debt = fund_ledger.FundOverdrawn(f"fund/{county}/GOV_BACKSTOP", -100, f"J-{county}")
        await around.tell(fund_ledger.CONTRACT, f"fund/{county}", debt)
    await telling.heard("fund_debts", 2)
    people, money, things = (await staff.get(PATH)).json()["matters"]
    assert people["breaches"] == [{"kind": "TREAT_FIRST_REFUSED", "breaches": 1}]
    assert (people["windows_without_staff"], people["funds_in_debt"]) == (["W-1"], [])
    assert {"kind": "FUND_LATE", "breaches": 1} in money["breaches"]
    assert money["funds_in_debt"] == [f"fund/{LEYE}/GOV_BACKSTOP"]
    assert things["breaches"] == []


async def test_another_county_s_group_is_closed_and_finance_only_reads(operations: Service) -> None:
    far = await operations.client(Role.AGENCY, "A2", divisions=["620422"])
    assert code(await far.get(PATH)) == (403, "DIVISION_FOREIGN")
    assert code(await put(far, HEAD)) == (403, "DIVISION_FOREIGN")
    finance = await operations.client(Role.FINANCE, divisions=[LEYE])
    assert (await finance.get(PATH)).status_code == 200
    assert (await put(finance, HEAD)).status_code == 403
