"""A county's office sends files about its own county's people only, and sees its own files only (R-JY-12)."""

from typing import Any, Final

import httpx
import pytest
from stdnum.cn import ric

from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service

HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,脱贫状态"
BATCHES: Final = "/v1/feeds/poverty-alleviation/batches"
OWN, FOREIGN, CITY = ["445202"], ["445203"], ["445200"]


def row(person: int, county: str) -> str:
    """A made-up person."""
    body = f"44520219600101{person:02d}2"
    return f"{body}{ric.calc_check_digit(f'{body}0')},示例{person},{county},2018-01-01,NOT_LIFTED"


async def office(identity: Service, divisions: list[str] | None) -> httpx.AsyncClient:
    return await identity.client(Role.DEPARTMENT, "poverty-alleviation", divisions=divisions)


async def send(client: httpx.AsyncClient, number: str, *rows: str, **more: str) -> httpx.Response:
    asked = {"kind": "delta", "as_of": "2019-07-01T00:00:00+08:00", "category": "REGISTERED_POOR", **more}
    content = "\n".join([HEADINGS, *rows, ""]).encode()
    return await client.put(f"{BATCHES}/{number}", params=asked, content=content, headers={"Content-Type": "text/csv"})


async def applied(client: httpx.AsyncClient, number: str, *rows: str, **more: str) -> dict[str, Any]:
    assert (await send(client, number, *rows, **more)).status_code == 202

    async def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(f"{BATCHES}/{number}")).json()
        return found if found.get("status") == "APPLIED" else None

    found = await eventually(ended)
    assert found is not None
    return found


async def test_a_row_about_another_county_s_person_is_refused_with_a_reason(identity: Service) -> None:
    client = await office(identity, OWN)
    batch = await applied(client, "1", row(1, "445202"), row(2, "445203"))
    assert (batch["outcomes"], batch["divisions"]) == ({"REFUSED": 1, "REGISTERED": 1}, OWN)
    (line,) = (await client.get(f"{BATCHES}/1/rows", params={"outcome": "REFUSED"})).json()["items"]
    assert (line["row"], line["code"], line["person_id"]) == (3, "ROW_DIVISION_FOREIGN", None)


async def test_a_county_that_never_was_is_refused_and_one_that_is_none_any_more_is_warned_of(identity: Service) -> None:
    client = await office(identity, None)
    # 揭东县 was 445221 until 2012; 445299 never was a county; 450271 is a zone of the place's own.
    people = [row(1, "445221"), row(2, "445299"), row(3, "450271"), row(4, "柳东新区"), row(5, "445203")]
    batch = await applied(client, "1", *people)
    assert (batch["outcomes"], batch["warned"]) == ({"REFUSED": 1, "REGISTERED": 4}, 1)
    lines = (await client.get(f"{BATCHES}/1/rows")).json()["items"]
    told = {line["row"]: (line["outcome"], line["code"]) for line in lines if line["code"]}
    assert told == {2: ("REGISTERED", "ROW_COUNTY_FORMER"), 3: ("REFUSED", "COUNTY_UNKNOWN")}
    assert next(line["remark"] for line in lines if line["row"] == 2).startswith("区划代码已不用")


async def test_a_row_cannot_claim_a_person_who_is_registered_elsewhere(identity: Service) -> None:
    await applied(await office(identity, FOREIGN), "1", row(1, "445203"))
    claimed = row(1, "445202").replace("2018-01-01", "2017-01-01")
    batch = await applied(await office(identity, OWN), "2", claimed)
    assert batch["outcomes"] == {"REFUSED": 1}


async def test_a_city_s_office_speaks_for_all_its_counties(identity: Service) -> None:
    batch = await applied(await office(identity, CITY), "1", row(1, "445202"), row(2, "445203"))
    assert batch["outcomes"] == {"REGISTERED": 2}


async def test_a_full_list_of_another_area_is_not_taken(identity: Service) -> None:
    client = await office(identity, OWN)
    for area in ("445203", "445200"):
        refused = await send(client, "1", row(1, "445202"), kind="full", area=area)
        assert (refused.status_code, refused.json()["code"]) == (403, "DIVISION_FOREIGN")
    assert (await applied(client, "1", row(1, "445202"), kind="full", area="445202"))["outcomes"] == {"REGISTERED": 1}


READS: Final = ["", "/rows", "/receipt.csv"]


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.AGENCY])
async def test_a_file_of_another_county_s_office_is_closed(identity: Service, role: Role) -> None:
    await applied(await office(identity, OWN), "own", row(1, "445202"))
    await applied(await office(identity, None), "all", row(2, "445202"))
    organisation = "poverty-alleviation" if role is Role.DEPARTMENT else None
    seen = {}
    for name, divisions in (("own", OWN), ("foreign", FOREIGN), ("city", CITY), ("everywhere", None)):
        client = await identity.client(role, organisation, divisions=divisions)
        listed = [batch["number"] for batch in (await client.get(BATCHES)).json()["items"]]
        codes = {(await client.get(f"{BATCHES}/own{path}")).status_code for path in READS}
        judged = await client.post(f"{BATCHES}/own/discard", json={"reason": "示范"})
        seen[name] = (sorted(listed), codes, judged.json()["code"])
    assert seen == {
        "own": (["own"], {200}, "FEED_BATCH_NOT_IN_STATE"),
        "foreign": ([], {403}, "DIVISION_FOREIGN"),
        "city": (["own"], {200}, "FEED_BATCH_NOT_IN_STATE"),
        "everywhere": (["all", "own"], {200}, "FEED_BATCH_NOT_IN_STATE"),
    }
