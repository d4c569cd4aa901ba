"""A department sees whom it holds on its list, not whom it has just claimed; whoever sees anybody is written down."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings

DIBAO: Final = {"category": "DIBAO"}
POOR: Final = f"{HEADINGS},脱贫状态"


class Clock:
    """The clock of these tests: every look at it is a millisecond later."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path, clock: Clock) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), approval_departments=frozenset({"disabled-persons"}))
    return await around.serve("identity", lambda host: build(host, config), clock=clock)


@pytest.fixture
async def somebody(civil_affairs: httpx.AsyncClient) -> str:
    office = Office(civil_affairs, "civil-affairs")
    headings = f"{HEADINGS},电话,住址"
    await office.hand_in("1", csv_of(person(1, "王示例", "445202", "13900139123", "一号"), headings=headings), **DIBAO)
    return str((await office.lines("1"))[0]["person_id"])


async def name_for(client: httpx.AsyncClient, person_id: str) -> str:
    answered = (await client.get(f"/v1/persons/{person_id}")).json()
    return str(answered.get("name", answered.get("code")))


async def test_a_list_that_names_somebody_opens_them_from_the_next_day(
    somebody: str, civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, clock: Clock
) -> None:
    assert await name_for(poverty_alleviation, somebody) == "PERSON_NOT_IN_FEED"
    claim = csv_of([number_of(1), "王示例", "445202", "2019-01-01", "未脱贫"], headings=POOR)
    office = Office(poverty_alleviation, "poverty-alleviation")
    await office.hand_in("1", claim, category="REGISTERED_POOR")
    assert await name_for(poverty_alleviation, somebody) == "王**", "just claimed"
    assert await name_for(civil_affairs, somebody) == "王示例", "who brought the data sees them"
    clock.now += timedelta(days=1)
    assert await name_for(poverty_alleviation, somebody) == "王示例"
    # What it does not hold any more is closed again.
    ended = csv_of(
        [number_of(1), "王示例", "445202", "2019-01-01", "未脱贫", "2026-12-09"], headings=f"{POOR},结束日期"
    )
    await office.hand_in("2", ended, category="REGISTERED_POOR")
    assert await name_for(poverty_alleviation, somebody) == "王**"


async def test_what_three_people_approved_opens_at_once(somebody: str, identity: Service) -> None:
    clerks = [
        await identity.client(Role.DEPARTMENT, "disabled-persons", subject=name) for name in ("enters", "reviews")
    ]
    admin = await identity.client(Role.AGENCY, "A445200", subject="approves")
    office = Office(clerks[0], "disabled-persons")
    row = csv_of([number_of(1), "王示例", "445202", "2019-01-01"])
    assert (await office.hand_in("1", row, category="POOR_DISABLED"))["status"] == "ENTERED"
    assert (await clerks[1].post(f"{office.path('1')}/review")).is_success
    assert await name_for(clerks[0], somebody) == "PERSON_NOT_IN_FEED"
    assert (await admin.post(f"{office.path('1')}/approval")).is_success
    await office.batch("1")
    assert await name_for(clerks[0], somebody) == "王示例"


async def test_a_department_has_to_do_with_the_illnesses_of_its_own_people_only(
    somebody: str, civil_affairs: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    told = {"disease": "脑梗死", "care": "AT_HOME", "plan": "每月巡诊", "since": "2019-03-01"}
    path = f"/v1/persons/{somebody}/illnesses"
    assert (await poverty_alleviation.post(path, json=told)).json()["code"] == "PERSON_NOT_IN_FEED"
    entered = (await agency.post(path, json=told)).json()["illness_id"]

    async def listed(client: httpx.AsyncClient) -> list[str]:
        return [row["illness_id"] for row in (await client.get("/v1/illnesses")).json()["items"]]

    assert await listed(civil_affairs) == [entered]
    assert await listed(poverty_alleviation) == []
    claim = csv_of([number_of(1), "王示例", "445202", "2019-01-01", "未脱贫"], headings=POOR)
    await Office(poverty_alleviation, "poverty-alleviation").hand_in("1", claim, category="REGISTERED_POOR")
    assert await listed(poverty_alleviation) == [], "just claimed"
    verdict = {"confirmed": True, "note": "已上门"}
    assert (await civil_affairs.post(f"/v1/illnesses/{entered}/verification", json=verdict)).is_success
    checks = f"/v1/persons/{somebody}/exit-checks"
    stranger = await agency.get(checks)
    assert stranger.is_success


async def test_each_look_is_written_down_with_the_user_and_for_what(
    somebody: str, civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    path = f"/v1/persons/{somebody}"
    await agency.get(path, params={"reason": "REIMBURSEMENT"})
    await civil_affairs.get(path)
    hospital = await identity.client(Role.HOSPITAL, "H445201001")
    await hospital.get(path)
    await Office(civil_affairs, "civil-affairs").people("1")
    looks = (await agency.get(f"{path}/looks")).json()["items"]
    assert [(look["seen_by"], look["organisation"], look["seen_for"], look["reason"]) for look in looks] == [
        ("department-1", "civil-affairs", "LIST_CHECKED", None),
        ("department-1", "civil-affairs", "RECORD", None),
        ("agency-1", "A445200", "RECORD", "REIMBURSEMENT"),
    ], "what a hospital sees is cut short"
    assert (await civil_affairs.get(f"{path}/looks")).status_code == 403
