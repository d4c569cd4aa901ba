"""Planted faults: each is found, named, and mended by the command that the difference names."""

import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest
from tests.command_line import onestop
from tests.conftest import CopyTown
from tests.replay.tampering import Owner

from kernel.messaging.event_log import partition_of
from kernel.security import Role
from kernel.security.key_ring import KEYS_FILE
from kernel.writing.database import administering
from onestop.doctor.examination import examine
from onestop.doctor.examined import Examined
from onestop.doctor.register import chosen
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.reconcile import kept
from onestop.reconcile.comparing import ENTRIES_MAX
from onestop.reconcile.difference import Difference
from onestop.reconcile.repairing import mend
from onestop.reconcile.run import reconcile
from onestop.replay import verify
from onestop.services import SERVICES
from workbench.demo import stories
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
TODAY: Final = date(2026, 11, 29)
#: 郑庚示, a made-up person of the town.
ID_NUMBER: Final = "445222200205051488"
NOON: Final = datetime(2026, 11, 29, 4, tzinfo=UTC)
_SWAP: Final = (
    'UPDATE bus.messages SET "offset" = -"offset" - 1 WHERE topic = $1 AND partition = 3 AND "offset" IN (1, 2)',
    'UPDATE bus.messages SET "offset" = 4 + "offset" WHERE topic = $1 AND partition = 3 AND "offset" < 0',
)
_LOSE: Final = 'DELETE FROM bus.messages WHERE topic = $1 AND partition = 5 AND "offset" BETWEEN 1 AND 3'


async def found_in(database: str) -> tuple[Difference, ...]:
    return (await reconcile(database, patience_seconds=0.2)).differences


async def released(database: str, difference: Difference) -> str:
    """Two people have it mended, as the command of the difference says."""
    async with administering(database) as owner:
        await kept.propose(owner, difference.difference_id, "li", "核对过")
        one = await kept.release(owner, difference.difference_id, "wang")
        return await mend(owner, one.repair)


async def states(database: str) -> dict[str, str]:
    async with administering(database) as owner:
        return {one.kind: one.state for one in await kept.listed(owner, also_mended=True)}


async def test_where_nothing_was_done_nothing_is_found(restored: str) -> None:
    outcome = await reconcile(restored)
    assert outcome.differences == ()
    assert outcome.names > 600
    assert all(one.ours for one in outcome.compared), "a pair that compares nothing finds nothing"


#: Each fault on a settlement, account, person or partition of its own.
_OF: Final = (
    "(SELECT settlement_id FROM settlement.settlements s JOIN fund_ledger.journals j USING (settlement_id) "
    "GROUP BY 1 HAVING count(*) = 1 ORDER BY 1 OFFSET {} LIMIT 1)"
)
_COPY: Final = (
    "INSERT INTO {table} SELECT (json_populate_record(r, json_build_object('{key}', '{other}'))).* "
    "FROM {table} r WHERE {key} = {of}"
)
_ACCOUNT: Final = "SELECT account FROM fund_ledger.balances WHERE account LIKE 'bank/%' ORDER BY 1 OFFSET {} LIMIT 1"
_PLANTED: Final = (
    ("settlement", "DELETE FROM settlements WHERE settlement_id = $1", _OF.format(0), "SETTLEMENTS_ROW_MISSING"),
    (
        "settlement",
        "UPDATE settlements SET patient_pays_fen = patient_pays_fen + 1 WHERE settlement_id = $1",
        _OF.format(1),
        "SETTLEMENTS_ROW_CHANGED",
    ),
    ("fund_ledger", "DELETE FROM journals WHERE journal_id = $1", _OF.format(3), "JOURNALS_ROW_MISSING"),
    (
        "fund_ledger",
        "UPDATE balances SET debit_fen = debit_fen + 100 WHERE account = $1",
        _ACCOUNT.format(0),
        "BALANCE_CHANGED",
    ),
    ("fund_ledger", "DELETE FROM entries WHERE account = $1", _ACCOUNT.format(1), "BALANCE_CHANGED"),
    (
        "identity",
        "UPDATE persons SET revision = revision + 1 WHERE person_id = $1",
        "SELECT min(person_id) FROM identity.persons",
        "PERSONS_ROW_CHANGED",
    ),
    (
        "fund_ledger",
        "UPDATE inbox_cursor SET last_pseq = last_pseq + 1000 WHERE $1 = consumer || '/' || topic || '/' || partition",
        "SELECT 'fund-ledger/settlement/3'",
        "POSITION_AHEAD",
    ),
)


