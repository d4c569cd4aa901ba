"""Who is of low income by age, disability and the family's test: single changes and lists alike (004 三(一)4)."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.conftest import BY_ONE
from stdnum.cn import ric

from identity.config import Config
from identity.main import build
from identity.persons.domain.categories import Group
from identity.persons.domain.group_ages import check_age
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Surroundings
from kernel.values.refusals import Refused

HEADINGS: Final = "身份证号,姓名,县区代码,开始日期,结束日期,低收入类型,死亡日期"
FAILED: Final = {
    "kind": "low_income_test",
    "income": "900.01",
    "assets": "0.00",
    "local_line": "600.00",
    "asset_limit": "50000.00",
    "group": "CRITICALLY_ILL",
}
#: The clock of these tests stands on 1 August 2019.
TODAY: Final = date(2019, 8, 1)


def number(born: str) -> str:
    body = f"445201{born.replace('-', '')}001"
    return body + ric.calc_check_digit(f"{body}0")


@pytest.mark.parametrize(
    ("group", "born_on", "fits"),
    [
        (Group.ELDERLY, date(1959, 8, 1), True),
        (Group.ELDERLY, date(1959, 8, 2), False),
        (Group.MINOR, date(2001, 8, 2), True),
        (Group.MINOR, date(2001, 8, 1), False),
        (Group.CRITICALLY_ILL, date(1990, 3, 7), True),
        (None, date(1990, 3, 7), True),
    ],
)
def test_the_old_are_sixty_and_minors_below_eighteen(group: Group | None, born_on: date, *, fits: bool) -> None:
    if fits:
        check_age(group, born_on, TODAY)
    else:
        with pytest.raises(Refused, match="GROUP_AGE_DISAGREES"):
            check_age(group, born_on, TODAY)


async def registered(agency: httpx.AsyncClient, born: str) -> str:
    body = {"id_number": number(born), "name": "示例", "born_on": born, "sex": "MALE", "county": "445201"}
    made = await agency.post("/v1/persons", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["person_id"])


@pytest.mark.parametrize(
    ("born", "said", "status"),
    [
        ("1990-03-07", {"group": "MINOR"}, 422),
        ("1990-03-07", {"group": "ELDERLY"}, 422),
        # The family was taken in before the person was sixty, and is spoken of today.
        ("1958-01-01", {"group": "ELDERLY", "valid_from": "2016-01-01"}, 201),
        # Somebody was a minor as long as that held.
        ("2000-01-01", {"group": "MINOR", "valid_from": "2015-01-01", "valid_to": "2017-12-31"}, 201),
        ("2000-01-01", {"group": "MINOR", "valid_from": "2015-01-01"}, 422),
    ],
)
async def test_a_group_fits_the_age_on_the_day_of_which_it_is_said(
    agency: httpx.AsyncClient, civil_affairs: httpx.AsyncClient, born: str, said: dict[str, str], status: int
) -> None:
    person = await registered(agency, born)
    member = {"category": "LOW_INCOME", "valid_from": "2019-07-01", "evidence": "低收入名单", **said}
    answered = await civil_affairs.post(f"/v1/persons/{person}/memberships", json=member)
    assert answered.status_code == status, answered.text
    assert status == 201 or answered.json()["code"] == "GROUP_AGE_DISAGREES"


async def refusals(
    office: httpx.AsyncClient, *rows: str, department: str = "civil-affairs", number: int = 1, **how: str
) -> list[str]:
    """The codes of the rows of a list that are refused."""
    path = f"/v1/feeds/{department}/batches/{number}"
    sent = await office.put(
        path,
        params={"kind": "delta", "as_of": "2019-08-01T00:00:00+08:00", "category": "LOW_INCOME"} | how,
        content="\n".join([HEADINGS, *rows, ""]).encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert sent.status_code == 202, sent.text

    async def applied() -> bool:
        return bool((await office.get(path)).json()["status"] in {"APPLIED", "TRIED"})

    await eventually(applied)
    lines: list[dict[str, Any]] = (await office.get(f"{path}/rows")).json()["items"]
    return [line["code"] if line["outcome"] == "REFUSED" else line["outcome"] for line in lines]


def row(born: str, group: str, since: str = "2019-07-01", *, until: str = "", died: str = "") -> str:
    return f"{number(born)},示例,445201,{since},{until},{group},{died}"


async def test_a_list_is_asked_the_same_as_a_single_change(civil_affairs: httpx.AsyncClient) -> None:
    told = await refusals(
        civil_affairs, row("1990-03-07", "未成年人"), row("1990-03-08", "老年人"), row("1950-01-01", "老年人")
    )
    assert sorted(told) == ["GROUP_AGE_DISAGREES", "GROUP_AGE_DISAGREES", "REGISTERED"]


async def test_a_list_overrides_no_failed_test(agency: httpx.AsyncClient, civil_affairs: httpx.AsyncClient) -> None:
    person = await registered(agency, "1990-03-07")
    fact = {"detail": FAILED, "valid_from": "2019-06-01", "evidence": "核对表"}
    assert (await civil_affairs.post(f"/v1/persons/{person}/facts", json=fact)).status_code == 201
    rows = row("1990-03-07", "重病患者"), row("1990-03-08", "重病患者")
    tried = await refusals(civil_affairs, *rows, run="dry")
    assert sorted(tried) == ["LOW_INCOME_TEST_FAILED", "REGISTERED"]
    assert await refusals(civil_affairs, *rows) == tried, "a dry run says what the run does"


async def test_the_end_of_what_a_failed_test_refuses_is_taken(
    agency: httpx.AsyncClient, civil_affairs: httpx.AsyncClient
) -> None:
    person = await registered(agency, "1990-03-07")
    begun = await refusals(civil_affairs, row("1990-03-07", "重病患者"), as_of="2019-07-31T00:00:00+08:00")
    assert begun == ["ADDED"]
    fact = {"detail": FAILED, "valid_from": "2019-06-01", "evidence": "核对表"}
    assert (await civil_affairs.post(f"/v1/persons/{person}/facts", json=fact)).status_code == 201
    assert await refusals(civil_affairs, row("1990-03-07", "重病患者", until="2019-07-31"), number=2) == ["CHANGED"]
    longer = row("1990-03-07", "重病患者", until="2019-12-31")
    assert await refusals(civil_affairs, longer, number=3) == ["LOW_INCOME_TEST_FAILED"], "that ends nothing"


async def test_the_end_and_the_death_of_who_is_of_another_age_today_are_taken(
    around: Surroundings, tmp_path: Path
) -> None:
    clock = SetClock(datetime(2019, 8, 1, 1, 0, tzinfo=UTC))
    config = Config(keys=KeyRing.in_folder(tmp_path), library=BY_ONE)
    service = await around.serve("identity", lambda host: build(host, config), clock=clock)
    office = await service.client(Role.DEPARTMENT, "civil-affairs")
    minors = ("2001-09-01", "2001-09-02", "2001-09-03")
    told = await refusals(office, *(row(born, "未成年人") for born in minors))
    assert told == ["REGISTERED"] * 3
    clock.now = datetime(2020, 8, 1, 1, 0, tzinfo=UTC)
    rows = (
        row(minors[0], "未成年人", until="2020-07-31"),
        row(minors[1], "未成年人", died="2020-07-01"),
        row(minors[2], "未成年人"),
        # Of nobody known, who died as a minor and who was none on the last day.
        row("2001-09-04", "未成年人", died="2019-08-20"),
        row("2001-09-05", "未成年人", until="2020-07-31"),
    )
    told = await refusals(office, *rows, number=2, as_of="2020-08-01T00:00:00+08:00")
    assert told == ["CHANGED", "CHANGED", "GROUP_AGE_DISAGREES", "REGISTERED", "GROUP_AGE_DISAGREES"]


async def test_a_slight_disability_is_none_of_the_severe_ones(
    agency: httpx.AsyncClient, disabled_persons: httpx.AsyncClient
) -> None:
    slight, severe = await registered(agency, "1990-03-07"), await registered(agency, "1990-03-08")
    for person, grade in ((slight, 3), (severe, 2)):
        fact = {"detail": {"kind": "disability", "grade": grade}, "valid_from": "2019-01-01", "evidence": "残疾人证"}
        assert (await disabled_persons.post(f"/v1/persons/{person}/facts", json=fact)).status_code == 201
    member = {"category": "LOW_INCOME", "group": "SEVERE_DISABLED", "valid_from": "2019-07-01", "evidence": "名单"}
    refused = await disabled_persons.post(f"/v1/persons/{slight}/memberships", json=member)
    assert (refused.status_code, refused.json()["code"]) == (409, "GROUP_DISABILITY_DISAGREES")
    told = await refusals(
        disabled_persons,
        row("1990-03-07", "重度残疾人"),
        row("1990-03-08", "重度残疾人"),
        department="disabled-persons",
    )
    assert sorted(told) == ["ADDED", "GROUP_DISABILITY_DISAGREES"]
