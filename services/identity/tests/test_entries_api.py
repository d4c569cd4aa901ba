"""Three steps by three people over HTTP, and what they leave behind."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from identity.config import (
    ADMINISTRATORS_SETTING,
    APPROVAL_SETTING,
    CIPHER_SETTING,
    KEYS_SETTING,
    POLICIES_SETTING,
    Config,
    config_from,
)
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings

WANG = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "445201"}
DIBAO = {"kind": "assert", "category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}


class Office:
    """Civil affairs, whose changes need approval, with its people and those of the agency."""

    def __init__(self, service: Service, clock: SetClock) -> None:
        self.service = service
        self.clock = clock

    async def open(self) -> "Office":
        def clerk(name: str) -> Any:
            return self.service.client(Role.DEPARTMENT, "civil-affairs", subject=name)

        self.clerk, self.head, self.strangers = await clerk("clerk"), await clerk("head"), await clerk("admin")
        self.admin = await self.service.client(Role.AGENCY, "A445201", subject="admin")
        self.other_agent = await self.service.client(Role.AGENCY, "A445201", subject="somebody")
        self.person_id = str((await self.clerk.post("/v1/persons", json=WANG)).json()["person_id"])
        return self

    async def enter(self, **change: Any) -> str:
        body = {"person_id": self.person_id, "change": {**DIBAO, **change}}
        response = await self.clerk.post("/v1/entries", json=body)
        assert response.status_code == 201, response.text
        return str(response.json()["entry_id"])

    async def memberships(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.clerk.get(f"/v1/persons/{self.person_id}/memberships")).json()[
            "items"
        ]
        return items


@pytest.fixture
async def office(around: Surroundings, tmp_path: Path) -> Office:
    clock = SetClock(datetime(2019, 8, 1, 1, 0, tzinfo=UTC))
    config = Config(
        keys=KeyRing.in_folder(tmp_path),
        approval_departments=frozenset({"civil-affairs"}),
        administrators={"445201": frozenset({"admin"})},
    )
    return await Office(await around.serve("identity", lambda host: build(host, config), clock=clock), clock).open()


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_change_takes_effect_when_the_third_person_approves(office: Office) -> None:
    entry_id = await office.enter()
    assert await office.memberships() == []
    office.clock.now += timedelta(hours=5)
    assert (await office.head.post(f"/v1/entries/{entry_id}/review")).json()["state"] == "REVIEWED"
    assert await office.memberships() == []
    office.clock.now += timedelta(hours=30)
    approved = await office.admin.post(f"/v1/entries/{entry_id}/approval")
    assert (approved.status_code, approved.json()["state"], approved.json()["person_revision"]) == (200, "APPROVED", 2)
    [held] = await office.memberships()
    # Valid since the identification (AMB-E14), known since the approval.
    assert (held["category"], held["valid_from"], held["recorded_at"]) == (
        "DIBAO",
        "2019-01-01",
        "2019-08-02T12:00:00Z",
    )
    assert held["membership_id"] == approved.json()["membership_id"]


async def test_no_step_is_taken_twice_by_one_person_nor_by_a_wrong_one(office: Office) -> None:
    entry_id = await office.enter()
    path = f"/v1/entries/{entry_id}"
    assert code(await office.clerk.post(f"{path}/review")) == (403, "ENTRY_SAME_PERSON")
    assert code(await office.admin.post(f"{path}/approval")) == (409, "ENTRY_STATE")
    await office.strangers.post(f"{path}/review")
    assert code(await office.admin.post(f"{path}/approval")) == (403, "ENTRY_SAME_PERSON")
    assert code(await office.other_agent.post(f"{path}/approval")) == (403, "ENTRY_NOT_ADMINISTRATOR")
    assert code(await office.head.post(f"{path}/approval")) == (403, "ROLE_NOT_ALLOWED")
    assert await office.memberships() == []


async def test_a_direct_change_is_refused_and_names_the_endpoint(office: Office) -> None:
    path = f"/v1/persons/{office.person_id}/memberships"
    direct = {name: value for name, value in DIBAO.items() if name != "kind"}
    refused = await office.clerk.post(path, json=direct)
    assert code(refused) == (403, "ENTRY_REQUIRED")
    assert refused.json()["about"] == {"endpoint": "/v1/entries"}
    ending = await office.clerk.post(f"{path}/any/end", json={"last_day": "2019-06-30", "reason": "STOPPED"})
    assert code(ending) == (403, "ENTRY_REQUIRED")


async def test_what_no_longer_fits_stays_reviewed(office: Office) -> None:
    first, second = await office.enter(), await office.enter(evidence="dibao list, again")
    for entry_id in (first, second):
        await office.head.post(f"/v1/entries/{entry_id}/review")
    assert (await office.admin.post(f"/v1/entries/{first}/approval")).status_code == 200
    refused = await office.admin.post(f"/v1/entries/{second}/approval")
    assert code(refused) == (409, "ENTRY_NO_LONGER_FITS")
    assert refused.json()["about"]["reason"] == "MEMBERSHIP_OVERLAPS"
    seen = (await office.clerk.get(f"/v1/entries/{second}")).json()
    assert (seen["state"], seen["revision"], seen["proposal"]["evidence"]) == ("REVIEWED", 2, "dibao list, again")
    assert len(await office.memberships()) == 1


async def test_a_newer_statement_of_the_department_is_not_undone_by_an_older_entry(office: Office) -> None:
    first = await office.enter()
    await office.head.post(f"/v1/entries/{first}/review")
    await office.admin.post(f"/v1/entries/{first}/approval")
    [held] = await office.memberships()
    changes = (
        {"kind": "correct", "reason": "ENTERED_WRONGLY", "valid_from": "2018-07-01", "evidence": "list 2018-07"},
        {"kind": "end", "last_day": "2019-07-31", "reason": "STOPPED"},
    )
    entries = []
    for change in changes:
        office.clock.now += timedelta(hours=1)
        body = {"person_id": office.person_id, "change": {**change, "membership_id": held["membership_id"]}}
        entries.append((await office.clerk.post("/v1/entries", json=body)).json()["entry_id"])
        await office.head.post(f"/v1/entries/{entries[-1]}/review")
    older, newer = entries
    assert (await office.admin.post(f"/v1/entries/{newer}/approval")).status_code == 200
    refused = await office.admin.post(f"/v1/entries/{older}/approval")
    assert code(refused) == (409, "ENTRY_NO_LONGER_FITS")
    assert refused.json()["about"]["reason"] == "ENTRY_SUPERSEDED"
    [held] = await office.memberships()
    assert (held["valid_from"], held["valid_to"]) == ("2019-01-01", "2019-07-31")


async def test_ends_and_corrections_take_the_same_way(office: Office) -> None:
    entry_id = await office.enter()

    async def through(entry_id: str) -> None:
        await office.head.post(f"/v1/entries/{entry_id}/review")
        assert (await office.admin.post(f"/v1/entries/{entry_id}/approval")).status_code == 200

    await through(entry_id)
    [held] = await office.memberships()
    for change in (
        {"kind": "correct", "reason": "ENTERED_WRONGLY", "valid_from": "2018-07-01", "evidence": "list 2018-07"},
        {"kind": "end", "last_day": "2019-07-31", "reason": "STOPPED"},
    ):
        body = {"person_id": office.person_id, "change": {**change, "membership_id": held["membership_id"]}}
        entered = await office.clerk.post("/v1/entries", json=body)
        assert entered.status_code == 201, entered.text
        await through(entered.json()["entry_id"])
    [held] = await office.memberships()
    assert (held["valid_from"], held["valid_to"]) == ("2018-07-01", "2019-07-31")


async def test_an_entry_goes_back_and_comes_again(office: Office) -> None:
    entry_id = await office.enter()
    path = f"/v1/entries/{entry_id}"
    returned = await office.head.post(f"{path}/return", json={"reason": "which list?"})
    assert returned.json()["state"] == "RETURNED"
    amended = await office.clerk.post(f"{path}/amendment", json={"change": {**DIBAO, "evidence": "list 7"}})
    assert (amended.status_code, amended.json()["state"]) == (200, "ENTERED")
    assert amended.json()["membership_id"] == returned.json()["membership_id"]
    withdrawn = await office.clerk.post(f"{path}/withdrawal")
    assert withdrawn.json()["state"] == "WITHDRAWN"
    with_number = {"reason": "number 445201199003070034 is wrong"}
    assert code(await office.head.post(f"{path}/rejection", json=with_number)) == (422, "PERSONAL_DATA_IN_TEXT")
    assert code(await office.head.post(f"{path}/rejection", json={"reason": "late"})) == (409, "ENTRY_STATE")


async def test_what_can_never_be_is_refused_at_once(office: Office) -> None:
    body = {"person_id": office.person_id, "change": {**DIBAO, "category": "POOR_DISABLED"}}
    assert code(await office.clerk.post("/v1/entries", json=body)) == (403, "CATEGORY_NOT_OWNED")
    body = {"person_id": "nobody", "change": DIBAO}
    assert code(await office.clerk.post("/v1/entries", json=body)) == (404, "PERSON_UNKNOWN")
    body = {"person_id": office.person_id, "change": {"kind": "forget"}}
    assert code(await office.clerk.post("/v1/entries", json=body)) == (422, "INVALID_FIELD")
    assert await office.service.pool.fetchval("SELECT count(*) FROM entries") == 0


async def test_an_approval_sent_twice_is_one(office: Office) -> None:
    entry_id = await office.enter()
    await office.head.post(f"/v1/entries/{entry_id}/review")
    key = {"Idempotency-Key": "approval-1"}
    first = await office.admin.post(f"/v1/entries/{entry_id}/approval", headers=key)
    again = await office.admin.post(f"/v1/entries/{entry_id}/approval", headers=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await office.memberships()) == 1


async def test_of_two_approvals_at_once_one_counts(office: Office) -> None:
    entry_id = await office.enter()
    await office.head.post(f"/v1/entries/{entry_id}/review")
    path = f"/v1/entries/{entry_id}/approval"
    answers = await asyncio.gather(*(office.admin.post(path) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"ENTRY_STATE"}
    assert len(await office.memberships()) == 1


async def test_the_work_list_shows_the_longest_waiting_first_page_by_page(office: Office) -> None:
    entered = []
    for year in ("2016", "2017", "2018"):
        entered.append(await office.enter(valid_from=f"{year}-01-01", valid_to=f"{year}-12-31"))
        office.clock.now += timedelta(minutes=1)
    query = {"state": "ENTERED", "county": "445201", "limit": "2"}
    page = (await office.admin.get("/v1/entries", params=query)).json()
    rest = (await office.admin.get("/v1/entries", params={**query, "after": page["next"]})).json()
    assert [row["entry_id"] for row in (*page["items"], *rest["items"])] == entered
    other = await office.service.client(Role.DEPARTMENT, "poverty-alleviation", subject="other")
    assert (await other.get("/v1/entries", params=query)).json()["items"] == []
    assert code(await other.get(f"/v1/entries/{entered[0]}")) == (404, "ENTRY_UNKNOWN")
    assert code(await other.post(f"/v1/entries/{entered[0]}/review")) == (404, "ENTRY_UNKNOWN")


async def test_the_delay_of_each_step_is_counted_by_county_and_month(office: Office) -> None:
    for number, hours in enumerate((2, 50, 7)):
        entry_id = await office.enter(valid_from=f"201{number}-01-01", valid_to=f"201{number}-12-31")
        office.clock.now += timedelta(hours=hours)
        await office.head.post(f"/v1/entries/{entry_id}/review")
        office.clock.now += timedelta(minutes=30)
        await office.admin.post(f"/v1/entries/{entry_id}/approval")
    assert (await office.admin.get("/v1/entries/delays", params={"month": "2019-13"})).status_code == 422
    rows = (await office.admin.get("/v1/entries/delays", params={"month": "2019-08"})).json()["items"]
    assert [(row["county"], row["step"], row["count"], row["median_hours"], row["max_hours"]) for row in rows] == [
        ("445201", "APPROVAL", 3, 1, 1),
        ("445201", "REVIEW", 3, 7, 50),
        ("445201", "WHOLE", 3, 8, 51),
    ]


def test_settings_name_departments_and_administrators(tmp_path: Path) -> None:
    KeyRing.in_folder(tmp_path)
    keys = {KEYS_SETTING: str(tmp_path / "encryption-keys.json"), POLICIES_SETTING: str(tmp_path)}
    assert config_from(keys).approval_departments == frozenset()
    said = {APPROVAL_SETTING: "civil-affairs, disabled-persons", ADMINISTRATORS_SETTING: "445201=li,445201=wang"}
    config = config_from({**keys, **said})
    assert config.approval_departments == {"civil-affairs", "disabled-persons"}
    assert config.administrators == {"445201": {"li", "wang"}}
    assert (config.cipher, config_from({**keys, CIPHER_SETTING: "sm4-gcm"}).cipher) == ("aes-256-gcm", "sm4-gcm")
    with pytest.raises(ValueError, match="des"):
        config_from({**keys, CIPHER_SETTING: "des"})
    with pytest.raises(ValueError, match="county=user"):
        config_from({**keys, ADMINISTRATORS_SETTING: "445201"})
