"""What cannot be consumed is parked, found at a terminal and worked off, and nobody who follows sees it earlier."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import pytest
import structlog
from typer.testing import CliRunner, Result

from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.writing.database import SingleConnection, administering
from onestop import parked_command
from onestop.main import app
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.town import Town
from workbench.demo.window import Window

BILL = stories.Bill(100_000, 0, 60_000)
#: What settlement cannot store for as long as it stands: a fault that no retry gets past.
_OBSTACLE: Final = """
CREATE FUNCTION settlement.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an obstacle' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER obstacle BEFORE INSERT OR UPDATE ON settlement.people FOR EACH ROW
  WHEN (NEW.person_id = '{}') EXECUTE FUNCTION settlement.refuse()
"""
_REMOVED: Final = "DROP FUNCTION settlement.refuse CASCADE"


@pytest.fixture
async def admin(embedded_town: Town) -> AsyncIterator[SingleConnection]:
    async with administering(embedded_town.platform.admin_url) as connection:
        yield connection


@pytest.fixture
def terminal(embedded_town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """``onestop parked`` as one of two operators says it, on a wide terminal: its exit code and what it printed."""
    monkeypatch.setattr(parked_command.console, "width", 400)
    platform = embedded_town.platform
    doors = [part for name, url in platform.urls.items() for part in ("--door", f"{name}={url}")]

    async def say(*words: str, by: str = "first") -> Result:
        token = platform.token(Role.OPERATIONS, subject=by)
        runner = CliRunner(env={"ONESTOP_TOKEN": token})
        with structlog.testing.capture_logs():  # the services run in this process, too
            return await asyncio.to_thread(lambda: runner.invoke(app, ["parked", *words, *doors]))

    return say


async def _late_membership(town: Town, person_id: str) -> None:
    office = Window(town.platform, Role.DEPARTMENT, "civil-affairs")
    said = {"category": "TEKUN", "valid_from": "2019-01-01", "evidence": "补报名单"}
    await office.post("identity", f"/v1/persons/{person_id}/memberships", said, key=f"late-{person_id}")


async def _reviews(town: Town) -> list[Any]:
    items: list[Any] = (await Window(town.platform, Role.OPERATIONS).get("settlement", "/v1/reviews"))["items"]
    return items


async def test_a_late_fact_that_was_parked_opens_its_review_when_it_is_retried(
    embedded_town: Town, admin: SingleConnection, terminal: Callable[..., Any]
) -> None:
    town, database = embedded_town, embedded_town.platform.admin_url
    person_id, window = town.someone("DIBAO"), Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    admitted = await stories.admit(window, person_id, "special_outpatient", town.today)
    await stories.upload(window, admitted["encounter_id"], BILL)
    await stories.settle(window, admitted["encounter_id"], BILL)
    await wait_until_arrived(database)
    assert (await terminal("list")).output == "nothing is parked\n"
    await admin.execute(_OBSTACLE.format(person_id))
    await _late_membership(town, person_id)
    await wait_until_arrived(database)
    assert await _reviews(town) == []
    listed = await terminal("list", "--all")
    assert listed.exit_code == 1
    assert "HANDLER_FAILED" in listed.output
    assert "FOLLOWED_PARKED" in listed.output
    assert (await verify(database)).identical, "what is parked has left no rows here, and replay knows it"
    refused = await terminal("retry", "settlement", "settlement-review", "identity", person_id)
    assert "FOLLOWED_FIRST" in refused.output
    assert "retry it there" in refused.output
    still = await terminal("retry", "settlement", "settlement", "identity", person_id)
    assert (still.exit_code, "stopped at message" in still.output) == (1, True)
    await admin.execute(_REMOVED)
    done = await terminal("retry", "settlement", "settlement", "identity", person_id)
    assert done.output.splitlines() == [
        "settlement: 1 worked off, 0 voided, 0 left",
        "settlement-review: 1 worked off, 0 voided, 0 left",
    ]
    await wait_until_arrived(database)
    assert len(await _reviews(town)) == 1
    assert (await verify(database)).identical


async def test_a_message_is_shown_mended_and_retried_by_two_people_and_replay_knows_of_it(
    embedded_town: Town, admin: SingleConnection, terminal: Callable[..., Any], tmp_path: Path
) -> None:
    town, database = embedded_town, embedded_town.platform.admin_url
    person_id = town.someone("DIBAO")
    await admin.execute(_OBSTACLE.format(person_id))
    await _late_membership(town, person_id)
    await wait_until_arrived(database)
    await admin.execute(_REMOVED)
    row = await admin.fetchrow("SELECT partition, pseq FROM settlement.inbox_parked WHERE consumer = 'settlement'")
    assert row is not None
    place = ["settlement", "settlement", "identity", str(row["partition"]), str(row["pseq"])]
    shown = json.loads((await terminal("show", *place)).output)
    assert shown["headers"]["ce_partitionkey"] == person_id
    body = tmp_path / "body.json"
    body.write_text("{")
    broken = await terminal("mend", *place, "--body", str(body), "--reason", "试")
    assert (broken.exit_code, "is not JSON" in broken.output) == (2, True)
    body.write_text(json.dumps({**shown["body"], "county": "445224"}))
    assert (await terminal("mend", *place, "--body", str(body), "--reason", "区划更正")).exit_code == 0
    key = ["settlement", "settlement", "identity", person_id]
    assert "MENDED_BY_CALLER" in (await terminal("retry", *key)).output
    assert (await terminal("retry", *key, by="second")).exit_code == 0

    async def stored() -> bool:
        sql = "SELECT county FROM settlement.people WHERE person_id = $1"
        return bool(await admin.fetchval(sql, person_id) == "445224")

    await eventually(stored)
    assert (await verify(database)).identical, "replay takes the mended body, as settlement did"
