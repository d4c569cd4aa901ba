"""After an upgrade another department says a category: what the one before said becomes its word, and both see that."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.conftest import LIBRARY
from services.identity.tests.test_owners import DISABLED, HUNAN, POLICIES, WANG

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings
from law.packs import load_library

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
LI: Final = {**WANG, "id_number": "430102199003080018", "born_on": "1990-03-08", "name": "李示例"}
ASKED: Final = {"category": "POOR_DISABLED", "former": "disabled-persons", "area": "430000"}
HANDOVERS: Final = "/v1/memberships/handovers"


async def said(client: httpx.AsyncClient, person: dict[str, str]) -> tuple[str, str]:
    """Register a person and say that they are poor and disabled; gives the path of the memberships and the id."""
    found = await client.post("/v1/persons", json=person)
    path = f"/v1/persons/{found.json()['person_id']}/memberships"
    held = await client.post(path, json=DISABLED)
    assert held.status_code == 201, held.text
    return path, str(held.json()["membership_id"])


@pytest.fixture
async def before(around: Surroundings, tmp_path: Path) -> Service:
    """The release before: the federation says who is poor and disabled everywhere."""
    policies = Path(copytree(POLICIES, tmp_path / "policies"))
    (policies / f"{HUNAN}.settings.yaml").write_text("readings: {H6: federation_feeds}\n", encoding="utf-8")
    config = Config(keys=KeyRing.in_folder(tmp_path), library=load_library(policies))
    return await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)


async def upgraded(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=LIBRARY)
    return await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)


async def listed(service: Service, department: str) -> list[dict[str, Any]]:
    client = await service.client(Role.DEPARTMENT, department)
    items: list[dict[str, Any]] = (await client.get(HANDOVERS, params={"department": department})).json()["items"]
    return items


async def test_what_the_former_owner_said_is_the_new_one_s_to_end(
    before: Service, around: Surroundings, tmp_path: Path
) -> None:
    path, membership_id = await said(await before.client(Role.DEPARTMENT, "disabled-persons"), WANG)
    after = await upgraded(around, tmp_path)
    operator, civil = await after.client(Role.OPERATIONS), await after.client(Role.DEPARTMENT, "civil-affairs")
    federation = await after.client(Role.DEPARTMENT, "disabled-persons")
    assert (await federation.post(HANDOVERS, json=ASKED)).json()["code"] == "ROLE_NOT_ALLOWED"
    done = await operator.post(HANDOVERS, json=ASKED)
    assert (done.status_code, done.json()) == (200, {"handed_over": 1, "staying": [], "next": None})
    assert (await operator.post(HANDOVERS, json=ASKED)).json()["handed_over"] == 0, "once is enough"
    for department in ("civil-affairs", "disabled-persons"):
        (found,) = await listed(after, department)
        assert (found["membership_id"], found["former"], found["department"]) == (
            membership_id, "disabled-persons", "civil-affairs",
        )  # fmt: skip
    assert await listed(after, "poverty-alleviation") == []
    ending = {"last_day": "2019-07-31", "reason": "STOPPED"}
    refused = await federation.post(f"{path}/{membership_id}/end", json=ending)
    assert (refused.status_code, refused.json()["code"]) == (403, "CATEGORY_NOT_OWNED")
    assert (await civil.post(f"{path}/{membership_id}/end", json=ending)).is_success
    (held,) = (await civil.get(path)).json()["items"]
    assert (held["department"], held["valid_from"], held["valid_to"]) == ("civil-affairs", "2019-01-01", "2019-07-31")


async def test_two_memberships_of_one_person_are_handed_over_together(
    before: Service, around: Surroundings, tmp_path: Path
) -> None:
    federation = await before.client(Role.DEPARTMENT, "disabled-persons")
    path, first = await said(federation, WANG)
    assert (
        await federation.post(f"{path}/{first}/end", json={"last_day": "2019-08-01", "reason": "STOPPED"})
    ).is_success
    second = await federation.post(path, json={**DISABLED, "valid_from": "2019-08-02"})
    assert second.status_code == 201, second.text
    after = await upgraded(around, tmp_path)
    done = await (await after.client(Role.OPERATIONS)).post(HANDOVERS, json=ASKED)
    assert (done.status_code, done.json()) == (200, {"handed_over": 2, "staying": [], "next": None})
    found = await listed(after, "civil-affairs")
    assert {one["membership_id"] for one in found} == {first, second.json()["membership_id"]}


async def test_days_that_both_said_stay_with_who_said_them(
    before: Service, around: Surroundings, tmp_path: Path
) -> None:
    path, membership_id = await said(await before.client(Role.DEPARTMENT, "disabled-persons"), WANG)
    after = await upgraded(around, tmp_path)
    civil = await after.client(Role.DEPARTMENT, "civil-affairs")
    assert (await civil.post(path, json=DISABLED)).status_code == 201
    done = (await (await after.client(Role.OPERATIONS)).post(HANDOVERS, json=ASKED)).json()
    assert (done["handed_over"], done["staying"]) == (
        0, [{"membership_id": membership_id, "code": "MEMBERSHIP_OVERLAPS"}],
    )  # fmt: skip
    # Who said it ends it: its own word is put right by itself alone.
    federation = await after.client(Role.DEPARTMENT, "disabled-persons")
    ending = {"last_day": "2019-07-31", "reason": "STOPPED"}
    assert (await federation.post(f"{path}/{membership_id}/end", json=ending)).is_success


async def test_where_the_federation_goes_on_saying_it_nothing_changes_hands(before: Service) -> None:
    federation = await before.client(Role.DEPARTMENT, "disabled-persons")
    await said(federation, LI)
    done = await (await before.client(Role.OPERATIONS)).post(HANDOVERS, json=ASKED)
    assert done.json() == {"handed_over": 0, "staying": [], "next": None}
