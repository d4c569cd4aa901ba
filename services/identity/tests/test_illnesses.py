"""The registry of the sick (002 三(六)): written by one, verified by another; and who leaves the list is checked."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from services.identity.tests.conftest import BY_ONE

from identity.config import Config
from identity.illnesses.domain.exit_check import exit_check
from identity.illnesses.domain.illness import (
    DECIDER,
    CareWay,
    ChangeIllness,
    CloseIllness,
    Illness,
    IllnessRecorded,
    IllnessState,
    RecordIllness,
    VerifyIllness,
)
from identity.main import build
from identity.persons.domain.enrolment import Enrolment, Scheme
from kernel.security import KeyRing, Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings
from kernel.values.refusals import Refused

TODAY = date(2019, 8, 1)
ILL = Illness(
    illness_id="i1",
    person_id="p1",
    county="620422",
    disease="脑梗死",
    care=CareWay.AT_HOME,
    plan="每月巡诊",
    impoverishing=True,
    since=date(2019, 3, 1),
    written_by="li",
)
VERIFIED = msgspec.structs.replace(ILL, state=IllnessState.VERIFIED)
INSURED = Enrolment(Scheme.RESIDENT, "620400", 2019, date(2019, 1, 1))
WANG = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "445201"}
ENTRY = {"disease": "脑梗死", "care": "AT_HOME", "plan": "每月巡诊", "since": "2019-03-01", "impoverishing": True}


def test_another_person_verifies_what_one_wrote() -> None:
    with pytest.raises(Refused, match="somebody else must verify it"):
        DECIDER.decide(VerifyIllness(True, "上门核实", "li", TODAY), ILL)
    (verified,) = DECIDER.decide(VerifyIllness(True, "上门核实", "wang", TODAY), ILL)
    assert (verified.illness.state, verified.illness.verified_by) == (IllnessState.VERIFIED, "wang")
    (refuted,) = DECIDER.decide(VerifyIllness(False, "并未患病", "wang", TODAY), ILL)
    assert refuted.illness.state is IllnessState.NOT_CONFIRMED


def test_what_is_written_anew_is_to_be_verified_again_by_somebody_else() -> None:
    (verified,) = DECIDER.decide(VerifyIllness(True, "上门核实", "wang", TODAY), ILL)
    change = ChangeIllness(CareWay.BROUGHT, "接送住院", False, "wang")
    (changed,) = DECIDER.decide(change, verified.illness)
    now = changed.illness
    assert (now.state, now.verified_by, now.care, now.written_by) == ("RECORDED", None, CareWay.BROUGHT, "wang")
    with pytest.raises(Refused, match="somebody else must verify it"):
        DECIDER.decide(VerifyIllness(True, "x", "wang", TODAY), now)


def test_a_closed_entry_is_closed_for_good() -> None:
    (closed,) = DECIDER.decide(CloseIllness(date(2019, 7, 31), TODAY), VERIFIED)
    with pytest.raises(Refused, match="make a new one"):
        DECIDER.decide(CloseIllness(TODAY, TODAY), closed.illness)


@pytest.mark.parametrize(("day", "why"), [(date(2019, 8, 2), "after today"), (date(2019, 2, 28), "before 2019-03-01")])
def test_an_illness_ends_between_its_beginning_and_today(day: date, why: str) -> None:
    with pytest.raises(Refused, match=why):
        DECIDER.decide(CloseIllness(day, TODAY), VERIFIED)


def test_an_illness_does_not_begin_tomorrow() -> None:
    assert DECIDER.decide(RecordIllness(ILL, ILL.since), None) == [IllnessRecorded(ILL)]
    with pytest.raises(Refused, match="after today"):
        DECIDER.decide(RecordIllness(ILL, date(2019, 2, 28)), None)


@pytest.mark.parametrize(
    ("enrolments", "illnesses", "passed"),
    [
        ([INSURED], [], True),
        ([INSURED], [VERIFIED], True),
        ([], [], False),
        ([msgspec.structs.replace(INSURED, year=2018)], [], False),
        ([msgspec.structs.replace(INSURED, registered_on=date(2019, 8, 2))], [], False),
        ([msgspec.structs.replace(INSURED, registered_on=None, marked_on=TODAY)], [], False),
        ([INSURED], [ILL], False),
        ([INSURED], [VERIFIED, ILL], False),
        ([INSURED], [msgspec.structs.replace(VERIFIED, plan="")], False),
        ([INSURED], [msgspec.structs.replace(ILL, state=IllnessState.CLOSED)], True),
        ([INSURED], [msgspec.structs.replace(ILL, state=IllnessState.NOT_CONFIRMED)], True),
    ],
)
def test_who_leaves_the_list_is_insured_and_every_illness_is_seen_to(
    enrolments: list[Enrolment], illnesses: list[Illness], passed: bool
) -> None:
    made = exit_check(
        "c1", "p1", "620422", enrolments=enrolments, illnesses=illnesses, evidence="验收表", by="li", today=TODAY
    )
    assert made.passed is passed


@pytest.fixture
async def wang(poverty_alleviation: httpx.AsyncClient) -> str:
    response = await poverty_alleviation.post("/v1/persons", json=WANG)
    assert response.status_code == 201, response.text
    return str(response.json()["person_id"])


async def entered(client: httpx.AsyncClient, person_id: str, **changes: Any) -> str:
    response = await client.post(f"/v1/persons/{person_id}/illnesses", json=ENTRY | changes)
    assert response.status_code == 201, response.text
    return str(response.json()["illness_id"])


async def listed(client: httpx.AsyncClient, **query: str) -> list[str]:
    response = await client.get("/v1/illnesses", params=query)
    assert response.status_code == 200, response.text
    return [row["illness_id"] for row in response.json()["items"]]


async def test_whom_care_is_taken_to_is_found_in_the_list(
    agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, wang: str
) -> None:
    at_home = await entered(poverty_alleviation, wang)
    brought = await entered(poverty_alleviation, wang, care="BROUGHT", disease="骨折", impoverishing=False)
    assert await listed(agency) == sorted([at_home, brought])
    assert await listed(agency, care="AT_HOME") == [at_home]
    assert await listed(agency, impoverishing="false") == [brought]
    assert await listed(agency, county="445202") == []
    confirmed = await agency.post(f"/v1/illnesses/{at_home}/verification", json={"confirmed": True, "note": "已上门"})
    assert confirmed.json() == {"illness_id": at_home, "state": "VERIFIED"}
    assert await listed(agency, state="VERIFIED") == [at_home]
    assert (await agency.post(f"/v1/illnesses/{brought}/closing", json={"closed_on": "2019-07-01"})).status_code == 200
    assert await listed(agency) == []


async def test_a_wrong_step_in_the_registry_is_refused(
    agency: httpx.AsyncClient, hospital: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, wang: str
) -> None:
    illness_id = await entered(poverty_alleviation, wang)
    path, verdict = f"/v1/illnesses/{illness_id}/verification", {"confirmed": True, "note": "x"}
    own = await poverty_alleviation.post(path, json=verdict)
    assert (own.status_code, own.json()["code"]) == (403, "ILLNESS_SAME_PERSON")
    unknown = await agency.post("/v1/illnesses/i9/verification", json=verdict)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ILLNESS_UNKNOWN")
    nobody = await agency.post("/v1/persons/nobody/illnesses", json=ENTRY)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "PERSON_UNKNOWN")
    shut = await hospital.get("/v1/illnesses")
    assert (shut.status_code, shut.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    named = await agency.post(f"/v1/persons/{wang}/illnesses", json=ENTRY | {"plan": "联系445201199003070034"})
    assert (named.status_code, named.json()["code"]) == (422, "PERSONAL_DATA_IN_TEXT")
    await agency.post(f"/v1/illnesses/{illness_id}/closing", json={"closed_on": "2019-07-01"})
    closed = await agency.post(path, json=verdict)
    assert (closed.status_code, closed.json()["code"]) == (409, "ILLNESS_CLOSED")


async def test_who_left_the_list_without_a_passed_check_is_looked_for(
    identity: Service, agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient, wang: str
) -> None:
    lifted = {
        "category": "REGISTERED_POOR",
        "valid_from": "2016-01-01",
        "poverty_status": "LIFTED",
        "exit_date": "2018-12-01",
        "evidence": "脱贫名单",
    }
    assert (await poverty_alleviation.post(f"/v1/persons/{wang}/memberships", json=lifted)).status_code == 201
    operator = await identity.client(Role.OPERATIONS)

    async def missing() -> list[tuple[str, str]]:
        found = (await operator.get("/v1/exit-checks/missing", params={"area": "445200"})).json()["items"]
        return [(row["person_id"], row["exit_date"]) for row in found]

    assert await missing() == [(wang, "2018-12-01")]
    path, paper = f"/v1/persons/{wang}/exit-checks", {"evidence": "退出验收表"}
    failed = (await agency.post(path, json=paper)).json()
    assert (failed["insured"], failed["passed"]) == (False, False)
    assert await missing() == [(wang, "2018-12-01")]
    insured = {"scheme": "RESIDENT", "area": "445200", "year": 2019, "registered_on": "2019-01-01"}
    assert (await agency.post(f"/v1/persons/{wang}/enrolments", json=insured)).status_code in (200, 201)
    assert (await agency.post(path, json=paper)).json()["passed"]
    assert await missing() == []
    assert sorted(row["passed"] for row in (await agency.get(path)).json()) == [False, True]


async def test_a_check_of_a_former_leaving_is_none_of_a_later_one(around: Surroundings, tmp_path: Path) -> None:
    clock = SetClock(datetime(2018, 12, 20, 1, tzinfo=UTC))
    config = Config(keys=KeyRing.in_folder(tmp_path), library=BY_ONE)
    served = await around.serve("identity", lambda host: build(host, config), clock=clock)
    agency = await served.client(Role.AGENCY, "A445200")
    office = await served.client(Role.DEPARTMENT, "poverty-alleviation")
    person = (await agency.post("/v1/persons", json=WANG)).json()["person_id"]
    path = f"/v1/persons/{person}"

    async def leaves(on: str, **held: str) -> None:
        said = {"category": "REGISTERED_POOR", "poverty_status": "LIFTED", "exit_date": on, "evidence": "脱贫名单"}
        told = await office.post(f"{path}/memberships", json=said | held)
        assert told.status_code == 201, told.text

    async def checked() -> bool:
        year = clock.now.year
        insured = {"scheme": "RESIDENT", "area": "445200", "year": year, "registered_on": f"{year}-01-01"}
        await agency.post(f"{path}/enrolments", json=insured)
        made = await agency.post(f"{path}/exit-checks", json={"evidence": "退出验收表"})
        return bool(made.json()["passed"])

    async def missing() -> list[str]:
        found = await agency.get("/v1/exit-checks/missing", params={"area": "445200"})
        return [row["exit_date"] for row in found.json()["items"]]

    assert await checked()
    await leaves("2018-12-31", valid_from="2018-12-31", valid_to="2019-06-30")
    assert await missing() == []
    clock.now = datetime(2020, 12, 31, 1, tzinfo=UTC)
    await leaves("2020-12-31", valid_from="2020-12-31")
    assert await missing() == ["2020-12-31"]
    assert await checked()
    assert await missing() == []
