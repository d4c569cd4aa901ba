"""Reconciling while the services are at work: what nobody can say yet is neither a difference nor mended."""

from datetime import date
from typing import Final

from tests.command_line import onestop
from tests.replay.reconciling import found_in, released, states

from kernel.messaging.event_log import partition_of
from kernel.security import Role
from kernel.writing.database import administering
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.reconcile import kept
from onestop.reconcile.comparing import ENTRIES_MAX
from onestop.reconcile.run import reconcile
from workbench.demo import stories
from workbench.demo.window import Window

TODAY: Final = date(2026, 11, 29)
#: 郑庚示, a made-up person of the town.
ID_NUMBER: Final = "445222200205051488"


async def test_a_row_is_judged_while_somebody_writes_and_mended_when_nobody_does(restored: str) -> None:
    async with administering(restored) as connection, administering(restored) as writing:
        first = await connection.fetchval("SELECT min(person_id) FROM identity.persons")
        await connection.execute("UPDATE identity.persons SET revision = revision + 1 WHERE person_id = $1", first)
        busy = writing.transaction()
        await busy.start()
        await writing.execute("LOCK TABLE identity.events IN ROW EXCLUSIVE MODE")
        await writing.execute("SELECT FROM identity.persons WHERE person_id = $1 FOR UPDATE", first)
        (wrong,) = await found_in(restored)
        assert (wrong.kind, wrong.subject) == ("PERSONS_ROW_CHANGED", first)
        await kept.propose(connection, wrong.difference_id, "li", "核对过")
        words = ("reconcile", "release", wrong.difference_id, "--by", "wang", "--database", restored)
        held = await onestop(*words)
        assert (held.exit_code, "SERVICE_BUSY" in held.output) == (1, True), held.output
        await busy.rollback()
        done = await onestop(*words)
        assert (done.exit_code, "put right" in done.output) == (0, True), done.output
    assert await found_in(restored) == ()


_STRAYS: Final = """
INSERT INTO identity.persons SELECT (json_populate_record(p, json_build_object('person_id', '0-' || n))).*
FROM identity.persons p, generate_series(1, $1::int) AS n
WHERE person_id = (SELECT min(person_id) FROM identity.persons)
"""


async def test_what_a_run_did_not_come_to_is_not_called_mended(restored: str) -> None:
    async with administering(restored) as connection:
        last = await connection.fetchval("SELECT max(person_id) FROM identity.persons")
        await connection.execute("UPDATE identity.persons SET revision = revision + 1 WHERE person_id = $1", last)
        assert [one.subject for one in await found_in(restored)] == [last]
        await connection.execute(_STRAYS, ENTRIES_MAX)
        assert last not in {one.subject for one in await found_in(restored)}
    assert (await states(restored))["PERSONS_ROW_CHANGED"] == "OPEN"


async def test_what_is_late_is_not_called_mended(restored: str) -> None:
    async with administering(restored) as connection:
        late = await connection.fetchval("SELECT min(person_id) FROM settlement.people")
        await connection.execute("UPDATE settlement.people SET revision = revision - 1 WHERE person_id = $1", late)
        assert [one.kind for one in await found_in(restored)] == ["PEOPLE_BEHIND"]
        await connection.execute(
            "UPDATE settlement.inbox_cursor SET last_pseq = last_pseq - 1 WHERE topic = 'identity' AND partition = $1",
            partition_of(late),
        )
    assert await found_in(restored) == ()
    assert await states(restored) == {"PEOPLE_BEHIND": "OPEN"}


_STAND: Final = """
SELECT last_pseq FROM fund_ledger.inbox_cursor
WHERE consumer = 'fund-ledger' AND topic = 'settlement' AND partition = $1
"""
_AHEAD: Final = """
UPDATE fund_ledger.inbox_cursor SET last_pseq = last_pseq + $2
WHERE consumer = 'fund-ledger' AND topic = 'settlement' AND partition = $1
"""
# As if the relay had sent its last messages and not stored yet how far it is.
_LAG: Final = """
UPDATE settlement.relay
SET gseq = gseq - 1, pseqs = (SELECT json_agg(p::text::bigint - 1) FROM json_array_elements(pseqs) p)
"""


async def test_what_a_relay_has_sent_and_not_stored_yet_puts_nobody_ahead(restored: str) -> None:
    async with administering(restored) as connection:
        await connection.execute(_LAG)
    outcome = await reconcile(restored, patience_seconds=0.2)
    assert outcome.differences == ()
    assert outcome.moving > 0


async def test_a_position_is_set_back_only_where_it_is_ahead_when_that_is_released(restored: str) -> None:
    async with administering(restored) as connection:
        stood = await connection.fetchval(_STAND, 3)
        await connection.execute(_AHEAD, 3, 1000)
        (ahead,) = await found_in(restored)
        assert (ahead.kind, ahead.subject) == ("POSITION_AHEAD", "fund-ledger/settlement/3")
        await kept.propose(connection, ahead.difference_id, "li", "核对过")
        await connection.execute(_LAG)
        words = ("reconcile", "release", ahead.difference_id, "--by", "wang", "--database", restored)
        behind = await onestop(*words)
        assert (behind.exit_code, "RELAY_BEHIND" in behind.output) == (1, True)
        await connection.execute(_LAG.replace(" - 1", " + 1"))
        # Meanwhile the others came up with it, or it was set back by hand.
        await connection.execute(_AHEAD, 3, -1001)
        done = await onestop(*words)
        assert (done.exit_code, "nothing was done" in done.output) == (0, True), done.output
        assert await connection.fetchval(_STAND, 3) == stood - 1


async def test_a_consumer_that_was_set_back_goes_on_with_the_next_signed_message(platform: Platform) -> None:
    database = platform.admin_url
    window = Window(platform, Role.HOSPITAL, "H445202-2")
    person_id = await stories.look_up(window, ID_NUMBER)
    partition = partition_of(person_id)
    # A first one, so that the chain has begun on the partition.
    await stories.stay(window, person_id, TODAY, 5, stories.Bill(2_000_000, 0, 1_000_000))
    await wait_until_arrived(database)
    async with administering(database) as connection:
        head = "SELECT head FROM fund_ledger.inbox_cursor WHERE topic = 'settlement' AND partition = $1"
        right = await connection.fetchval(head, partition)
        assert right is not None
        await connection.execute(_AHEAD, partition, 1000)
        await connection.execute(
            "UPDATE fund_ledger.inbox_cursor SET head = '1 elsewhere ' || md5(head), generation = generation + 1 "
            "WHERE topic = 'settlement' AND partition = $1",
            partition,
        )
        (ahead,) = [one for one in await found_in(database) if one.kind == "POSITION_AHEAD"]
        await released(database, ahead)
        assert (await connection.fetchval(head, partition)).rpartition(" ")[2] == right.rpartition(" ")[2]
        settled = await stories.stay(window, person_id, date(2026, 11, 19), 3, stories.Bill(1_000_000, 0, 500_000))
        await wait_until_arrived(database)
        booked = "SELECT count(*) FROM fund_ledger.journals WHERE settlement_id = $1"
        assert await connection.fetchval(booked, settled["settlement_id"]) == 1
    assert await found_in(database) == ()
