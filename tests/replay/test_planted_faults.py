"""Faults in what the stores themselves hold: each is named with what mends it, and where a command does, it is run."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from tests.command_line import onestop
from tests.replay.reconciling import found_in, released
from tests.replay.tampering import Owner, owner_of
from tests.replay.test_reconcile import NTH_SETTLED

from kernel.security import Role
from kernel.writing.database import SingleConnection, administering
from kernel.writing.event_store.archives import put_away
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.services import SERVICES
from workbench.demo.window import Window

OTHER: Final = "00000000-0000-5000-8000-00000000000{}"
_STAY: Final = "SELECT 'encounter/' || encounter_id FROM settlement.settlements WHERE settlement_id = $1"
_REVOKED: Final = "SELECT settlement_id FROM settlement.revocations ORDER BY 1 OFFSET {} LIMIT 1"
_GO: Final = "DELETE FROM {schema}.events WHERE type = $1 AND data->>'{key}' = $2"
#: Another amount on the first two lines of a journal, in its event and in all that follows from it.
_OTHER_AMOUNT: Final = (
    """UPDATE events SET data = jsonb_set(
      jsonb_set(data::jsonb, '{postings,0,amount_fen}', to_jsonb((data#>>'{postings,0,amount_fen}')::bigint + $2)),
      '{postings,1,amount_fen}', to_jsonb((data#>>'{postings,1,amount_fen}')::bigint - $2))::json
    WHERE type IN ('JournalBooked', 'JournalReversed') AND data->>'journal_id' || CASE type
      WHEN 'JournalReversed' THEN '-reversal' ELSE '' END = $1""",
    "UPDATE journals SET amounts[1] = amounts[1] + $2, amounts[2] = amounts[2] - $2 WHERE journal_id = $1",
    """UPDATE entries SET amount_fen = amount_fen + CASE line WHEN 1 THEN $2 ELSE -$2 END
    WHERE journal_id = $1 AND line IN (1, 2)""",
    """UPDATE balances SET debit_fen = debit_fen + abs($2) FROM journals
    WHERE journal_id = $1 AND account = accounts[CASE WHEN $2 > 0 THEN 1 ELSE 2 END]""",
    """UPDATE balances SET credit_fen = credit_fen + abs($2) FROM journals
    WHERE journal_id = $1 AND account = accounts[CASE WHEN $2 > 0 THEN 2 ELSE 1 END]""",
)
#: A settlement's journal once more in its own stream, under another name and as another kind, with its row.
_ONCE_MORE: Final = (
    """INSERT INTO events (order_tx, stream_id, version, event_id, type, schema_version, data, meta, occurred_at, chain,
      recorded_at)
    SELECT order_tx, stream_id, version + 1, gen_random_uuid(), type, schema_version, jsonb_set(jsonb_set(data::jsonb,
      '{journal_id}', to_jsonb($2::text)), '{kind}', to_jsonb($3::text))::json, meta, occurred_at, chain, recorded_at
    FROM events WHERE stream_id = 'journal/' || $1 AND type = 'JournalBooked'""",
    """INSERT INTO journals
    SELECT (json_populate_record(j, json_build_object('journal_id', $2::text, 'kind', $3::text))).*
    FROM journals j WHERE journal_id = $1""",
)


async def goes(connection: SingleConnection, schema: str, kind: str, key: str, name: str) -> None:
    """An event is removed from a store."""
    await connection.execute(_GO.format(schema=schema, key=key), kind, name)


async def an_event_lost(connection: SingleConnection, name: str) -> tuple[str, str]:
    stay = await connection.fetchval(_STAY, name)
    await goes(connection, "settlement", "SettlementConfirmed", "settlement_id", name)
    return "EVENT_LOST", stay


async def a_settlement_gone(connection: SingleConnection, name: str) -> tuple[str, str]:
    await goes(connection, "settlement", "SettlementConfirmed", "settlement_id", name)
    await connection.execute("DELETE FROM settlement.settlements WHERE settlement_id = $1", name)
    return "JOURNAL_WITHOUT_SETTLEMENT", name


async def another_amount(connection: SingleConnection, name: str) -> tuple[str, str]:
    await changed(connection, name, 100)
    return "AMOUNTS_DIFFER", name


async def changed(connection: SingleConnection, journal_id: str, fen: int) -> None:
    """A journal and the books have another amount than was decided, and agree with each other."""
    for sql in _OTHER_AMOUNT:
        await connection.execute(sql.replace("$2", f"({fen})"), journal_id)


def once_more(number: int, kind: str, named: str) -> Callable[[SingleConnection, str], Awaitable[tuple[str, str]]]:
    """A journal that no message made; it is named after the bill that it pretends to be of, or after itself."""

    async def plant(connection: SingleConnection, name: str) -> tuple[str, str]:
        other = OTHER.format(number)
        for sql in _ONCE_MORE:
            await connection.execute(sql, name, other, kind)
        return named, other if kind == "supplement" else name

    return plant


async def a_reversal_gone(connection: SingleConnection, name: str) -> tuple[str, str]:
    await goes(connection, "fund_ledger", "JournalReversed", "settlement_id", name)
    await connection.execute("DELETE FROM fund_ledger.journals WHERE journal_id = $1 || '-reversal'", name)
    return "REVERSAL_MISSING", name


async def a_revocation_gone(connection: SingleConnection, name: str) -> tuple[str, str]:
    await goes(connection, "settlement", "SettlementRevoked", "settlement_id", name)
    await connection.execute("DELETE FROM settlement.revocations WHERE settlement_id = $1", name)
    return "REVERSAL_WITHOUT_REVOCATION", name


async def a_reversal_of_another_amount(connection: SingleConnection, name: str) -> tuple[str, str]:
    await changed(connection, f"{name}-reversal", -100)
    return "REVERSAL_DIFFERS", name


async def a_supplement_that_nobody_decided(connection: SingleConnection, name: str) -> tuple[str, str]:
    sql = (
        "INSERT INTO settlement.supplements (supplement_id, settlement_id, review_id, supplemented_at, patient_fen, "
        "payout_fen) VALUES ($1, $2, 'R', now(), -100, 0)"
    )
    await connection.execute(sql, OTHER.format(8), name)
    return "SUPPLEMENTS_ROW_STRAY", OTHER.format(8)


async def a_refusal_that_nobody_decided(connection: SingleConnection, name: str) -> tuple[str, str]:
    sql = (
        "INSERT INTO settlement.payment_refusals (settlement_id, person_id, hospital_id, certification_id, visited_on, "
        "payers, amount_fen, cancelled_from, refused_at) SELECT settlement_id, person_id, hospital_id, 'C', "
        "discharged_on, '{MA}', 100, discharged_on, settled_at FROM settlement.settlements WHERE settlement_id = $1"
    )
    await connection.execute(sql, name)
    return "PAYMENT_REFUSALS_ROW_STRAY", name


#: Each on a settlement of its own: of those that stand, and of those that were taken back.
_OF_STANDING: Final = (
    an_event_lost,
    a_settlement_gone,
    another_amount,
    once_more(1, "settlement", "JOURNAL_DOUBLED_IN_THE_STORE"),
    once_more(2, "supplement", "SUPPLEMENT_WITHOUT_GROUND"),
    once_more(3, "refusal", "REFUSAL_WITHOUT_GROUND"),
    a_supplement_that_nobody_decided,
    a_refusal_that_nobody_decided,
)
_OF_REVOKED: Final = (a_reversal_gone, a_revocation_gone, a_reversal_of_another_amount)


async def test_what_the_stores_lost_or_gained_is_named_with_what_mends_it(restored: str) -> None:
    wanted: dict[tuple[str, str], Any] = {}
    async with administering(restored) as connection:
        for schema in ("settlement", "fund_ledger"):
            await Owner(connection, schema).begin()
        subjects = [await connection.fetchval(NTH_SETTLED.format(at)) for at in range(len(_OF_STANDING))]
        revoked = [await connection.fetchval(_REVOKED.format(at)) for at in range(len(_OF_REVOKED))]
        for plant, subject in zip((*_OF_STANDING, *_OF_REVOKED), (*subjects, *revoked), strict=True):
            wanted[await plant(connection, subject)] = subject
    found = {(one.kind, one.subject): one for one in await found_in(restored)}
    assert wanted.keys() <= found.keys(), set(wanted) - set(found)
    commands = {one.kind: one.command for one in found.values()}
    assert "onestop recover settlement writes it back" in commands["EVENT_LOST"]
    # The messages of what was removed are still there.
    eventless = {one.owner: one.command for one in found.values() if one.kind == "MESSAGE_WITHOUT_EVENT"}
    assert eventless.keys() == {"settlement", "fund-ledger"}
    assert all(f"onestop recover {owner} writes it back" in command for owner, command in eventless.items())
    assert "the agency revokes" in commands["AMOUNTS_DIFFER"]
    assert "; onestop parked retry fund-ledger fund-ledger settlement " in commands["REVERSAL_MISSING"]
    for kind in ("JOURNAL_WITHOUT_SETTLEMENT", "JOURNAL_DOUBLED_IN_THE_STORE", "REVERSAL_WITHOUT_REVOCATION"):
        assert "onestop verify-chain --against CHECKPOINTS says what was added" in commands[kind]


_PARKED: Final = """
INSERT INTO fund_ledger.inbox_parked (consumer, topic, partition, pseq, key, message, error_code, error)
SELECT 'fund-ledger', 'settlement', 0, 1, person_id, '\\x80', 'POISON', 'planted'
FROM settlement.settlements WHERE settlement_id = $1
"""


async def test_what_waits_behind_a_parked_message_is_named_with_the_list_of_these(restored: str) -> None:
    async with administering(restored) as connection:
        await Owner(connection, "fund_ledger").begin()
        name = await connection.fetchval(NTH_SETTLED.format(0))
        await goes(connection, "fund_ledger", "JournalBooked", "journal_id", name)
        await connection.execute("DELETE FROM fund_ledger.journals WHERE journal_id = $1", name)
        await connection.execute(_PARKED, name)
        key = await connection.fetchval("SELECT person_id FROM settlement.settlements WHERE settlement_id = $1", name)
    found = {one.kind: one for one in await found_in(restored)}
    parked = found["JOURNAL_MISSING_PARKED"]
    assert (parked.subject, parked.command) == (name, f"onestop parked list fund-ledger --key {key}")


async def test_an_archive_that_is_away_is_brought_back_by_the_command_that_is_named(restored: str) -> None:
    service = SERVICES["settlement"]
    async with administering(restored, search_path=service.schema) as connection:
        archive = (await put_away(connection, datetime.now(UTC), service.ends)).name
        name = await connection.fetchval(NTH_SETTLED.format(0))
        await connection.execute("UPDATE settlements SET total_fen = total_fen + 1 WHERE settlement_id = $1", name)
    detached = await onestop("archive", "detach", "settlement", archive, "--database", restored)
    assert detached.exit_code == 0, detached.output
    (away,) = await found_in(restored)
    assert (away.kind, away.subject) == ("EVENTS_ARCHIVED", f"settlements-journals/{name}")
    assert away.command == f"onestop archive bring-back settlement {archive}; onestop reconcile"
    for command in away.command.split("; "):
        done = await onestop(*command.split()[1:], "--database", restored)
    assert "SETTLEMENTS_ROW_CHANGED" in done.output
    (row,) = await found_in(restored)
    await released(restored, row)
    assert await found_in(restored) == ()


_OF_A_HOSPITAL: Final = """
SELECT min(settlement_id) FROM settlement.settlements s WHERE hospital_id = 'H445202-1' AND counted_for = person_id
  AND NOT EXISTS (SELECT FROM settlement.revocations r WHERE r.settlement_id = s.settlement_id)
  AND EXISTS (SELECT FROM fund_ledger.journals j WHERE j.settlement_id = s.settlement_id)
"""


async def test_books_with_another_amount_are_put_right_by_a_revocation_and_a_new_settlement(platform: Platform) -> None:
    database = platform.admin_url
    await wait_until_arrived(database)
    async with owner_of(database, "fund_ledger") as owner:
        name = await owner.connection.fetchval(_OF_A_HOSPITAL)
        await another_amount(owner.connection, name)
    (wrong,) = await found_in(database)
    assert (wrong.kind, f"the agency revokes {name}" in wrong.command) == ("AMOUNTS_DIFFER", True)
    agency = Window(platform, Role.AGENCY)
    await agency.post("settlement", f"/v1/settlements/{name}/revocation", {"reason": "记账金额有误"})
    await wait_until_arrived(database)
    assert await found_in(database) == ()
