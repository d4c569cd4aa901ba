"""A dump that was taken between a relay's sending and its storing how far it had come."""

from pathlib import Path

from tests.conftest import CopyTown

from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.writing.database import administering, open_pool
from onestop.restore.database import restore

_CURSORS_SQL = "SELECT gseq, pseqs::text FROM identity.relay"


async def test_what_consumers_had_of_messages_that_the_dump_does_not_count_is_no_other_dump(
    copy_town: CopyTown, tmp_path: Path
) -> None:
    url = await copy_town(tmp_path)
    async with administering(url) as owner:
        before = await owner.fetchrow(_CURSORS_SQL)
        assert before is not None
        assert before["gseq"] > 0
        await owner.execute("UPDATE identity.relay SET gseq = 0, pseqs = '[0,0,0,0,0,0,0,0,0,0,0,0]'")
        async with await open_pool(url, schema="bus", size=2) as bus:
            restored = {one.name: one for one in await restore(url, EmbeddedEventLog(bus))}
        assert restored["identity"].beyond.lost == ()
        assert await owner.fetchrow(_CURSORS_SQL) == before
