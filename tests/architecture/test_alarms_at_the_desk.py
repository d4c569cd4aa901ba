"""Alarms at the desk: what a real Alertmanager has, and that a clerk sees to one, with a name, a reason and an end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.architecture.on_duty import Duty
from tests.replay.at_the_desk import OpenDesk, open_desk, refused

from kernel.running.clock import system_clock
from kernel.testing.deadline import eventually
from kernel.writing.database import administering
from onestop.migrating import migrate


@pytest.fixture
async def migrated(database: str) -> str:
    """A platform's tables, with nothing in them."""
    await migrate(database)
    return database


@pytest.fixture
async def desk(migrated: str, duty: Duty, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """A desk that was told where Alertmanager is, and two alarms of one rule and one of another."""
    await duty.raise_alarm("ConsumerLags", "settlement", "look", summary="settlement lags", do="Wait.")
    await duty.raise_alarm("ConsumerLags", "referral", "look")
    await duty.raise_alarm("TwoLead", "settlement", do="See docs/runbooks/backup-and-restore.md first.")
    async with open_desk(migrated, tmp_path, alertmanager=duty.url, clock=system_clock) as opened:
        yield opened


async def _alarms(desk: OpenDesk, **chosen: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.clerk("li").get("/v1/alarms", **chosen)).json()["items"]
    return found


async def test_alarms_are_told_pages_first_with_what_to_do(desk: OpenDesk) -> None:
    found = await _alarms(desk)
    assert [(one["name"], one["service"], one["severity"]) for one in found] == [
        ("TwoLead", "settlement", "page"),
        ("ConsumerLags", "referral", "look"),
        ("ConsumerLags", "settlement", "look"),
    ]
    page, _, look = found
    assert (look["summary"], look["do"], look["runbook"]) == ("settlement lags", "Wait.", "docs/runbooks/alarms.md")
    assert page["runbook"] == "docs/runbooks/backup-and-restore.md"
    assert {one["acknowledged_by"] for one in found} == {None}
    assert [one["name"] for one in await _alarms(desk, severity="page")] == ["TwoLead"]
    assert len(await _alarms(desk, name="ConsumerLags")) == 2
    li = desk.clerk("li")
    tagged = await li.get("/v1/alarms")
    again = await li.client.get("/v1/alarms", headers={"If-None-Match": tagged.headers["etag"]})
    assert again.status_code == 304
    assert refused(await desk.clerk("chen", ["445202"]).get("/v1/alarms")) == (403, "DIVISIONS_NOT_SERVED")


async def test_who_sees_to_an_alarm_silences_that_one_and_no_other(desk: OpenDesk, duty: Duty, migrated: str) -> None:
    li, wang = desk.clerk("li"), desk.clerk("wang")
    (one,) = [alarm for alarm in await _alarms(desk, name="ConsumerLags") if alarm["service"] == "settlement"]
    at, said = f"/v1/alarms/{one['fingerprint']}/acknowledgement", {"because": "夜间批量到六点", "hours": 4}
    done = await li.post(at, said, key="a")
    assert done.status_code == 201, done.json()
    until = datetime.fromisoformat(done.json()["until"])
    assert abs(until - datetime.now(UTC) - timedelta(hours=4)) < timedelta(minutes=5)
    assert (await li.post(at, said, key="a")).json() == done.json()
    assert duty.amtool("silence", "query", "--quiet").split() == [done.json()["silence_id"]]
    seen = {(alarm["name"], alarm["service"]): alarm["acknowledged_by"] for alarm in await _alarms(desk)}
    assert seen == {
        ("ConsumerLags", "settlement"): "li",
        ("ConsumerLags", "referral"): None,
        ("TwoLead", "settlement"): None,
    }
    second = await wang.post(at, {"because": "我也看", "hours": 1})
    assert refused(second) == (409, "ALARM_ACKNOWLEDGED")
    assert second.json()["about"] == {"by": "li"}

    assert (await wang.client.delete(at)).status_code == 204
    assert {alarm["acknowledged_by"] for alarm in await _alarms(desk)} == {None}
    assert refused(await wang.client.delete(at)) == (409, "ALARM_NOT_ACKNOWLEDGED")
    async with administering(migrated) as owner:
        (kept,) = await owner.fetch("SELECT acknowledged_by, because, ended_by FROM desk.acknowledgements")
    assert tuple(kept) == ("li", "夜间批量到六点", "wang")


async def test_of_two_clerks_at_once_one_sees_to_it(desk: OpenDesk, duty: Duty) -> None:
    (one,) = await _alarms(desk, severity="page")
    at = f"/v1/alarms/{one['fingerprint']}/acknowledgement"
    both = await asyncio.gather(
        *(desk.clerk(name).post(at, {"because": "在查", "hours": 1}) for name in ("li", "wang"))
    )
    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert len(duty.amtool("silence", "query", "--quiet").split()) == 1


async def test_a_silence_of_more_than_the_alarm_is_not_ended_here(desk: OpenDesk, duty: Duty) -> None:
    duty.amtool("silence", "add", "alertname=ConsumerLags", "--author=zhao", "--comment=all of them", "--duration=1h")

    async def silenced() -> list[dict[str, Any]]:
        return [alarm for alarm in await _alarms(desk, name="ConsumerLags") if alarm["acknowledged_by"] == "zhao"]

    one, _ = await eventually(silenced)
    at = f"/v1/alarms/{one['fingerprint']}/acknowledgement"
    assert refused(await desk.clerk("li").client.delete(at)) == (409, "ALARM_SILENCED_WIDELY")
    assert refused(await desk.clerk("li").post(at, {"because": "在查", "hours": 1})) == (409, "ALARM_ACKNOWLEDGED")


async def test_what_is_not_there_or_says_too_much_is_refused(desk: OpenDesk) -> None:
    li = desk.clerk("li")
    nobody = await li.post("/v1/alarms/0123456789abcdef/acknowledgement", {"because": "在查", "hours": 1})
    assert refused(nobody) == (404, "ALARM_UNKNOWN")
    (one,) = await _alarms(desk, severity="page")
    at = f"/v1/alarms/{one['fingerprint']}/acknowledgement"
    assert refused(await li.post(at, {"because": "在查", "hours": 169})) == (422, "INVALID_FIELD")
    named = await li.post(at, {"because": "问 13800138000", "hours": 1})
    assert refused(named) == (422, "PERSONAL_DATA_IN_TEXT")


async def test_a_desk_without_alertmanager_or_with_one_that_is_away_says_so(migrated: str, tmp_path: Path) -> None:
    async with open_desk(migrated, tmp_path) as desk:
        assert refused(await desk.clerk("li").get("/v1/alarms")) == (409, "ALARMS_NOT_SET_UP")
    async with open_desk(migrated, tmp_path, alertmanager="http://127.0.0.1:9") as desk:
        assert refused(await desk.clerk("li").get("/v1/alarms")) == (503, "DEPENDENCY_UNAVAILABLE")
