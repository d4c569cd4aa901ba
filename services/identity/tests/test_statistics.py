"""Statistics: whom a department supports by township and category, month on month, as JSON, CSV and a page to print."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person

from identity.comparison.domain.statistics import Figures, Month, month_of, table_of
from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


def test_a_month_goes_from_the_day_before_it_to_its_last_day_or_to_today() -> None:
    today = date(2026, 12, 20)
    assert month_of(2026, 12, today) == Month(date(2026, 11, 30), today)
    assert month_of(2026, 11, today) == Month(date(2026, 10, 31), date(2026, 11, 30))
    assert month_of(2025, 12, today) == Month(date(2025, 11, 30), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("before", "standing", "shown"),
    [(0, 3, "—"), (8, 8, "0.00%"), (8, 9, "+12.50%"), (3, 2, "-33.33%"), (3, 1, "-66.67%"), (16_000, 16_001, "+0.01%")],
)
def test_the_change_is_shown_in_percent_rounded_half_up(before: int, standing: int, shown: str) -> None:
    line = Figures(
        county="445202", township=None, category="DIBAO", group=None, before=before, added=0, ended=0, died=0,
        standing=standing,
    )  # fmt: skip
    assert table_of([line])[1][-1] == shown


async def _supported(office: Office, agency: httpx.AsyncClient) -> None:
    """Two before December; one of them dies, one moves off the list, one comes; one lives in another county."""
    ended = f"{HEADINGS},结束日期"
    rows = [
        [*person(1), ""],
        [*person(2), "2026-12-09"],
        [*person(3), ""],
        [number_of(4), "示例4", "榕城区", "2026.12.05", ""],
        [number_of(5), "示例5", "445203", "2019.5.1", ""],
        [number_of(6), "示例6", "榕城区", "2019.5.1", "2026-10-31"],
    ]
    told = await office.hand_in("1", csv_of(*rows, headings=ended), category="DIBAO")
    assert told["outcomes"] == {"REGISTERED": 6}
    ids = {line["row"]: line["person_id"] for line in await office.lines("1")}
    assert (await agency.post(f"/v1/persons/{ids[4]}/death", json={"died_on": "2026-12-03"})).is_success
    placed = await agency.post(f"/v1/persons/{ids[2]}/township", json={"township": "445202001"})
    assert placed.is_success, placed.text


async def test_a_month_is_counted_by_township_and_category_against_the_month_before(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    await _supported(Office(civil_affairs, "civil-affairs"), agency)
    asked: dict[str, str] = {"department": "civil-affairs", "month": "2026-12"}
    told: dict[str, Any] = (await agency.get("/v1/statistics", params=asked)).json()
    names = ("county", "township", "before", "added", "ended", "died", "standing")
    assert [tuple(line[name] for name in names) for line in told["lines"]] == [
        ("445202", "445202001", 1, 0, 0, 0, 1),
        ("445202", None, 2, 1, 2, 1, 1),
        ("445203", None, 1, 0, 0, 0, 1),
    ]
    assert (told["before"], told["end"], told["total"]["standing"]) == ("2026-11-30", "2026-12-20", 3)
    october = (await civil_affairs.get("/v1/statistics", params=asked | {"month": "2026-11"})).json()["total"]
    assert (october["before"], october["ended"], october["standing"]) == (5, 1, 4)
    page = (await agency.get("/v1/statistics-html", params=asked | {"area": "445202"})).text
    assert "<td>最低生活保障</td>" in page
    assert "445203" not in page
    table = (await agency.get("/v1/statistics-csv", params=asked)).text.splitlines()
    assert table[-1] == "合计,,,,4,1,2,1,3,-25.00%"


async def test_a_department_and_a_county_see_their_own_figures_only(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    await _supported(Office(civil_affairs, "civil-affairs"), agency)
    asked = {"department": "civil-affairs"}
    county = await identity.client(Role.AGENCY, "A445203", divisions=["445203"])
    lines = (await county.get("/v1/statistics", params=asked)).json()["lines"]
    assert {line["county"] for line in lines} == {"445203"}
    assert (await county.get("/v1/statistics", params=asked | {"area": "445202"})).status_code == 403
    other = await identity.client(Role.DEPARTMENT, "disabled-persons")
    assert (await other.get("/v1/statistics", params=asked)).status_code == 403
    for month in ("2026-13", "0000-01", "0001-01", "9999-12"):
        assert (await agency.get("/v1/statistics", params=asked | {"month": month})).status_code == 422


async def test_townships_that_lists_name_are_kept_and_counted(identity: Service, agency: httpx.AsyncClient) -> None:
    office = Office(await identity.client(Role.DEPARTMENT, "civil-affairs"), "civil-affairs")
    rows = [person(1, county="445202002"), person(2, county="445202002017"), person(3, county="445202000000")]
    await office.hand_in("1", csv_of(*rows), category="DIBAO")
    assert await _townships(agency) == {"445202002": 2, None: 1}
    # A full list that says nothing else anew still says where people live.
    listed = [person(1, "", "榕城区", "445202003"), person(2, "", "榕城区", ""), person(3, "", "榕城区", "445202002")]
    content = csv_of(*listed, headings=f"{HEADINGS},乡镇代码")
    tried = await office.hand_in("2", content, kind="full", category="DIBAO", area="445202", run="dry")
    told = await office.hand_in("2", content, kind="full", category="DIBAO", area="445202")
    assert tried["outcomes"] == told["outcomes"] == {"CHANGED": 2}
    assert await _townships(agency) == {"445202002": 2, "445202003": 1}
    page = await agency.get("/v1/statistics-html", params={"department": "civil-affairs"})
    assert "<td>445202003</td>" in page.text


async def test_a_township_that_cannot_be_kept_is_told_in_the_receipt(
    identity: Service, agency: httpx.AsyncClient
) -> None:
    office = Office(await identity.client(Role.DEPARTMENT, "civil-affairs"), "civil-affairs")
    rows = [person(1, "", "榕城区", "445203001"), person(2, "", "榕城区", "榕华街道")]
    told = await office.hand_in("1", csv_of(*rows, headings=f"{HEADINGS},乡镇代码"), category="DIBAO")
    assert told["outcomes"] == {"REGISTERED": 2}
    remarks = {line["row"]: (line["code"], line["remark"]) for line in await office.lines("1")}
    assert remarks == {
        2: ("ROW_TOWNSHIP_FOREIGN", "乡镇没有记下：乡镇代码不在此人的县区内"),
        3: ("ROW_TOWNSHIP_UNREAD", "乡镇没有记下：要写 9 位乡镇代码或 12 位村代码"),
    }
    assert await _townships(agency) == {None: 2}


async def _townships(agency: httpx.AsyncClient) -> dict[str | None, int]:
    found = (await agency.get("/v1/statistics", params={"department": "civil-affairs"})).json()
    return {line["township"]: line["standing"] for line in found["lines"]}
