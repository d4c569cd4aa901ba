"""What is wrong with a log's topic is said, and nothing half-made comes of it; what is whole replays identically."""

import asyncio
from typing import Final

import pytest
from tests.command_line import onestop
from tests.replay.left import POLICIES, Left
from tests.replay.recovering import lose, whole_of

from kernel.messaging.survey import SurveyError
from kernel.running.leadership import lock_number
from kernel.security.signing_keys import SigningKey
from kernel.writing.database import administering
from kernel.writing.event_store.leaves import leaf_sql
from kernel.writing.event_store.restored import RestoredClusterError
from onestop.platform import running_platform
from onestop.recover.errors import RecoverError
from onestop.replay import verify
from onestop.replay.comparison import TableDigest
from onestop.replay.from_topics import Topics
from onestop.restore.database import RestoreError

LEDGER: Final = "topic = 'fund-ledger.log'"
_LEAVES_SQL: Final = f"""
UPDATE fund_ledger.event_log l SET leaf = {leaf_sql("l", "e")} FROM fund_ledger.events e
WHERE e.pos = l.pos AND l.leaf IS NULL
"""
_EMPTY: Final = TableDigest(0, 0)
#: What is done to the ledger's topic, and what is said of it.
BROKEN: Final = (
    (f"UPDATE bus.messages SET topic = 'elsewhere' WHERE {LEDGER}", "holds no event: is the broker the right one"),
    (f'DELETE FROM bus.messages WHERE {LEDGER} AND "offset" = 0', "does not begin with its first message any more"),
    (f'DELETE FROM bus.messages WHERE {LEDGER} AND "offset" = 2', "message 3 is missing, and"),
    (
        (
            f"UPDATE bus.messages SET body = replace(encode(body, 'escape'), 'a', 'b')::bytea WHERE {LEDGER} "
            'AND "offset" = 2'
        ),
        "message 3 is not the one that its publisher has signed",
    ),
    (
        (
            f"UPDATE bus.messages SET headers = (headers::jsonb - 'ce_previous' - 'ce_seal')::json WHERE {LEDGER} "
            'AND "offset" > 2'
        ),
        "carries no signature, although its publisher signs",
    ),
)


async def test_the_logs_replay_from_their_topics_identically_and_a_changed_event_is_named(left: Left) -> None:
    topics = Topics(kafka_bootstrap="", prefix="", folder=str(left.folder))
    async with administering(left.database) as admin:  # an archive leaves, and entries from before the tree get leaves
        changed = await admin.execute(_LEAVES_SQL)
    assert changed == "UPDATE 3"
    verdict = await verify(left.database, topics=topics)
    assert (verdict.differences, verdict.events > 100) == ((), True)
    change = """
        ALTER TABLE fund_ledger.events DISABLE TRIGGER events_are_immutable;
        UPDATE fund_ledger.events SET meta = replace(meta::text, 'actor', 'octor')::json WHERE pos = 3
    """
    async with administering(left.database) as admin:
        await admin.execute(change)
    (found,) = (await verify(left.database, topics=topics)).differences
    assert found.where == "fund-ledger event 3", found
    none = await onestop("replay", "--verify", "--from-kafka", "--database", left.database)
    assert (none.exit_code, "say which broker" in none.output) == (2, True), none.output


async def test_a_topic_that_is_not_whole_recovers_nothing_and_says_what_is_wrong(left: Left) -> None:
    with pytest.raises(RecoverError, match="fund-ledger has events in this database already"):
        await left.recover("fund-ledger")
    before = await whole_of(left.database, "fund-ledger")
    await lose(left.database, "fund_ledger")
    for sql, said in BROKEN:
        await left.break_topic(sql)
        with pytest.raises(SurveyError, match=said):
            await left.recover("fund-ledger")
        await left.mend_topic()
        assert await whole_of(left.database, "fund-ledger") == ([], dict.fromkeys(before[1], _EMPTY)), said
    other = {"key": SigningKey.generate("onestop/other").public}
    with pytest.raises(SurveyError, match="was not signed by its publisher as it stands"):
        await left.recover("fund-ledger", keys=lambda _topic: other)
    with pytest.raises(SurveyError, match="no public key of its publisher was given"):
        await left.recover("fund-ledger", keys=lambda _topic: None)
    (done,) = await left.recover("fund-ledger")
    assert (done.written, done.is_signed, done.beyond) == (len(before[0]), True, 0)
    assert await whole_of(left.database, "fund-ledger") == before


async def test_a_recovery_that_was_broken_off_goes_on_and_two_at_once_are_refused(left: Left) -> None:
    before = {name: await whole_of(left.database, name) for name in ("identity", "settlement")}
    await lose(left.database, "identity", "settlement")
    async with administering(left.database) as admin:
        await admin.execute("SELECT pg_advisory_lock($1)", lock_number("recover"))
        with pytest.raises(RecoverError, match="somebody recovers services in this database"):
            await left.recover("identity")

    def break_off(_done: int, _total: int) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await left.recover("identity", "settlement", advance=lambda _name: break_off)
    begun = await whole_of(left.database, "identity")
    with pytest.raises(RestoreError, match="is not written back whole from its topic"):
        await left.adopt()
    assert begun[0] == before["identity"][0][: len(begun[0])]
    with pytest.raises(RestoredClusterError, match="nobody has adopted"):
        async with running_platform(left.database, left.folder, POLICIES):
            pass
    said = await left.recover("identity", "settlement")
    assert [one.written for one in said] == [
        len(before["identity"][0]) - len(begun[0]),
        len(before["settlement"][0]),
    ]
    assert {table.table for table in said[0].lacking} >= {"person_keys", "number_tokens"}
    for name, was in before.items():
        assert await whole_of(left.database, name) == was
    assert [one.written for one in await left.recover("identity", "settlement")] == [0, 0], "once more changes nothing"


async def test_nothing_is_recovered_while_services_run_or_before_the_tables_are_there(left: Left) -> None:
    async with running_platform(left.database, left.folder, POLICIES):
        with pytest.raises(RestoreError, match="still use this database"):
            await left.recover("fund-ledger")
    async with administering(left.database) as admin:
        await admin.execute("DROP SCHEMA fund_ledger CASCADE")
    with pytest.raises(RecoverError, match="run `onestop migrate` on the database first"):
        await left.recover("fund-ledger")
    unknown = await onestop("recover", "ledger", "--database", left.database)
    assert (unknown.exit_code, "there is no service ledger; there are" in unknown.output) == (2, True), unknown.output
