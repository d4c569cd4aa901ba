"""A merger takes up a record that another county may have: each of the three acts for both, and approves for both."""

from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.conftest import LIBRARY, NOW
from services.identity.tests.test_entries_of_records import WANG, Town, code

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Surroundings

#: Made-up people with whom a record of 445202 is merged: one of the county, one of another.
TWIN: Final = {**WANG, "id_number": "445202199003070057"}
ELSEWHERE: Final = {**WANG, "id_number": "445224199003070039", "county": "445224"}
FOREIGN: Final = (403, "DIVISION_FOREIGN")


@pytest.fixture
async def town(around: Surroundings, tmp_path: Path) -> Town:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=LIBRARY, administrators={"445224": frozenset({"chief"})})
    return await Town(await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)).open()


async def of_city(town: Town, name: str) -> httpx.AsyncClient:
    return await town.service.client(Role.AGENCY, "A445200", subject=name, divisions=["445200"])


async def merger_with(town: Town, person: dict[str, str]) -> dict[str, Any]:
    made = await (await of_city(town, "window")).post("/v1/persons", json=person)
    assert made.status_code == 201, made.text
    return {"kind": "merge", "other_id": made.json()["person_id"], "evidence": "户口本"}


async def test_no_amendment_takes_up_a_record_of_another_county(town: Town) -> None:
    own, foreign = await merger_with(town, TWIN), await merger_with(town, ELSEWHERE)
    assert code(await town.enter(town.li, **foreign)) == FOREIGN
    entered = await town.enter(town.li, **own)
    path = f"/v1/entries/{entered.json()['entry_id']}"
    assert (await town.wu.post(f"{path}/return", json={"reason": "another record"})).is_success
    assert code(await town.li.post(f"{path}/amendment", json={"change": foreign})) == FOREIGN
    assert (await town.li.post(f"{path}/amendment", json={"change": own})).is_success


async def test_who_reviews_and_who_approves_acts_for_both_counties(town: Town) -> None:
    entered = await town.enter(await of_city(town, "mei"), **await merger_with(town, ELSEWHERE))
    assert entered.status_code == 201, entered.text
    path = f"/v1/entries/{entered.json()['entry_id']}"
    assert code(await town.wu.post(f"{path}/review")) == FOREIGN
    assert (await (await of_city(town, "lan")).post(f"{path}/review")).is_success
    assert code(await town.admin.post(f"{path}/approval")) == FOREIGN
    # Of the two counties the other one has named who approves there.
    anybody, chief = await of_city(town, "zhu"), await of_city(town, "chief")
    assert code(await anybody.post(f"{path}/approval")) == (403, "ENTRY_NOT_ADMINISTRATOR")
    approved = await chief.post(f"{path}/approval")
    assert (approved.status_code, approved.json()["state"]) == (200, "APPROVED")
