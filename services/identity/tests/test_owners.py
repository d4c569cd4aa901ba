"""Whose list says who belongs to a category: the platform's rule, a document's, a county's own (AMB-H6, R-HN-02)."""

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import httpx
import pytest

from identity.config import Config
from identity.main import build
from identity.persons.domain.categories import Category, Department, Group
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import CorrectionReason, Membership
from identity.persons.domain.owners import PLATFORM_OWNERS, OwnerRule, Owners
from identity.persons.domain.person import DECIDER, CorrectMembership, decide
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from kernel.values.refusals import Refused
from law.packs import load_library

POLICIES: Final = Path(__file__).parents[3] / "policies"
HUNAN: Final = "430000-hunan/2018-xiangrenshefa-46"
#: A made-up person of 长沙市芙蓉区.
WANG: Final = {
    "id_number": "430102199003070039",
    "name": "王小明",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "430102",
}
NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
DISABLED: Final = {"category": "POOR_DISABLED", "valid_from": "2019-01-01", "evidence": "list 2019-01"}
PROVINCE: Final = OwnerRule(division="430000", category=Category.POOR_DISABLED, department=Department.CIVIL_AFFAIRS)
COUNTY: Final = OwnerRule(division="430102", category=Category.POOR_DISABLED, department=Department.COUNTY_GOVERNMENT)


def test_the_nearest_place_says_whose_list_it_is() -> None:
    owners = Owners((PROVINCE, COUNTY))
    assert owners.owner(Category.POOR_DISABLED, None, "430103") is Department.CIVIL_AFFAIRS
    assert owners.owner(Category.POOR_DISABLED, None, "430102") is Department.COUNTY_GOVERNMENT
    assert owners.owner(Category.POOR_DISABLED, None, "445202") is Department.DISABLED_PERSONS
    assert PLATFORM_OWNERS.owner(Category.LOW_INCOME, Group.SEVERE_DISABLED, "445202") is Department.DISABLED_PERSONS
    assert PLATFORM_OWNERS.owner(Category.LOW_INCOME, Group.ELDERLY, "445202") is Department.CIVIL_AFFAIRS


def test_a_file_is_taken_from_whoever_says_the_category_in_some_place_of_the_sender() -> None:
    owners = Owners((PROVINCE,))
    owners.check_somewhere(Department.CIVIL_AFFAIRS, Category.POOR_DISABLED, ("430102",))
    owners.check_somewhere(Department.CIVIL_AFFAIRS, Category.POOR_DISABLED, ())
    owners.check_somewhere(Department.DISABLED_PERSONS, Category.POOR_DISABLED, ("445202",))
    for department, within in ((Department.DISABLED_PERSONS, ("430102",)), (Department.CIVIL_AFFAIRS, ("445202",))):
        with pytest.raises(Refused) as refused:
            owners.check_somewhere(department, Category.POOR_DISABLED, within)
        assert refused.value.code == "CATEGORY_NOT_OWNED"


async def registered(client: httpx.AsyncClient) -> str:
    response = await client.post("/v1/persons", json=WANG)
    assert response.status_code == 201, response.text
    return f"/v1/persons/{response.json()['person_id']}/memberships"


async def test_in_hunan_civil_affairs_says_who_is_poor_and_disabled(
    identity: Service, civil_affairs: httpx.AsyncClient
) -> None:
    federation = await identity.client(Role.DEPARTMENT, "disabled-persons")
    path = await registered(civil_affairs)
    refused = await federation.post(path, json=DISABLED)
    assert (refused.status_code, refused.json()["code"]) == (403, "CATEGORY_NOT_OWNED")
    assert refused.json()["about"]["owner"] == "civil-affairs"
    said = await civil_affairs.post(path, json=DISABLED)
    assert said.status_code == 201, said.text
    # Nobody else ends it, though another place's rule would give it to the federation.
    ending = {"last_day": "2019-07-01", "reason": "STOPPED"}
    foreign = await federation.post(f"{path}/{said.json()['membership_id']}/end", json=ending)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "CATEGORY_NOT_OWNED")
    assert (await civil_affairs.post(f"{path}/{said.json()['membership_id']}/end", json=ending)).is_success


def test_who_said_it_puts_its_own_word_right_though_another_office_says_the_category_now() -> None:
    said = Membership(
        membership_id="m1",
        department=Department.DISABLED_PERSONS,
        category=Category.POOR_DISABLED,
        valid_from=date(2019, 1, 1),
        evidence="list 2019-01",
    )
    before = Entitlement(person_id="p1", revision=1, county="430102", memberships=(said,))
    facts = {name: getattr(said, name) for name in said.__struct_fields__ if name not in ("category", "stated")}
    facts |= {"valid_from": date(2019, 2, 1), "reason": CorrectionReason.ENTERED_WRONGLY, "born_on": date(1990, 3, 7)}
    (event,) = decide(CorrectMembership(**facts, owners=Owners((PROVINCE,))), before)
    after = DECIDER.evolve(before, event)
    assert after is not None
    assert after.memberships[0].valid_from == date(2019, 2, 1)


async def test_a_county_whose_federation_feeds_them_says_so_in_its_settings(
    around: Surroundings, tmp_path: Path
) -> None:
    policies = Path(copytree(POLICIES, tmp_path / "policies"))
    (policies / f"{HUNAN}.settings.yaml").write_text("readings: {H6: federation_feeds}\n", encoding="utf-8")
    config = Config(keys=KeyRing.in_folder(tmp_path), library=load_library(policies))
    service = await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)
    federation = await service.client(Role.DEPARTMENT, "disabled-persons")
    path = await registered(federation)
    assert (await federation.post(path, json=DISABLED)).status_code == 201
    refused = await (await service.client(Role.DEPARTMENT, "civil-affairs")).post(path, json=DISABLED)
    assert (refused.status_code, refused.json()["code"]) == (403, "CATEGORY_NOT_OWNED")


async def test_rows_of_a_file_are_held_against_the_owner_where_each_person_lives(
    civil_affairs: httpx.AsyncClient,
) -> None:
    rows = ["身份证号,姓名,县区代码,开始日期,类别"]
    rows += [f"{WANG['id_number']},{WANG['name']},{county},2019-01-01,贫困残疾人" for county in ("430102", "445202")]
    path = "/v1/feeds/civil-affairs/batches/1"
    sent = await civil_affairs.put(
        path,
        params={"kind": "delta", "as_of": "2019-07-01T00:00:00+08:00"},
        content="\n".join([*rows, ""]).encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert sent.status_code == 202, sent.text

    async def applied() -> dict[str, Any] | None:
        found: dict[str, Any] = (await civil_affairs.get(path)).json()
        return found if found["status"] == "APPLIED" else None

    batch = await eventually(applied)
    assert batch is not None
    assert batch["outcomes"] == {"REGISTERED": 1, "REFUSED": 1}
    (line,) = (await civil_affairs.get(f"{path}/rows", params={"outcome": "REFUSED"})).json()["items"]
    assert (line["row"], line["code"]) == (3, "CATEGORY_NOT_OWNED")
