"""Runs of the reconciliation that are begun at the desk: one at a time, followed to their end, and never for ever."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Final

from tests.command_line import onestop
from tests.replay.at_the_desk import Clerk, OpenDesk, desk_apart, ended, open_desk, refused
from tests.replay.tampering import Owner
from tests.replay.test_reconcile import ID_NUMBER, NTH_SETTLED, TODAY

from kernel.messaging.event_log import partition_of
from kernel.security import Role
from kernel.writing.database import administering
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.reconcile.pairs import PAIRS
from onestop.reconcile.runs import begin
from workbench.demo import stories
from workbench.demo.window import Window


async def test_a_run_is_begun_followed_and_its_differences_are_listed(desk: OpenDesk, restored: str) -> None:
    async with administering(restored) as connection:
        subject = await connection.fetchval(NTH_SETTLED.format(0))
        await Owner(connection, "settlement").begin()
        await connection.execute("DELETE FROM settlements WHERE settlement_id = $1", subject)
    li = desk.clerk("li")
    begun = await li.post("/v1/reconciliations", {"patience_seconds": 0}, key="run")
    assert (begun.status_code, begun.json()["state"]) == (202, "RUNNING")
    assert begun.headers["location"] == f"/v1/reconciliations/{begun.json()['run_id']}"
    run = await ended(li, begun.headers["location"])
    assert (run["state"], run["began_by"], run["found"], run["failure"]) == ("ENDED", "li", 1, None)
    assert run["names"] > 600
    assert {one["pair"] for one in run["compared"]} == {pair.name for pair in PAIRS}
    again = await li.post("/v1/reconciliations", {"patience_seconds": 0}, key="run")
    assert (again.json(), again.headers["location"]) == (begun.json(), begun.headers["location"])
    listed = (await li.get("/v1/reconciliations")).json()["items"]
    assert listed == [run], "what was asked again under its key is not run again"
    (one,) = (await li.get("/v1/differences")).json()["items"]
    assert (one["kind"], one["subject"]) == ("SETTLEMENTS_ROW_MISSING", subject)
    tagged = await li.get("/v1/reconciliations")
    same = await li.client.get("/v1/reconciliations", headers={"If-None-Match": tagged.headers["etag"]})
    assert same.status_code == 304
    assert refused(await li.get("/v1/reconciliations/999")) == (404, "RECONCILIATION_UNKNOWN")


async def test_desk_and_command_line_keep_each_other_out(desk: OpenDesk, restored: str) -> None:
    nightly = await begin(restored, "onestop reconcile")
    li = desk.clerk("li")
    second = await li.post("/v1/reconciliations", {}, key="later")
    assert refused(second) == (409, "RECONCILIATION_RUNNING")
    assert second.json()["about"] == {"run": str(nightly.run_id)}
    await nightly.end((), 0, 0)
    begun = await li.post("/v1/reconciliations", {"patience_seconds": 0}, key="later")
    assert begun.status_code == 202, "what was refused left its key free"
    await ended(li, begun.headers["location"])
    assert (await onestop("reconcile", "--patience", "0.2", "--database", restored)).exit_code == 0


async def test_of_two_clerks_who_begin_at_once_one_does(desk: OpenDesk) -> None:
    both = await asyncio.gather(
        *(desk.clerk(name).post("/v1/reconciliations", {"patience_seconds": 0}) for name in ("li", "wang"))
    )
    assert sorted(one.status_code for one in both) == [202, 409]
    (begun,) = [one for one in both if one.status_code == 202]
    await ended(desk.clerk("li"), begun.headers["location"])


async def test_the_end_of_a_desk_ends_its_run_and_says_so(restored: str, tmp_path: Path) -> None:
    async with open_desk(restored, tmp_path) as desk:
        await _hold_back(restored)
        begun = await desk.clerk("li").post("/v1/reconciliations", {"patience_seconds": 600})
    async with open_desk(restored, tmp_path) as desk:
        run = (await desk.clerk("li").get(begun.headers["location"])).json()
    assert run["state"] == "INTERRUPTED"


async def test_a_run_of_a_desk_that_is_killed_is_interrupted_and_not_running_for_ever(
    restored: str, tmp_path: Path
) -> None:
    await _hold_back(restored)
    process, url = await desk_apart(restored, tmp_path)
    async with open_desk(restored, tmp_path) as desk:
        killed, li = desk.elsewhere(url), desk.clerk("li")
        begun = await killed.clerk("li").post("/v1/reconciliations", {"patience_seconds": 600})
        address = begun.headers["location"]
        assert (await li.get(address)).json()["state"] == "RUNNING", "another desk sees that it goes on"
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        assert (await ended(li, address))["state"] == "INTERRUPTED"
        begun = await li.post("/v1/reconciliations", {"patience_seconds": 0})
        assert (await ended(li, begun.headers["location"]))["state"] == "ENDED"


_BEHIND_SQL: Final = (
    "DELETE FROM fund_ledger.journals WHERE settlement_id = (SELECT min(settlement_id) FROM fund_ledger.journals)"
)
_LATE_SQL: Final = "UPDATE fund_ledger.inbox_cursor SET last_pseq = 0 WHERE topic = 'settlement'"


async def _hold_back(database: str) -> None:
    """A run finds that the ledger is behind with what differs, and waits for it."""
    async with administering(database) as connection:
        await connection.execute(_BEHIND_SQL)
        await connection.execute(_LATE_SQL)


_SKIP_SQL: Final = """
UPDATE fund_ledger.inbox_cursor SET last_pseq = last_pseq + 2 WHERE topic = 'settlement' AND partition = $1
"""


async def test_beside_running_services_what_the_ledger_never_did_is_found_and_mended(platform: Platform) -> None:
    database, window = platform.admin_url, Window(platform, Role.HOSPITAL, "H445202-2")
    person_id = await stories.look_up(window, ID_NUMBER)
    async with administering(database) as connection:
        # As if the ledger had consumed them: the admission and the settlement that come next are passed over.
        await connection.execute(_SKIP_SQL, partition_of(person_id))
    settled = await stories.stay(window, person_id, TODAY, 5, stories.Bill(2_000_000, 0, 1_000_000))
    await wait_until_arrived(database)
    li, wang = (Clerk(platform.client("desk", Role.OPERATIONS, subject=name)) for name in ("li", "wang"))
    begun = await li.post("/v1/reconciliations", {"patience_seconds": 10})
    assert (await ended(li, begun.headers["location"]))["found"] == 1
    (one,) = (await li.get("/v1/differences")).json()["items"]
    assert (one["kind"], one["subject"]) == ("JOURNAL_MISSING", settled["settlement_id"])
    at = f"/v1/differences/{one['difference_id']}"
    await li.post(f"{at}/proposal", {"because": "查无此账"})
    released = (await wang.post(f"{at}/release")).json()
    assert "waits parked at" in released["done"], released
    words = released["then"].removeprefix("onestop ").split()
    doors = [word for name, url in platform.urls.items() for word in ("--door", f"{name}={url}")]
    token = platform.token(Role.OPERATIONS, subject="wang")
    retried = await onestop(*words, *doors, "--token", token)
    assert (retried.exit_code, "1 worked off" in retried.output) == (0, True), retried.output
    await wait_until_arrived(database)
    begun = await li.post("/v1/reconciliations", {"patience_seconds": 10})
    assert (await ended(li, begun.headers["location"]))["found"] == 0
    assert (await li.get(at)).json()["state"] == "MENDED"
