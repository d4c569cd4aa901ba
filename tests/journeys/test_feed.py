"""From a department's file to the door, on both transports: who is on the list is admitted without deposit."""

from typing import Any

from stdnum.cn import ric

from kernel.security import Role
from kernel.testing.deadline import eventually
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo.city import AREA, HOSPITALS
from workbench.demo.window import Window
from workbench.machine import machine_of

NUMBER = "44520219600101002" + ric.calc_check_digit("445202196001010020")
PATH = "/v1/feeds/civil-affairs/batches"


async def send(town: Any, number: str, day: str, ends: str = "") -> dict[str, Any]:
    client = town.platform.client("identity", Role.DEPARTMENT, "civil-affairs")
    file = f"身份证号,姓名,县区代码,开始日期,结束日期\n{NUMBER},示例,445202,2019-01-01,{ends}\n"
    how = {"kind": "delta", "category": "DIBAO", "as_of": f"{day}T00:00:00+08:00"}
    headers = {"Content-Type": "text/csv"}
    async with machine_of(town.platform, "civil-affairs") as machine:
        sent = await machine.put(f"{PATH}/{number}", params=how, content=file.encode("gb18030"), headers=headers)
    assert sent.status_code == 202, sent.text

    async def applied() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(f"{PATH}/{number}")).json()
        return found if found["status"] == "APPLIED" else None

    batch = await eventually(applied)
    assert batch is not None
    return batch


async def test_who_is_on_a_department_s_list_is_admitted_without_deposit(town: Any) -> None:
    batch = await send(town, "1", "2019-02-01")
    assert batch["outcomes"] == {"REGISTERED": 1}
    client = town.platform.client("identity", Role.DEPARTMENT, "civil-affairs")
    person_id = (await client.get(f"{PATH}/1/rows")).json()["items"][0]["person_id"]
    enrolment = {"scheme": "RESIDENT", "area": AREA, "year": town.today.year}
    days = {"registered_on": f"{town.today.year}-01-01", "marked_on": f"{town.today.year}-01-01"}
    agency = Window(town.platform, Role.AGENCY)
    await agency.post("identity", f"/v1/persons/{person_id}/enrolments", {**enrolment, **days}, key="feed-1")
    await wait_until_arrived(town.platform.admin_url)

    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    body = {"person_id": person_id, "kind": "inpatient", "admitted_on": town.today.isoformat()}
    admitted = await window.post("settlement", "/v1/encounters", body, key="feed-a1")
    assert (admitted["deposit_required"], admitted["category"]) == (False, "DIBAO")

    # A later file ends it; an older one that comes after that brings nothing back.
    ended = await send(town, "3", "2019-04-01", ends="2019-03-31")
    assert ended["outcomes"] == {"CHANGED": 1}
    late = await send(town, "2", "2019-03-01")
    assert late["outcomes"] == {"SUPERSEDED": 1}
    await wait_until_arrived(town.platform.admin_url)
    # Nobody is in two stays at once: the first one is taken back.
    cancelled = f"/v1/encounters/{admitted['encounter_id']}/cancellation"
    await window.post("settlement", cancelled, {"reason": "登记错误"}, key="feed-c1")
    again = await window.post("settlement", "/v1/encounters", body, key="feed-a2")
    assert (again["deposit_required"], again["category"]) == (True, None)
    verdict = await verify(town.platform.admin_url)
    assert verdict.identical, verdict.differences


async def test_a_file_that_was_tried_handed_in_and_taken_back_replays_the_same(town: Any) -> None:
    client = town.platform.client("identity", Role.DEPARTMENT, "civil-affairs")
    number = "44520219600101004" + ric.calc_check_digit("445202196001010040")
    file = f"身份证号,姓名,县区代码,开始日期\n{number},示例,445202,2019-01-01\n".encode()

    async def in_state(batch: str, state: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            found: dict[str, Any] = (await client.get(f"{PATH}/{batch}")).json()
            return found if found["status"] == state else None

        found = await eventually(look)
        assert found is not None
        return found

    for run, state in (("dry", "TRIED"), ("real", "APPLIED")):
        how = {"kind": "delta", "category": "DIBAO", "as_of": "2019-05-01T00:00:00+08:00", "run": run}
        async with machine_of(town.platform, "civil-affairs") as machine:
            sent = await machine.put(f"{PATH}/t1", params=how, content=file, headers={"Content-Type": "text/csv"})
        assert sent.status_code == 202, sent.text
        assert (await in_state("t1", state))["outcomes"] == {"REGISTERED": 1}
    told = {"number": "t1-undo", "reason": "发错了"}
    undo = await client.post(f"{PATH}/t1/undo", json=told, headers={"Idempotency-Key": "feed-undo"})
    assert undo.status_code == 202, undo.text
    # Who undoes is a person, so three handle it.
    for state, step, user in (("ENTERED", "review", "second"), ("REVIEWED", "approval", "third")):
        await in_state("t1-undo", state)
        agency = town.platform.client("identity", Role.AGENCY, "A445200", user)
        taken = await agency.post(f"{PATH}/t1-undo/{step}", headers={"Idempotency-Key": f"feed-undo-{step}"})
        assert taken.is_success, taken.text
    assert (await in_state("t1-undo", "APPLIED"))["outcomes"] == {"UNDONE": 1}
    await wait_until_arrived(town.platform.admin_url)
    verdict = await verify(town.platform.admin_url)
    assert verdict.identical, verdict.differences
