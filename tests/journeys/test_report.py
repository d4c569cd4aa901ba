"""From a bill in Huining to the office's ledger: settled over HTTP, heard by operations, made with names, replayed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from typer.testing import CliRunner

from kernel.security import Role
from kernel.testing.set_clock import SetClock
from onestop.main import app
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parents[2] / "policies"
PERSON: Final = {"id_number": "430102196001010020", "name": "示例", "born_on": "1960-01-01", "sex": "FEMALE"}
HOSPITAL: Final = "H620422-1"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2019, 8, 20, 2, tzinfo=UTC))


@pytest.fixture
async def huining(database: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Platform]:
    async with running_platform(database, tmp_path, POLICIES, clock=clock) as platform:
        yield platform


async def settled(platform: Platform) -> str:
    agency = Window(platform, Role.AGENCY)
    person_id: str = (await agency.post("identity", "/v1/persons", {**PERSON, "county": "620422"}))["person_id"]
    said = {
        "category": "REGISTERED_POOR",
        "valid_from": "2018-01-01",
        "evidence": "样表",
        "poverty_status": "NOT_LIFTED",
    }
    office = Window(platform, Role.DEPARTMENT, "poverty-alleviation")
    await office.post("identity", f"/v1/persons/{person_id}/memberships", said)
    hospital = {"hospital_id": HOSPITAL, "name": "示例县人民医院", "level": "county", "division": "620422"}
    await agency.post("settlement", "/v1/institutions", {**hospital, "contract_from": "2018-01-01"})
    await wait_until_arrived(platform.admin_url)
    window = Window(platform, Role.HOSPITAL, HOSPITAL)
    stay = {"person_id": person_id, "kind": "inpatient", "admitted_on": "2019-08-10", "diagnoses": ["I63.900"]}
    path = f"/v1/encounters/{(await window.post('settlement', '/v1/encounters', stay))['encounter_id']}"
    lines = [
        {"item": "合规", "amount": "9000.00", "cost_class": "compliant"},
        {"item": "目录外", "amount": "1000.00", "cost_class": "out_of_catalogue"},
    ]
    await window.post("settlement", f"{path}/fees", {"lines": lines})
    await window.post("settlement", f"{path}/discharge", {"discharged_on": "2019-08-19"})
    payers = {"BMI": "4000.00", "CII": "1000.00"}
    await window.post("settlement", f"{path}/settlement", {"payers": payers})
    await wait_until_arrived(platform.admin_url)
    return person_id


async def test_a_bill_comes_to_the_ledger_with_its_persons_name_and_replays(
    huining: Platform, clock: SetClock, tmp_path: Path
) -> None:
    person_id = await settled(huining)
    clock.now = datetime(2019, 9, 3, 2, tzinfo=UTC)
    file = tmp_path / "ledger.xlsx"
    doors = [word for name, url in huining.urls.items() for word in ("--door", f"{name}={url}")]
    words = ["report", "ledger-backstop", "620422", "2019-08", "--to", str(file), "--names", *doors]
    token = huining.token(Role.AGENCY, subject="clerk-1")
    done = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--token", token])
    assert done.exit_code == 0, done.output
    page = openpyxl.load_workbook(file).active
    head, first = ([cell.value for cell in page[number]] for number in (4, 5))
    line: dict[str, Any] = dict(zip(head, first, strict=True))
    assert (line["人员编号"], line["姓名"], line["身份证号码"]) == (person_id, "示例", PERSON["id_number"])
    # 9000 − 4000 − 1000 = 4000 of compliant own cost, of which what is above 3000 is the county's (002 三(一)).
    assert (line["疾病诊断"], line["本次合规自付"], line["兜底保障报销"]) == ("I63.900", 4000, 1000)

    looks = await Window(huining, Role.OPERATIONS).get("identity", f"/v1/persons/{person_id}/looks")
    seen = looks["items"] if isinstance(looks, dict) else looks
    assert ("clerk-1", "AUDIT") in {(look["seen_by"], look["reason"]) for look in seen}
    share = await huining.client("operations", Role.OPERATIONS).get(
        "/v1/indicators", params={"area": "620422", "period": "2019-08", "by": "hospital"}
    )
    assert share.status_code == 200, share.text
    await Window(huining, Role.OPERATIONS).post("operations", "/v1/breaches/look", {})
    done = await asyncio.to_thread(CliRunner().invoke, app, [*words[:3], "2019-09", *words[4:], "--token", token])
    assert (done.exit_code, "PERIOD_NOT_ENDED" in done.output) == (1, True)
    await wait_until_arrived(huining.admin_url)
    verdict = await verify(huining.admin_url)
    assert verdict.identical, verdict.differences
