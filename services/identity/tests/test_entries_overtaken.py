"""An entry that waited while something newer was said does not undo it; a merger takes three people, too."""

from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest
from services.identity.tests.conftest import LIBRARY, NOW
from services.identity.tests.test_entries_of_records import DISABILITY, RIGHT, WANG, Town, code

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Surroundings

OTHER: Final = {**RIGHT, "id_number": "44520219510307003X", "born_on": "1951-03-07"}
TWIN: Final = {**WANG, "id_number": "44520219900308001X", "born_on": "1990-03-08", "name": "王小铭"}


@pytest.fixture
async def town(around: Surroundings, tmp_path: Path) -> Town:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=LIBRARY)
    return await Town(await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)).open()


async def overtaken(town: Town, entered: httpx.Response, reviewer: httpx.AsyncClient, what: str) -> str:
    """The path of an entry of which something newer was said: it is reviewed, and cannot be approved."""
    path = f"/v1/entries/{entered.json()['entry_id']}"
    assert (await reviewer.post(f"{path}/review")).is_success
    refused = await town.admin.post(f"{path}/approval")
    assert code(refused) == (409, "ENTRY_NO_LONGER_FITS"), refused.text
    about = refused.json()["about"]
    assert (about["reason"], about["what"]) == ("ENTRY_SUPERSEDED", what)
    return path


async def test_an_older_name_does_not_write_over_a_newer_one(town: Town) -> None:
    older = await town.enter(town.li, kind="correct_name", name="王晓明", reason="ENTERED_WRONGLY")
    newer = await town.enter(town.wu, kind="correct_name", name="王大明", reason="CHANGED")
    await town.through(newer, town.li)
    path = await overtaken(town, older, town.wu, "name")
    assert (await town.admin.get(town.path)).json()["name"] == "王大明"
    # Who looks again and hands it in again says something newer.
    assert (await town.wu.post(f"{path}/return", json={"reason": "请按现在的姓名核对"})).is_success
    change = {"kind": "correct_name", "name": "王晓明", "reason": "ENTERED_WRONGLY"}
    assert (await town.li.post(f"{path}/amendment", json={"change": change})).is_success
    assert (await town.wu.post(f"{path}/review")).is_success
    assert (await town.admin.post(f"{path}/approval")).is_success
    assert (await town.admin.get(town.path)).json()["name"] == "王晓明"


async def test_an_older_number_does_not_write_over_a_newer_one_and_a_newer_name_is_no_number(town: Town) -> None:
    older = await town.enter(town.li, kind="correct_number", **RIGHT)
    unlike = await town.enter(town.wu, kind="correct_name", name="王大明", reason="CHANGED")
    await town.through(unlike, town.li)
    newer = await town.enter(town.wu, kind="correct_number", **OTHER)
    await town.through(newer, town.li)
    await overtaken(town, older, town.wu, "id_number")
    seen = (await town.admin.get(town.path)).json()
    assert (seen["id_number"], seen["name"]) == (OTHER["id_number"], "王大明")


async def test_an_older_death_does_not_write_over_a_newer_one(town: Town) -> None:
    await town.through(await town.enter(town.clerk, kind="death", died_on="2019-07-01"), town.head)
    wrong = {"kind": "correct_death", "evidence": "paper 7"}
    older = await town.enter(town.li, **wrong, reason="NOT_DEAD")
    newer = await town.enter(town.wu, **wrong, reason="DATE_WRONG", died_on="2019-07-02")
    await town.through(newer, town.li)
    await overtaken(town, older, town.wu, "the recorded death")
    assert (await town.admin.get(town.path)).json()["deceased_on"] == "2019-07-02"


async def test_an_older_fact_does_not_write_over_a_newer_one(town: Town) -> None:
    told = await town.through(await town.enter(town.federation, kind="tell_fact", **DISABILITY), town.li)
    second = await town.service.client(Role.DEPARTMENT, "disabled-persons", subject="second")

    async def grade(client: httpx.AsyncClient, grade: int) -> httpx.Response:
        said: dict[str, Any] = {**DISABILITY, "detail": {"kind": "disability", "grade": grade}}
        return await town.enter(
            client, kind="correct_fact", fact_id=told["membership_id"], reason="ENTERED_WRONGLY", **said
        )

    older, newer = await grade(town.federation, 2), await grade(second, 3)
    await town.through(newer, town.li)
    await overtaken(town, older, town.li, "the fact from 2019-01-01")
    facts = (await town.admin.get(f"{town.path}/as-of")).json()["facts"]
    assert [fact["detail"]["grade"] for fact in facts] == [3]


