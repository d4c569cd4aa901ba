"""Where a document asks for three people (004 七(四)): names, numbers, deaths, facts, and what the agency enters."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from law.packs import load_library

LIBRARY: Final = load_library(Path(__file__).parents[3] / "policies")
#: Made-up people: one of Jieyang, where the document asks for three people, one of Liuzhou, where it does not.
WANG: Final = {
    "id_number": "445202199003070030",
    "name": "王小明",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "445202",
}
OF_LIUZHOU: Final = {**WANG, "id_number": "450205199003070037", "county": "450205"}
RIGHT: Final = {"id_number": "445202195003070032", "born_on": "1950-03-07", "sex": "MALE", "reason": "ENTERED_WRONGLY"}
NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
DIBAO: Final = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}
DISABILITY: Final = {
    "detail": {"kind": "disability", "grade": 1},
    "valid_from": "2019-01-01",
    "evidence": "card 2019-7",
}
MONTH: Final = "身份证号,姓名,县区代码,开始日期\n445202199003070030,王小明,445202,2019-01-01\n"


class Town:
    """The offices of a county of Jieyang, with their people."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def open(self) -> "Town":
        async def of(role: Role, organisation: str, name: str, *divisions: str) -> httpx.AsyncClient:
            return await self.service.client(role, organisation, subject=name, divisions=list(divisions) or None)

        self.clerk = await of(Role.DEPARTMENT, "civil-affairs", "clerk")
        self.head = await of(Role.DEPARTMENT, "civil-affairs", "head")
        self.federation = await of(Role.DEPARTMENT, "disabled-persons", "federation")
        self.li = await of(Role.AGENCY, "A445202", "li", "445202")
        self.wu = await of(Role.AGENCY, "A445202", "wu", "445202")
        self.admin = await of(Role.AGENCY, "A445202", "admin", "445202")
        self.person_id = str((await self.li.post("/v1/persons", json=WANG)).json()["person_id"])
        self.path = f"/v1/persons/{self.person_id}"
        return self

    async def enter(self, client: httpx.AsyncClient, **change: Any) -> httpx.Response:
        department = change.pop("department", None)
        body = {"person_id": self.person_id, "change": change, **({"department": department} if department else {})}
        return await client.post("/v1/entries", json=body)

    async def through(self, entered: httpx.Response, reviewer: httpx.AsyncClient) -> dict[str, Any]:
        assert entered.status_code == 201, entered.text
        path = f"/v1/entries/{entered.json()['entry_id']}"
        reviewed = await reviewer.post(f"{path}/review")
        assert reviewed.is_success, reviewed.text
        approved = await self.admin.post(f"{path}/approval")
        assert approved.is_success, approved.text
        found: dict[str, Any] = approved.json()
        return found


@pytest.fixture
async def town(around: Surroundings, tmp_path: Path) -> Town:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=LIBRARY)
    return await Town(await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)).open()


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_nobody_turns_a_record_into_another_human_being_alone(town: Town) -> None:
    direct = (
        (town.li, "id-number/correction", RIGHT),
        (town.li, "personal-data/correction", {"name": "李大山", "reason": "CHANGED"}),
        (town.li, "death", {"died_on": "2019-07-01"}),
        (town.li, "death/correction", {"reason": "NOT_DEAD", "evidence": "paper 7"}),
        (town.clerk, "death", {"died_on": "2019-07-01"}),
        (town.clerk, "memberships", DIBAO),
        (town.federation, "facts", DISABILITY),
    )
    for client, path, body in direct:
        refused = await client.post(f"{town.path}/{path}", json=body)
        assert code(refused) == (403, "ENTRY_REQUIRED"), path
    # A phone is nobody's identity.
    phone = {"phone": "13800138000", "reason": "CHANGED"}
    assert (await town.li.post(f"{town.path}/personal-data/correction", json=phone)).is_success


async def test_where_no_document_asks_for_it_one_person_suffices(town: Town) -> None:
    agency = await town.service.client(Role.AGENCY, "A450200")
    person_id = (await agency.post("/v1/persons", json=OF_LIUZHOU)).json()["person_id"]
    path = f"/v1/persons/{person_id}"
    assert (await town.clerk.post(f"{path}/memberships", json=DIBAO)).status_code == 201
    assert (await agency.post(f"{path}/id-number/correction", json=RIGHT)).is_success
    assert (await agency.post(f"{path}/death", json={"died_on": "2019-07-01"})).is_success


async def test_a_number_is_corrected_by_three_and_is_nowhere_in_clear(town: Town) -> None:
    entered = await town.enter(town.li, kind="correct_number", **RIGHT)
    assert (entered.status_code, entered.json()["membership_id"]) == (201, "")
    path = f"/v1/entries/{entered.json()['entry_id']}"
    assert code(await town.li.post(f"{path}/review")) == (403, "ENTRY_SAME_PERSON")
    # Who reviews sees the number, and that is written down; a department sees nothing of it.
    shown = (await town.wu.get(path)).json()
    assert (shown["department"], shown["proposal"]["fields"]) == ("agency", ["id_number"])
    assert shown["proposal"]["id_number"] == RIGHT["id_number"]
    assert code(await town.clerk.get(path)) == (404, "ENTRY_UNKNOWN")
    looks = (await town.admin.get(f"{town.path}/looks")).json()["items"]
    assert [look["seen_by"] for look in looks] == ["wu"]
    (listed,) = (await town.wu.get("/v1/entries")).json()["items"]
    assert listed["proposal"]["id_number"] is None
    assert (await town.admin.get(town.path)).json()["id_number"] == WANG["id_number"]
    await town.through(entered, town.wu)
    assert (await town.admin.get(town.path)).json()["id_number"] == RIGHT["id_number"]
    events = await town.service.pool.fetch("SELECT data::text AS data FROM events")
    for number in (RIGHT["id_number"], WANG["id_number"]):
        assert all(number not in str(event["data"]) for event in events)


