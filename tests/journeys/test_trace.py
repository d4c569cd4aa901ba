"""A case is found by whatever name an operator has of it, and told to people and to programs."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.command_line import onestop
from typer.testing import Result

from kernel.security import Role
from onestop.event_names import event_name
from onestop.quiescence import wait_until_arrived
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

BILL = stories.Bill(100_000, 0, 60_000)


async def _trace(database: str, *words: str) -> Result:
    return await onestop("trace", *words, "--database", database)


@pytest.fixture
async def settled(embedded_town: Any) -> tuple[str, dict[str, str]]:
    """The names of a settled visit."""
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person = town.someone("DIBAO")
    admitted = await stories.admit(window, person, "special_outpatient", town.today)
    await stories.upload(window, admitted["encounter_id"], BILL)
    path, body = f"/v1/encounters/{admitted['encounter_id']}/settlement", {"payers": BILL.payers}
    bill = await window.post("settlement", path, body | {"settlement_number": "JS-2026-0007"})
    await wait_until_arrived(town.platform.admin_url)
    names = {"settlement": bill["settlement_id"], "stay": admitted["encounter_id"], "person": person}
    return town.platform.admin_url, names | {"number": "JS-2026-0007"}


@pytest.mark.parametrize("name", ["settlement", "stay", "person", "number"])
async def test_every_name_leads_to_the_story(settled: tuple[str, dict[str, str]], name: str) -> None:
    database, names = settled
    told = await _trace(database, names[name], "--json")
    assert told.exit_code == 0, told.output
    story = json.loads(told.output)
    assert story["settlement"]["settlement_id"] == names["settlement"]
    assert {step["service"] for step in story["steps"]} == {"identity", "settlement", "fund-ledger"}
    read = await _trace(database, names[name])
    assert f"Settlement {names['settlement']}" in read.output
    assert "JournalBooked" in read.output


async def test_the_story_is_a_page_to_print_with_who_did_what_by_which_clause(
    settled: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    database, names = settled
    file = tmp_path / "story.html"
    told = await _trace(database, names["number"], "--page", str(file))
    assert (told.exit_code, told.output.startswith(f"{file}: ")) == (0, True), told.output
    page = file.read_text(encoding="utf-8")
    parsed = ElementTree.fromstring(page.removeprefix("<!doctype html>").replace('<meta charset="utf-8">', ""))
    rows = [["".join(cell.itertext()) for cell in row] for row in parsed.iter("tr")]
    story = json.loads((await _trace(database, names["settlement"], "--json")).output)
    assert ["结算编号", names["settlement"]] in rows
    payers = [layer["name"] for layer in story["words"][0]["layers"]]
    assert payers[0] == "基本医疗保险"
    assert [row[0] for row in rows if row[0] in payers and row[3]] == payers, "each payer by its clause"
    assert ["就诊类型", "特殊门诊"] in rows
    assert ["总费用", "1000.00", "", ""] in rows
    steps = [row for row in rows if len(row) == 5][1:]
    assert [row[3] for row in steps] == [event_name(step["type"]) for step in story["steps"]]
    confirmed = next(row for row in steps if row[3] == "结算")
    assert confirmed[2] == f"hospital-{HOSPITALS[0].hospital_id}"
    assert all(row[2] for row in steps), "somebody did each"
    looks = await onestop("looks", names["person"], "--database", database)
    assert "2 looks" in looks.output


async def test_every_look_at_a_person_is_kept_with_who_and_why(settled: tuple[str, dict[str, str]]) -> None:
    database, names = settled
    told = await _trace(database, names["settlement"], "--by", "li", "--because", "患者询问")
    assert told.exit_code == 0, told.output
    words = ("as-of", "2026-11-29", "--person", names["person"], "--by", "wang", "--database", database)
    assert (await onestop(*words)).exit_code == 0
    assert (await onestop("as-of", "2026-11-29", "--person", "nobody", "--database", database)).exit_code == 1
    looks = await onestop("looks", names["person"], "--database", database)
    newest, oldest, count = looks.output.strip().splitlines()
    assert newest.endswith(f"wang as-of {names['person']}")
    assert oldest.endswith(f"li trace {names['person']}: 患者询问")
    assert count == "2 looks"


async def test_what_nobody_has_settled_is_said_to_be_unknown(settled: tuple[str, dict[str, str]]) -> None:
    told = await _trace(settled[0], "JS-none")
    assert (told.exit_code, "is no settlement, stay, person" in told.output) == (1, True)


async def test_a_person_with_several_bills_is_a_choice(embedded_town: Any) -> None:
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person = town.someone("DIBAO")
    bills = [await stories.visit(window, person, "outpatient", town.today, BILL) for _ in range(2)]
    told = await _trace(town.platform.admin_url, person)
    assert told.exit_code == 0
    assert all(bill["settlement_id"] in told.output for bill in bills)
    assert "2 settlements" in told.output
