"""What held on a day as it was known at a moment, over HTTP: memberships, death and facts in two times."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from services.identity.tests.conftest import BY_ONE

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Surroundings

WANG = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "445201"}
TWIN = {**WANG, "id_number": "445201199003080013", "born_on": "1990-03-08"}
DIBAO = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}
GRADE = {"kind": "disability", "grade": 2}
INCOME = {
    "kind": "low_income_test",
    "income": "900.00",
    "assets": "20000.00",
    "local_line": "600.00",
    "asset_limit": "50000.00",
    "group": "ELDERLY",
}

_FAILED = "LOW_INCOME_TEST_FAILED"


class Offices:
    """Two departments and the agency, with a clock that tests set by the day of July 2019."""

    def __init__(self) -> None:
        self.now = datetime(2019, 7, 1, 1, 0, tzinfo=UTC)

    def on(self, day: int) -> None:
        self.now = datetime(2019, 7, day, 1, 0, tzinfo=UTC)

    async def open(self, around: Surroundings, tmp_path: Path) -> "Offices":
        config = Config(keys=KeyRing.in_folder(tmp_path), library=BY_ONE)
        service = await around.serve("identity", lambda host: build(host, config), clock=lambda: self.now)
        self.service = service
        self.civil_affairs = await service.client(Role.DEPARTMENT, "civil-affairs")
        self.federation = await service.client(Role.DEPARTMENT, "disabled-persons")
        self.agency = await service.client(Role.AGENCY, "A445200")
        self.hospital = await service.client(Role.HOSPITAL, "H445201001")
        self.person_id = str((await self.send(self.civil_affairs, "/v1/persons", WANG))["person_id"])
        return self

    async def send(self, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = await client.post(path, json=body)
        assert response.status_code in (200, 201), response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def by_three(self, change: dict[str, Any]) -> None:
        """Three people of the agency handle a change, as the document of the place asks."""
        body = {"person_id": self.person_id, "change": change}
        path = f"/v1/entries/{(await self.send(self.agency, '/v1/entries', body))['entry_id']}"
        for user, step in (("second", "review"), ("third", "approval")):
            await self.send(await self.service.client(Role.AGENCY, "A445200", subject=user), f"{path}/{step}", {})

    async def say(self, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self.send(client, f"/v1/persons/{self.person_id}/{path}", body)

    async def as_of(
        self, on: str, day: int, *, client: httpx.AsyncClient | None = None, person_id: str | None = None
    ) -> dict[str, Any]:
        query = {"on": on, "known_at": f"2019-07-{day:02}T23:00:00+08:00"}
        path = f"/v1/persons/{person_id or self.person_id}/as-of"
        answer: dict[str, Any] = (await (client or self.agency).get(path, params=query)).json()
        return answer


@pytest.fixture
async def offices(around: Surroundings, tmp_path: Path) -> Offices:
    return await Offices().open(around, tmp_path)


async def test_a_correction_changes_what_is_known_and_not_what_was(offices: Offices) -> None:
    offices.on(2)
    held = await offices.say(offices.civil_affairs, "memberships", DIBAO)
    offices.on(10)
    better = {"reason": "ENTERED_WRONGLY", "valid_from": "2019-04-01", "evidence": "dibao list 2019-04"}
    await offices.say(offices.civil_affairs, f"memberships/{held['membership_id']}/correction", better)

    assert (await offices.as_of("2019-02-01", 1))["memberships"] == []
    [then] = (await offices.as_of("2019-02-01", 9))["memberships"]
    assert (then["category"], then["evidence"]) == ("DIBAO", "dibao list 2019-01")
    assert (await offices.as_of("2019-02-01", 10))["memberships"] == []
    [now] = (await offices.as_of("2019-05-01", 10))["memberships"]
    assert (now["valid_from"], now["membership_id"]) == ("2019-04-01", held["membership_id"])


async def test_after_a_known_death_nothing_holds(offices: Offices) -> None:
    await offices.say(offices.civil_affairs, "memberships", DIBAO)
    offices.on(5)
    await offices.say(offices.civil_affairs, "death", {"died_on": "2019-07-03"})
    offices.on(20)
    await offices.by_three({"kind": "correct_death", "reason": "NOT_DEAD", "evidence": "came to the office"})
    for day, held in ((4, 1), (5, 0), (20, 1)):
        seen = await offices.as_of("2019-07-04", day)
        assert (len(seen["memberships"]), seen["deceased_on"]) == (held, None if held else "2019-07-03")
    assert len((await offices.as_of("2019-07-03", 5))["memberships"]) == 1


async def test_a_merger_is_known_from_its_day_on(offices: Offices) -> None:
    twin = (await offices.send(offices.civil_affairs, "/v1/persons", TWIN))["person_id"]
    offices.on(2)
    await offices.send(offices.civil_affairs, f"/v1/persons/{twin}/memberships", DIBAO)
    own = {**DIBAO, "valid_from": "2018-01-01", "evidence": "older list"}
    await offices.say(offices.civil_affairs, "memberships", own)
    offices.on(10)
    kept = (await offices.as_of("2019-07-01", 9, person_id=twin))["memberships"][0]["membership_id"]
    await offices.say(offices.agency, "merger", {"other_id": twin, "evidence": "household book", "keep": [kept]})
    for day, mine, theirs in ((9, ["2018-01-01"], ["2019-01-01"]), (10, ["2019-01-01"], [])):
        for person_id, expected in ((offices.person_id, mine), (twin, theirs)):
            seen = await offices.as_of("2019-07-01", day, person_id=person_id)
            assert [held["valid_from"] for held in seen["memberships"]] == expected


async def test_facts_are_read_by_day_and_by_what_was_known(offices: Offices) -> None:
    offices.on(2)
    grade = {"detail": GRADE, "valid_from": "2018-01-01", "evidence": "disability card 7"}
    first = await offices.say(offices.federation, "facts", grade)
    offices.on(10)
    worse = {**grade, "detail": {"kind": "disability", "grade": 1}, "valid_from": "2019-06-01"}
    await offices.say(offices.federation, "facts", worse)

    async def grades(on: str, day: int) -> list[int]:
        return [fact["detail"]["grade"] for fact in (await offices.as_of(on, day))["facts"]]

    assert (await grades("2019-06-15", 1), await grades("2019-06-15", 2), await grades("2019-06-15", 10)) == (
        [],
        [2],
        [1],
    )
    assert await grades("2019-05-31", 10) == [2]
    offices.on(20)
    path = f"/v1/persons/{offices.person_id}/facts/{first['fact_id']}/withdrawal"
    assert (await offices.federation.post(path)).status_code == 200
    assert await grades("2019-05-31", 20) == []


async def test_a_low_income_test_is_kept_with_its_inputs_result_and_clause(offices: Offices) -> None:
    told = {"detail": INCOME, "valid_from": "2019-08-01", "evidence": "income check 12"}
    await offices.say(offices.civil_affairs, "facts", told)
    richer = {**told, "detail": {**INCOME, "income": "900.01"}, "valid_from": "2019-09-01"}
    await offices.say(offices.civil_affairs, "facts", richer)
    [passed] = (await offices.as_of("2019-08-15", 1))["facts"]
    assert passed["detail"] == {
        **INCOME,
        "income_multiple": "1.5",
        "passed": True,
        "clause": passed["detail"]["clause"],
    }
    assert passed["detail"]["clause"].endswith("三(一)4")
    [failed] = (await offices.as_of("2019-09-15", 1))["facts"]
    assert (failed["detail"]["income"], failed["detail"]["passed"]) == ("900.01", False)
    low_income = {**DIBAO, "category": "LOW_INCOME", "group": "CRITICALLY_ILL", "valid_from": "2019-09-01"}
    path = f"/v1/persons/{offices.person_id}/memberships"
    refused = await offices.civil_affairs.post(path, json=low_income)
    assert (refused.status_code, refused.json()["code"]) == (409, "LOW_INCOME_TEST_FAILED")
    assert refused.json()["about"] == {"fact_id": failed["fact_id"]}
    for fits in (
        {**low_income, "valid_from": "2019-08-31", "valid_to": "2019-08-31"},
        {**DIBAO, "valid_from": "2019-09-01"},
    ):
        assert (await offices.civil_affairs.post(path, json=fits)).status_code == 201
    rural = {**told, "detail": {**INCOME, "group": "RURAL"}, "valid_from": "2019-10-01"}
    misplaced = await offices.civil_affairs.post(f"/v1/persons/{offices.person_id}/facts", json=rural)
    assert (misplaced.status_code, misplaced.json()["code"]) == (422, "GROUP_MISPLACED")
    early = await offices.civil_affairs.post(
        f"/v1/persons/{offices.person_id}/facts", json={**told, "valid_from": "2010-01-01"}
    )
    assert early.json()["code"] in ("POLICY_UNKNOWN", "LOW_INCOME_RULE_MISSING")


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({}, True),  # 900.00 is one and a half times 600.00 exactly: 1.5倍以下
        ({"income": "900.01"}, False),
        ({"local_line": "600.01", "income": "900.01"}, True),  # the multiple is 900.015, and not rounded
        ({"local_line": "600.01", "income": "900.02"}, False),
        ({"assets": "49999.99"}, True),
        ({"assets": "50000.00"}, False),  # 低于 does not reach the limit
    ],
)
async def test_a_family_is_of_low_income_at_the_edges_of_the_document(
    offices: Offices, changes: dict[str, str], *, passed: bool
) -> None:
    told = {"detail": INCOME | changes, "valid_from": "2019-07-01", "evidence": "income check 12"}
    await offices.say(offices.civil_affairs, "facts", told)
    [found] = (await offices.as_of("2019-07-01", 1))["facts"]
    assert found["detail"]["passed"] is passed
    member = {**DIBAO, "category": "LOW_INCOME", "group": "CRITICALLY_ILL", "valid_from": "2019-07-01"}
    answered = await offices.civil_affairs.post(f"/v1/persons/{offices.person_id}/memberships", json=member)
    assert (answered.status_code, answered.json().get("code")) == ((201, None) if passed else (409, _FAILED))


async def test_who_sees_which_facts(offices: Offices) -> None:
    household = {"kind": "household", "household_id": "4452010001", "role": "HEAD"}
    await offices.say(
        offices.civil_affairs, "facts", {"detail": household, "valid_from": "2018-01-01", "evidence": "household book"}
    )
    for client, seen in (
        (offices.civil_affairs, 1),
        (offices.federation, 0),
        (offices.hospital, 0),
        (offices.agency, 1),
    ):
        assert len((await offices.as_of("2019-07-01", 1, client=client))["facts"]) == seen
    refused = await offices.federation.post(
        f"/v1/persons/{offices.person_id}/facts",
        json={"detail": household, "valid_from": "2018-01-01", "evidence": "household book"},
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "FACT_NOT_OWNED")


async def test_questions_that_cannot_be_answered_are_refused(offices: Offices) -> None:
    path = f"/v1/persons/{offices.person_id}/as-of"
    for seconds in ("20190701", "0"):  # no number is a moment
        numeric = await offices.agency.get(path, params={"known_at": seconds})
        assert (numeric.status_code, numeric.json()["code"]) == (422, "INVALID_PARAMETER")
    naive = await offices.agency.get(path, params={"known_at": "2019-07-01T00:00:00"})
    assert (naive.status_code, naive.json()["code"]) == (422, "MOMENT_WITHOUT_ZONE")
    nobody = await offices.agency.get("/v1/persons/nobody/as-of")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "PERSON_UNKNOWN")
    grade = {"detail": {"kind": "disability", "grade": 5}, "valid_from": "2018-01-01", "evidence": "card"}
    wrong = await offices.federation.post(f"/v1/persons/{offices.person_id}/facts", json=grade)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "INVALID_FIELD")