async def test_a_rejected_number_leaves_no_trace_of_itself(town: Town) -> None:
    entered = await town.enter(town.li, kind="correct_number", **RIGHT)
    path = f"/v1/entries/{entered.json()['entry_id']}"
    assert (await town.wu.post(f"{path}/rejection", json={"reason": "the card says otherwise"})).is_success
    assert await town.service.pool.fetchval("SELECT count(*) FROM number_tokens") == 1


async def test_a_name_a_death_and_its_correction_take_the_same_way(town: Town) -> None:
    await town.through(await town.enter(town.li, kind="correct_name", name="王晓明", reason="ENTERED_WRONGLY"), town.wu)
    assert (await town.admin.get(town.path)).json()["name"] == "王晓明"
    await town.through(await town.enter(town.clerk, kind="death", died_on="2019-07-01"), town.head)
    assert (await town.admin.get(town.path)).json()["deceased_on"] == "2019-07-01"
    again = {"kind": "correct_death", "reason": "DATE_WRONG", "evidence": "paper 7", "died_on": "2019-07-02"}
    assert code(await town.enter(town.clerk, **again)) == (403, "ENTRY_AGENCYS_OWN")
    await town.through(await town.enter(town.li, **again), town.wu)
    assert (await town.admin.get(town.path)).json()["deceased_on"] == "2019-07-02"


async def test_a_fact_that_brings_a_benefit_takes_it_too(town: Town) -> None:
    entered = await town.enter(town.federation, kind="tell_fact", **DISABILITY)
    path = f"/v1/entries/{entered.json()['entry_id']}"
    shown = (await town.federation.get(path)).json()["proposal"]
    assert shown["detail"] == {"kind": "disability", "grade": 1}
    await town.through(entered, town.li)
    told = (await town.admin.get(f"{town.path}/as-of")).json()["facts"]
    assert [fact["detail"]["grade"] for fact in told] == [1]
    gone = await town.enter(town.federation, kind="withdraw_fact", fact_id=told[0]["fact_id"])
    await town.through(gone, town.li)
    assert (await town.admin.get(f"{town.path}/as-of")).json()["facts"] == []
    refused = await town.enter(town.clerk, kind="tell_fact", **DISABILITY)
    assert code(refused) == (403, "FACT_NOT_OWNED")


async def test_the_agency_enters_what_a_department_told_it_where_the_document_says_so(town: Town) -> None:
    refused = await town.enter(town.li, kind="assert", **DIBAO)
    assert code(refused) == (422, "ENTRY_DEPARTMENT_MISSING")
    refused = await town.enter(town.li, kind="assert", department="poverty-alleviation", **DIBAO)
    assert code(refused) == (403, "CATEGORY_NOT_OWNED")
    entered = await town.enter(town.li, kind="assert", department="civil-affairs", **DIBAO)
    await town.through(entered, town.wu)
    held = (await town.clerk.get(f"{town.path}/memberships")).json()["items"]
    assert [(one["category"], one["department"]) for one in held] == [("DIBAO", "civil-affairs")]
    away = await town.service.client(Role.AGENCY, "A450200", subject="away")
    elsewhere = (await away.post("/v1/persons", json=OF_LIUZHOU)).json()["person_id"]
    body = {"person_id": elsewhere, "change": {"kind": "assert", **DIBAO}, "department": "civil-affairs"}
    assert code(await away.post("/v1/entries", json=body)) == (403, "ENTRY_NOT_AGENCYS")


async def test_the_agency_hands_in_a_departments_month_which_three_people_handle(town: Town) -> None:
    path = "/v1/feeds/civil-affairs/batches/2019-07"
    asked = {"kind": "delta", "as_of": "2019-07-10T08:00:00+08:00", "category": "DIBAO"}

    async def sent(client: httpx.AsyncClient) -> httpx.Response:
        return await client.put(path, params=asked, content=MONTH.encode(), headers={"Content-Type": "text/csv"})

    liuzhou = await town.service.client(Role.AGENCY, "A450200", divisions=["450205"])
    assert code(await sent(liuzhou)) == (403, "ENTRY_NOT_AGENCYS")
    assert (await sent(town.li)).status_code == 202

    async def at(status: str) -> None:
        async def found() -> bool | None:
            return (await town.li.get(path)).json()["status"] == status or None

        assert await eventually(found)

    await at("ENTERED")
    assert code(await town.li.post(f"{path}/review")) == (403, "FEED_SAME_PERSON")
    assert (await town.wu.post(f"{path}/review")).is_success
    assert (await town.admin.post(f"{path}/approval")).is_success
    await at("APPLIED")
    held = (await town.clerk.get(f"{town.path}/memberships")).json()["items"]
    assert [(one["category"], one["department"]) for one in held] == [("DIBAO", "civil-affairs")]


async def test_an_entry_of_before_the_agency_entered_any_is_its_departments(town: Town) -> None:
    entered = await town.enter(town.clerk, kind="assert", **DIBAO)
    kept = await town.service.pool.fetchval("SELECT data::text FROM events WHERE type = 'EntryEntered'")
    entry = msgspec.json.decode(kept)["entry"]
    assert (entry["department"], entry["told_by"]) == ("civil-affairs", "civil-affairs")
    approved = await town.through(entered, town.head)
    assert approved["state"] == "APPROVED"
