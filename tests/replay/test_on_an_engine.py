"""A verification whose passes are worked off by an engine's workers: the same functions, the same verdict."""

import distributed
import pytest
from tests.command_line import onestop

from kernel.writing.database import administering
from onestop.replay import verify
from onestop.replay.engine import EngineError


@pytest.mark.long
async def test_two_workers_of_dask_come_to_the_same_verdict_and_find_the_same_difference(restored: str) -> None:
    alone = await verify(restored)
    async with distributed.LocalCluster(  # type: ignore[no-untyped-call]  # half of it ships no types
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, asynchronous=True
    ) as cluster:
        engine = cluster.scheduler_address.replace("tcp://", "dask://")
        assert await verify(restored, engine=engine) == alone
        assert alone.identical
        async with administering(restored) as admin:
            await admin.execute(
                "DELETE FROM settlement.people WHERE person_id = (SELECT min(person_id) FROM settlement.people)"
            )
        (found,) = (await verify(restored, engine=engine)).differences
        assert found == (await verify(restored)).differences[0]
        assert "people" in found.where


async def test_an_engine_that_is_none_is_said(restored: str) -> None:
    with pytest.raises(EngineError, match="no engine 'ray://there'"):
        await verify(restored, engine="ray://there")


@pytest.mark.long
async def test_a_scheduler_that_does_not_answer_is_said(restored: str) -> None:
    nobody = await onestop("replay", "--verify", "--on", "dask://127.0.0.1:9", "--database", restored)
    assert (nobody.exit_code, "not replayed" in nobody.output) == (2, True), nobody.output
