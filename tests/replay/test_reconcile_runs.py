"""Runs of the reconciliation: one at a time, whoever asks, and each is kept with who ran it and how it ended."""

import asyncio
import json
import os
import signal
import sys
from datetime import date
from typing import Final

import asyncpg
import msgspec
import pytest
from tests.command_line import onestop
from tests.replay.test_day_file import the_day

from kernel.testing.deadline import eventually
from kernel.values.refusals import Refused
from kernel.writing.database import administering
from onestop.reconcile.day_file import keep_day
from onestop.reconcile.kept import make_tables, standing
from onestop.reconcile.pairs import PAIRS
from onestop.reconcile.run import reconcile
from onestop.reconcile.runs import Run, begin, one_run, runs

_BEGINS: Final = """
import asyncio, sys
from onestop.reconcile.runs import begin
async def run():
    begun = await begin(sys.argv[1], "gone")
    print(begun.run_id, flush=True)
    await asyncio.Event().wait()
asyncio.run(run())
"""


async def test_a_run_is_kept_with_who_ran_it_and_what_it_came_to(restored: str) -> None:
    ran = await onestop("reconcile", "--by", "li", "--patience", "0.2", "--database", restored)
    assert ran.exit_code == 0, ran.output
    listed = await onestop("reconcile", "runs", "--json", "--database", restored)
    (run,) = json.loads(listed.output)
    assert (run["state"], run["began_by"], run["found"], run["failure"]) == ("ENDED", "li", 0, None)
    assert run["names"] > 600
    assert {one["pair"] for one in run["compared"]} == {pair.name for pair in PAIRS}
    text = await onestop("reconcile", "runs", "--database", restored)
    assert f"{run['run_id']} ENDED" in text.output


async def test_while_one_goes_on_no_other_begins_and_it_says_which(restored: str) -> None:
    begun = await begin(restored, "wang")
    second = await onestop("reconcile", "--database", restored)
    assert second.exit_code == 2
    assert f"reconciliation {begun.run_id} of wang goes on since" in second.output
    with pytest.raises(Refused, match="RECONCILIATION_RUNNING") as refused:
        await reconcile(restored)
    assert refused.value.about == {"run": str(begun.run_id)}
    await begun.end((), 0, 0)
    assert (await reconcile(restored, patience_seconds=0.2)).differences == ()


async def test_a_run_whose_process_is_killed_is_interrupted_and_keeps_nobody_out(restored: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _BEGINS, restored, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    run_id = int(await process.stdout.readline())
    async with administering(restored) as owner:
        assert (await one_run(owner, run_id)).state == "RUNNING"
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()

        async def noticed() -> Run | None:
            run = await one_run(owner, run_id)
            return None if run.state == "RUNNING" else run

        run = await eventually(noticed)
        assert run is not None
    assert (run.state, run.began_by, run.names) == ("INTERRUPTED", "gone", None)
    assert run.ended_at is not None
    await reconcile(restored, patience_seconds=0.2)


async def test_a_run_that_fails_says_so_without_the_words_of_the_error(restored: str) -> None:
    (broken, *_) = PAIRS
    other = msgspec.structs.replace(broken, one=msgspec.structs.replace(broken.one, sql="SELECT 'x' AS id FROM nobody"))
    with pytest.raises(asyncpg.UndefinedTableError):
        await reconcile(restored, pairs=(other,))
    async with administering(restored) as owner:
        (run,) = await runs(owner)
    assert (run.state, run.failure) == ("FAILED", "UndefinedTableError")


async def test_a_run_that_is_called_off_is_interrupted(restored: str) -> None:
    task = asyncio.create_task(reconcile(restored, patience_seconds=60))
    async with administering(restored) as owner:
        await make_tables(owner)
        await eventually(lambda: runs(owner))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (run,) = await runs(owner)
    assert run.state == "INTERRUPTED"


async def test_a_hospitals_day_is_no_run_of_all_services(restored: str) -> None:
    hospital, _, _ = await the_day(restored)
    async with administering(restored) as owner:
        await make_tables(owner)
        await owner.execute("DELETE FROM reconciliation.runs")
        found = await keep_day(owner, hospital, date(2026, 1, 1), {})
        assert found.differences == ()
        assert (await standing(owner)).ended_at is None
