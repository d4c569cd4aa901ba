"""Lists of encounters: by day, person and state, who is in hospital now; a hospital's own, a county's to its agency."""

from typing import Any

import httpx
import pytest

from kernel.security import Role
from settlement.encounters.queries.listing import ENCOUNTERS_OF_COUNTIES_SQL, IN_HOSPITAL_SQL

PAYERS = {"BMI": "500.00", "CII": "0.00"}


async def admitted(client: httpx.AsyncClient, person: str, day: str, kind: str = "inpatient", **more: str) -> str:
    body = {"person_id": person, "kind": kind, "admitted_on": day, **more}
    response = await client.post("/v1/encounters", json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["encounter_id"])


async def discharged(client: httpx.AsyncClient, encounter: str, day: str) -> None:
    fees = {"lines": [{"item": "示范", "amount": "1000.00", "cost_class": "compliant"}]}
    assert (await client.post(f"/v1/encounters/{encounter}/fees", json=fees)).is_success
    assert (await client.post(f"/v1/encounters/{encounter}/discharge", json={"discharged_on": day})).is_success


@pytest.fixture
async def stays(jieyang: Any) -> dict[str, str]:
    """One encounter in each state, a visit, and a stay in the other hospital; by name."""
    for person in ("P1", "P2", "P3", "P4"):
        await jieyang.tell(person, "DIBAO")
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    found = {
        "open": await admitted(here, "P1", "2019-08-10", inpatient_number="ZY-1"),
        "discharged": await admitted(here, "P2", "2019-08-01"),
        "settled": await admitted(here, "P1", "2019-07-01"),
        "cancelled": await admitted(here, "P3", "2019-08-11"),
        "visit": await admitted(here, "P3", "2019-08-12", "outpatient"),
        "elsewhere": await admitted(there, "P4", "2019-08-09"),
    }
    await discharged(here, found["discharged"], "2019-08-03")
    await discharged(here, found["settled"], "2019-07-04")
    settlement = await here.post(f"/v1/encounters/{found['settled']}/settlement", json={"payers": PAYERS})
    assert settlement.status_code == 201, settlement.text
    assert (
        await here.post(f"/v1/encounters/{found['cancelled']}/cancellation", json={"reason": "登记错误"})
    ).is_success
    return found


async def listed(client: httpx.AsyncClient, stays: dict[str, str], **query: str) -> set[str]:
    response = await client.get("/v1/encounters", params=query)
    assert response.status_code == 200, response.text
    names = {encounter: name for name, encounter in stays.items()}
    return {names[row["encounter_id"]] for row in response.json()["items"]}


async def test_a_hospital_lists_its_own_by_day_person_and_state(jieyang: Any, stays: dict[str, str]) -> None:
    here = jieyang.hospital
    own = set(stays) - {"elsewhere"}
    assert await listed(here, stays) == own
    assert await listed(here, stays, state="ADMITTED") == {"open"}
    for state in ("SETTLED", "CANCELLED"):
        assert await listed(here, stays, state=state) == {state.lower()}
    assert await listed(here, stays, state="DISCHARGED") == {"discharged", "visit"}
    assert await listed(here, stays, person_id="P1") == {"open", "settled"}
    assert await listed(here, stays, person_id="P1", state="ADMITTED") == {"open"}
    assert await listed(here, stays, admitted_from="2019-08-01", admitted_to="2019-08-10") == {"open", "discharged"}
    assert await listed(here, stays, kind="outpatient") == {"visit"}
    assert await listed(here, stays, inpatient_number="ZY-1") == {"open"}
    assert await listed(here, stays, hospital_id="H2") == set()


async def test_who_is_in_hospital_now_follows_every_correction(jieyang: Any, stays: dict[str, str]) -> None:
    here = jieyang.hospital
    path = f"/v1/encounters/{stays['discharged']}"
    undone = await here.post(f"{path}/discharge/revocation", json={"reason": "尚未出院"})
    assert undone.is_success, undone.text
    assert await listed(here, stays, state="ADMITTED") == {"open", "discharged"}
    assert (await here.post(f"{path}/discharge", json={"discharged_on": "2019-08-05"})).is_success
    assert await listed(here, stays, state="ADMITTED") == {"open"}
    assert (await here.post(f"/v1/encounters/{stays['open']}/cancellation", json={"reason": "登记错误"})).is_success
    assert await listed(here, stays, state="ADMITTED") == set()


async def test_the_agency_lists_those_of_its_counties_page_by_page(jieyang: Any, stays: dict[str, str]) -> None:
    everywhere = await jieyang.service.client(Role.AGENCY, "A1")
    county = await jieyang.service.client(Role.AGENCY, "A1", divisions=["445202"])
    foreign = await jieyang.service.client(Role.AGENCY, "A1", divisions=["445203"])
    for client in (everywhere, county):
        assert await listed(client, stays) == set(stays)
        assert await listed(client, stays, state="ADMITTED") == {"open", "elsewhere"}
        assert await listed(client, stays, state="ADMITTED", hospital_id="H2") == {"elsewhere"}
        for query in ({}, {"state": "ADMITTED"}):
            whole = (await client.get("/v1/encounters", params=query)).json()["items"]
            first = (await client.get("/v1/encounters", params={**query, "limit": "1"})).json()
            rest = (await client.get("/v1/encounters", params={**query, "after": first["next"]})).json()
            assert [*first["items"], *rest["items"]] == whole
    assert await listed(foreign, stays) == await listed(foreign, stays, state="ADMITTED") == set()
    finance = await jieyang.service.client(Role.FINANCE)
    assert (await finance.get("/v1/encounters")).json()["code"] == "ROLE_NOT_ALLOWED"


async def test_the_lists_walk_along_their_own_encounters(jieyang: Any) -> None:
    asked = ("", 10, None, None, None, None, None, None)
    async with jieyang.service.pool.acquire() as connection, connection.transaction():
        # As the service's sessions plan, however few rows there are yet (docs/decisions/0011).
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off")
        county = await connection.fetch(f"EXPLAIN {ENCOUNTERS_OF_COUNTIES_SQL}", ["445202"], *asked, None)
        now = await connection.fetch(f"EXPLAIN {IN_HOSPITAL_SQL}", "H1", *asked, None)
    steps = [row[0].strip() for row in county]
    assert any("county = known.county" in step and "encounter_id >" in step for step in steps), steps
    assert not any("Seq Scan on encounters" in row[0] for row in (*county, *now)), now


async def test_the_database_keeps_the_list_of_a_release_that_writes_events_only(jieyang: Any) -> None:
    async with jieyang.service.pool.acquire() as connection, connection.transaction():
        kept = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'keep_open_stays'"
        assert "AFTER INSERT ON settlement.events" in await connection.fetchval(kept)
        # What the trigger does, without the events' other columns.
        await connection.execute("""
            CREATE TEMP TABLE told (type text, data jsonb);
            CREATE TRIGGER kept AFTER INSERT ON told FOR EACH ROW EXECUTE FUNCTION keep_open_stays()
        """)
        for event, goes_on in (
            ("EncounterAdmitted", True),
            ("EncounterDischarged", False),
            ("DischargeUndone", True),
            ("EncounterCancelled", False),
        ):
            await connection.execute("INSERT INTO told VALUES ($1, $2)", event, '{"encounter_id": "e1"}')
            assert await connection.fetchval("SELECT count(*) = 1 FROM open_stays") is goes_on, event
