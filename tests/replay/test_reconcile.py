"""Planted faults: each is found, named, and mended by the command that the difference names."""

import json
from datetime import date
from pathlib import Path
from typing import Final

from tests.command_line import onestop
from tests.conftest import CopyTown
from tests.replay.reconciling import found_in, released, states
from tests.replay.tampering import Owner

from kernel.messaging.event_log import partition_of
from kernel.security import Role
from kernel.writing.database import administering
from onestop.doctor.examination import examine
from onestop.doctor.examined import Examined
from onestop.doctor.register import chosen
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.reconcile.run import reconcile
from onestop.replay import verify
from onestop.services import SERVICES
from workbench.demo import stories
from workbench.demo.window import Window

TODAY: Final = date(2026, 11, 29)
#: 郑庚示, a made-up person of the town.
ID_NUMBER: Final = "445222200205051488"
_SWAP: Final = (
    'UPDATE bus.messages SET "offset" = -"offset" - 1 WHERE topic = $1 AND partition = 3 AND "offset" IN (1, 2)',
    'UPDATE bus.messages SET "offset" = 4 + "offset" WHERE topic = $1 AND partition = 3 AND "offset" < 0',
)
_LOSE: Final = 'DELETE FROM bus.messages WHERE topic = $1 AND partition = 5 AND "offset" BETWEEN 1 AND 3'


async def test_where_nothing_was_done_nothing_is_found(restored: str) -> None:
    outcome = await reconcile(restored)
    assert outcome.differences == ()
    assert outcome.names > 600
    assert all(one.ours for one in outcome.compared), "a pair that compares nothing finds nothing"


#: Each fault on a settlement, account, person or partition of its own.
NTH_SETTLED: Final = (
    "(SELECT settlement_id FROM settlement.settlements s JOIN fund_ledger.journals j USING (settlement_id) "
    "GROUP BY 1 HAVING count(*) = 1 ORDER BY 1 OFFSET {} LIMIT 1)"
)
_COPY: Final = (
    "INSERT INTO {table} SELECT (json_populate_record(r, json_build_object('{key}', '{other}'))).* "
    "FROM {table} r WHERE {key} = {of}"
)
_ACCOUNT: Final = "SELECT account FROM fund_ledger.balances WHERE account LIKE 'bank/%' ORDER BY 1 OFFSET {} LIMIT 1"
_PLANTED: Final = (
    (
        "settlement",
        "DELETE FROM settlements WHERE settlement_id = $1",
        NTH_SETTLED.format(0),
        "SETTLEMENTS_ROW_MISSING",
    ),
    (
        "settlement",
        "UPDATE settlements SET patient_pays_fen = patient_pays_fen + 1 WHERE settlement_id = $1",
        NTH_SETTLED.format(1),
        "SETTLEMENTS_ROW_CHANGED",
    ),
    ("fund_ledger", "DELETE FROM journals WHERE journal_id = $1", NTH_SETTLED.format(3), "JOURNALS_ROW_MISSING"),
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
            await connection.execute(_COPY.format(table=table, key=key, other=other, of=NTH_SETTLED.format(at)))
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