async def test_planted_faults_are_found_named_and_mended(restored: str) -> None:
    wanted = set()
    async with administering(restored) as connection:
        subjects = [await connection.fetchval(which) for _, _, which, _ in _PLANTED]
        for (schema, sql, _, kind), subject in zip(_PLANTED, subjects, strict=True):
            await Owner(connection, schema).begin()
            await connection.execute(sql, subject)
            wanted.add((kind, subject))
        for schema, table, key, at in (
            ("settlement", "settlements", "settlement_id", 4),
            ("fund_ledger", "journals", "journal_id", 5),
        ):
            other = f"00000000-0000-5000-8000-00000000000{at}"
            await connection.execute(f"SET search_path TO {schema}")
            await connection.execute(_COPY.format(table=table, key=key, other=other, of=_OF.format(at)))
            wanted.add((f"{table.upper()}_ROW_STRAY", other))
    found = await found_in(restored)
    assert wanted <= {(one.kind, one.subject) for one in found}
    assert all(one.command == f"onestop reconcile release {one.difference_id}" for one in found)
    (ill,) = await examine(Examined(database_url=restored, services=SERVICES), chosen(["reconciled"]))
    assert f"{len(found)} differences between services are not mended" in ill.findings[0].says
    assert {one.owner for one in found} == {"settlement", "fund-ledger", "identity", "operations"}
    for one in found:
        await released(restored, one)
    # A row that was put right may show that its accounts were right without it: then nothing is left.
    assert await found_in(restored) == ()
    assert set((await states(restored)).values()) == {"MENDED"}
    (well,) = await examine(Examined(database_url=restored, services=SERVICES), chosen(["reconciled"]))
    assert well.findings == ()
    assert (await verify(restored)).differences == ()


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


async def test_a_lost_message_is_sent_again_and_swapped_ones_go_back_to_their_places(
    copy_town: CopyTown, tmp_path: Path
) -> None:
    database = await copy_town(tmp_path)
    async with administering(database) as connection:
        for sql in (*_SWAP, _LOSE):
            await connection.execute(sql, "identity")
    swapped, lost = sorted(await found_in(database), key=lambda one: one.kind)  # _ sorts behind S
    assert (lost.kind, swapped.kind) == ("MESSAGE_MISSING", "MESSAGES_OUT_OF_ORDER")
    assert lost.command == "onestop republish identity --partition 5 --from 2"
    assert swapped.command.endswith("; onestop republish identity --partition 3 --from 2")
    assert await released(database, swapped) == "messages 2 to 3 of identity/3 are taken away"
    for one in (lost, swapped):
        words = one.command.rpartition("onestop ")[2].split()
        done = await onestop(*words, "--database", database, "--folder", str(tmp_path))
        assert done.exit_code == 0, done.output
    assert await found_in(database) == ()


@pytest.fixture
async def platform(restored: str, written_before: Path, tmp_path: Path) -> AsyncIterator[Platform]:
    """The services at work on the restored database."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    shutil.copy(written_before / KEYS_FILE, keys)
    (keys / KEYS_FILE).chmod(0o600)
    async with running_platform(restored, tmp_path, POLICIES, clock=lambda: NOON) as running:
        yield running


_SKIP: Final = """
UPDATE fund_ledger.inbox_cursor SET last_pseq = last_pseq + 2 WHERE topic = 'settlement' AND partition = $1
"""


async def test_what_a_consumer_never_did_is_given_to_it_again_by_two_people(platform: Platform) -> None:
    database = platform.admin_url
    window = Window(platform, Role.HOSPITAL, "H445202-2")
    person_id = await stories.look_up(window, ID_NUMBER)
    async with administering(database) as connection:
        # As if the ledger had consumed them: the admission and the settlement that come next are passed over.
        await connection.execute(_SKIP, partition_of(person_id))
        settled = await stories.stay(window, person_id, TODAY, 5, stories.Bill(2_000_000, 0, 1_000_000))
        await wait_until_arrived(database)
        old = await connection.fetchval("SELECT min(person_id) FROM settlement.people")
        await connection.execute("UPDATE settlement.people SET revision = revision - 1 WHERE person_id = $1", old)
        gone = await connection.fetchval("SELECT max(person_id) FROM referral.applicants")
        await connection.execute("DELETE FROM referral.applicants WHERE person_id = $1", gone)
    lost = settled["settlement_id"]
    ran = await onestop("reconcile", "--json", "--database", database)
    assert ran.exit_code == 1
    found = {(one["kind"], one["subject"]): one for one in json.loads(ran.stdout)["differences"]}
    assert found.keys() == {("JOURNAL_MISSING", lost), ("PEOPLE_BEHIND", old), ("APPLICANTS_BEHIND", gone)}
    token = platform.token(Role.OPERATIONS, subject="wang")
    doors = [word for name, url in platform.urls.items() for word in ("--door", f"{name}={url}")]
    for one in found.values():
        name, at = one["difference_id"], ("--database", database)
        alone = await onestop("reconcile", "release", name, "--by", "li", *at)
        assert (alone.exit_code, "NOT_PROPOSED" in alone.output) == (1, True)
        await onestop("reconcile", "propose", name, "--by", "li", "--because", "查无此账", *at)
        alone = await onestop("reconcile", "release", name, "--by", "li", *at)
        assert (alone.exit_code, "PROPOSED_BY_CALLER" in alone.output) == (1, True)
        done = await onestop("reconcile", "release", name, "--by", "wang", *at)
        assert done.exit_code == 0, done.output
        then = one["command"].rpartition("onestop ")[2].split()
        assert then[:2] == ["parked", "retry"]
        retried = await onestop(*then, *doors, "--token", token)
        assert (retried.exit_code, "1 worked off" in retried.output) == (0, True), retried.output
    await wait_until_arrived(database)
    assert (await onestop("reconcile", "--database", database)).exit_code == 0
    listed = await onestop("reconcile", "list", "--all", "--database", database)
    assert (listed.exit_code, listed.output.count("MENDED for")) == (0, 3), listed.output