async def test_two_records_become_one_by_three_people(town: Town) -> None:
    other_id = (await town.li.post("/v1/persons", json=TWIN)).json()["person_id"]
    merger = {"other_id": other_id, "evidence": "户口本"}
    refused = await town.li.post(f"{town.path}/merger", json=merger)
    assert code(refused) == (403, "ENTRY_REQUIRED")
    assert code(await town.enter(town.clerk, kind="merge", **merger)) == (403, "ENTRY_AGENCYS_OWN")
    itself = await town.enter(town.li, kind="merge", other_id=town.person_id, evidence="户口本")
    assert code(itself) == (422, "MERGE_WITH_ITSELF")
    entered = await town.enter(town.li, kind="merge", **merger)
    shown = (await town.wu.get(f"/v1/entries/{entered.json()['entry_id']}")).json()["proposal"]
    assert (shown["kind"], shown["other_id"], shown["evidence"]) == ("merge", other_id, "户口本")
    await town.through(entered, town.wu)
    assert (await town.admin.get(f"/v1/persons/{other_id}")).json()["merged_into"] == town.person_id


async def test_a_handbook_s_number_that_was_only_proposed_goes_with_the_person(town: Town) -> None:
    office = await town.service.client(Role.DEPARTMENT, "poverty-alleviation")
    handbook = {"detail": {"kind": "handbook", "number": "FP20190001"}, "valid_from": "2019-01-01", "evidence": "册"}
    entered = await town.enter(office, kind="tell_fact", **handbook)
    assert entered.status_code == 201, entered.text
    assert await town.service.pool.fetchval("SELECT count(*) FROM number_tokens") == 2
    assert (await town.li.post(f"{town.path}/erasure", json={"reason": "RETENTION_ENDED"})).is_success
    assert (await town.wu.post(f"{town.path}/erasure/confirmation")).is_success
    assert await town.service.pool.fetchval("SELECT count(*) FROM number_tokens") == 0


async def test_a_handbook_that_another_of_the_household_waits_with_stays_known(town: Town) -> None:
    office = await town.service.client(Role.DEPARTMENT, "poverty-alleviation")
    handbook = {"detail": {"kind": "handbook", "number": "FP20190001"}, "valid_from": "2019-01-01", "evidence": "册"}
    twin_id = (await town.li.post("/v1/persons", json=TWIN)).json()["person_id"]
    for person_id in (town.person_id, twin_id):
        body = {"person_id": person_id, "change": {"kind": "tell_fact", **handbook}}
        assert (await office.post("/v1/entries", json=body)).status_code == 201
    assert (await town.li.post(f"{town.path}/erasure", json={"reason": "RETENTION_ENDED"})).is_success
    assert (await town.wu.post(f"{town.path}/erasure/confirmation")).is_success
    # The twin's own number and the handbook that the twin's entry goes on naming.
    assert await town.service.pool.fetchval("SELECT count(*) FROM number_tokens") == 2


async def test_an_entry_of_a_newer_release_is_listed_and_touched_by_none_that_cannot_read_it(
    town: Town, database: str
) -> None:
    entered = await town.enter(town.li, kind="correct_name", name="王晓明", reason="ENTERED_WRONGLY")
    path = f"/v1/entries/{entered.json()['entry_id']}"
    # As a release after this one would have written it.
    newer = "replace({0}::text, 'correct_data', 'correct_something_else')"
    owner = await asyncpg.connect(database)
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(f"UPDATE identity.events SET data = {newer.format('data')}::json WHERE type = 'EntryEntered'")
    await owner.execute(f"UPDATE identity.entries SET proposal = {newer.format('proposal')}::jsonb")
    await owner.close()
    (listed,) = (await town.wu.get("/v1/entries")).json()["items"]
    assert (listed["proposal"]["kind"], listed["proposal"]["fields"], listed["state"]) == ("unknown", None, "ENTERED")
    assert (await town.wu.get(path)).json()["proposal"]["kind"] == "unknown"
    change = {"kind": "correct_name", "name": "王晓明", "reason": "ENTERED_WRONGLY"}
    for step, body in (
        ("review", None),
        ("approval", None),
        ("rejection", {"reason": "看不懂"}),
        ("amendment", {"change": change}),
    ):
        refused = await town.admin.post(f"{path}/{step}", json=body)
        assert code(refused) == (409, "ENTRY_KIND_UNKNOWN"), step
