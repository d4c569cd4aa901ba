"""What an owner of the database may do, and what a checkpoint of before says of it: found, and named."""

from base64 import b64decode
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from tests.replay.tampering import Owner, owner_of

from kernel.security.signing_keys import SigningKey
from kernel.writing.event_store.merkle import leaf_hash
from kernel.writing.event_store.proofs import Inclusion
from onestop.checkpoints.checkpoint import Checkpoint, CheckpointError
from onestop.checkpoints.folder import checkpoints_at
from onestop.checkpoints.making import make_checkpoints
from onestop.checkpoints.proving import prove_event
from onestop.replay import verify_chain
from onestop.services import SERVICES

KEY: Final = SigningKey("onestop", bytes(32))
NOON: Final = datetime(2026, 11, 29, 4, tzinfo=UTC)
LOOKUP: Final = "lookup/7aa0c2c6-8ef5-539a-bb50-1bde00ea01d5"
RECEIPT: Final = "journal/da419dfd-6c74-5493-93c8-4048c4659d7f"
SETTLED: Final = "encounter/a1115101-706c-5c10-b8ba-6c00805b50f9"


@pytest.fixture
async def checkpoints(restored: str, tmp_path: Path) -> dict[Path, Checkpoint]:
    return await make_checkpoints(restored, tmp_path / "kept", KEY, NOON)


async def a_lookup_deleted(owner: Owner) -> None:
    await owner.remove(LOOKUP)
    await owner.run("DELETE FROM lookups WHERE lookup_id = $1", LOOKUP.removeprefix("lookup/"))
    await owner.hash_anew()


async def an_actor_changed(owner: Owner) -> None:
    sql = "UPDATE events SET meta = replace(meta::text, 'hospital-H-LEYE-CITY', 'hospital-H-OTHER')::json"
    await owner.run(f"{sql} WHERE stream_id = $1 AND version = 4", SETTLED)
    await owner.chain_anew(SETTLED)


async def a_receipt_doubled(owner: Owner) -> None:
    other = "journal/00000000-0000-5000-8000-000000000001"
    await owner.double(RECEIPT, other)
    sql = "INSERT INTO journals SELECT $2, kind, booked_on, settlement_id, source, reason, accounts, amounts, payers"
    ids = [name.removeprefix("journal/") for name in (RECEIPT, other)]
    await owner.run(f"{sql} FROM journals WHERE journal_id = $1", *ids)
    both = "account = ANY('{bank/445202/MA,fund/445202/MA}')"
    await owner.run(f"UPDATE balances SET debit_fen = debit_fen + 300000000 WHERE {both} AND account LIKE 'bank%'")
    await owner.run(f"UPDATE balances SET credit_fen = credit_fen + 300000000 WHERE {both} AND account LIKE 'fund%'")
    await owner.run(f"UPDATE balances SET lines = lines + 1 WHERE {both}")


async def number_tokens_swapped(owner: Owner) -> None:
    sql = "SELECT array_agg(id_number_hash) FROM (SELECT id_number_hash FROM number_tokens ORDER BY token LIMIT 2) two"
    pair = await owner.connection.fetchval(sql)
    await owner.run("ALTER TABLE number_tokens DROP CONSTRAINT number_tokens_pkey")
    await owner.run(
        "UPDATE number_tokens SET id_number_hash = CASE id_number_hash WHEN $1 THEN $2 ELSE $1 END "
        "WHERE id_number_hash IN ($1, $2)",
        *pair,
    )


async def a_persons_key_deleted(owner: Owner) -> None:
    await owner.run("DELETE FROM person_keys WHERE person_id = (SELECT min(person_id) FROM person_keys)")


async def an_answer_changed(owner: Owner) -> None:
    await owner.run("UPDATE idempotency SET response = replace(response, '180.00', '280.00')")


async def recorded_a_year_earlier(owner: Owner) -> None:
    await owner.run(
        "UPDATE events SET recorded_at = recorded_at - interval '1 year' WHERE stream_id = $1 AND version = 4", SETTLED
    )
    await owner.hash_anew()


async def two_entries_swapped(owner: Owner) -> None:
    # Two that were numbered together, so that no time gives it away.
    sql = "SELECT l.gseq FROM event_log l JOIN event_log n ON n.gseq = l.gseq + 1 AND n.logged_at = l.logged_at LIMIT 1"
    first = await owner.connection.fetchval(sql)
    await owner.swap(first, first + 1)


@pytest.mark.parametrize(
    ("schema", "tamper", "said"),
    [
        ("identity", a_lookup_deleted, "identity: entry 399 was removed; before it stood stream "),
        ("settlement", an_actor_changed, f"settlement: entry 23 was changed: it is stream {SETTLED} version 4"),
        (
            "fund_ledger",
            a_receipt_doubled,
            "fund-ledger: entry 2 was added: stream journal/00000000-0000-5000-8000-000000000001",
        ),
        ("identity", number_tokens_swapped, "now, and what they hold was changed"),
        ("identity", a_persons_key_deleted, "now, 0 erased since"),
        ("settlement", an_answer_changed, "now, and what they hold was changed"),
        ("settlement", recorded_a_year_earlier, f"settlement: entry 23 was changed: it is stream {SETTLED} version 4"),
        ("settlement", two_entries_swapped, " was moved: stream "),
    ],
)
async def test_a_checkpoint_finds_it_and_names_it(
    restored: str,
    checkpoints: dict[Path, Checkpoint],
    schema: str,
    tamper: Callable[[Owner], Coroutine[Any, Any, None]],
    said: str,
) -> None:
    before = await verify_chain(restored, checkpoints, NOON.date())
    assert before.broken == ()
    async with owner_of(restored, schema) as owner:
        await tamper(owner)
    after = await verify_chain(restored, checkpoints, NOON.date())
    assert any(said in fault for fault in after.broken), after.broken


async def test_without_the_leaves_it_is_still_found(restored: str, checkpoints: dict[Path, Checkpoint]) -> None:
    for path in checkpoints:
        (path.parent / "leaves").unlink()
    async with owner_of(restored, "identity") as owner:
        await a_lookup_deleted(owner)
    (broken,) = (await verify_chain(restored, checkpoints, NOON.date())).broken
    assert broken == "identity: the log has 435 entries, 1 fewer than the checkpoint of 2026-11-29 04:00:00"


async def test_the_checkpoint_after_a_removal_is_not_signed(
    restored: str, checkpoints: dict[Path, Checkpoint], tmp_path: Path
) -> None:
    async with owner_of(restored, "identity") as owner:
        await a_lookup_deleted(owner)
    with pytest.raises(CheckpointError, match=r"identity: the log has \d+ entries and had \d+ at the last checkpoint"):
        await make_checkpoints(restored, tmp_path / "kept", KEY, NOON)
    assert len(list(checkpoints_at(tmp_path / "kept"))) == len(checkpoints)


async def test_entries_that_an_older_program_numbered_are_said_to_be_bound_since_the_checkpoint_only(
    restored: str, checkpoints: dict[Path, Checkpoint]
) -> None:
    alone = await verify_chain(restored)
    assert [note.partition(":")[0] for note in alone.notes] == [name for name in SERVICES if name != "operations"]
    assert "settlement: entries up to 345 were numbered by a program without the log's tree" in alone.notes[2]
    assert "by nothing yet: make a checkpoint; from 346 on each is bound from its numbering" in alone.notes[2]
    held = await verify_chain(restored, checkpoints, NOON.date())
    assert "bound by the checkpoints since 2026-11-29 04:00:00" in held.notes[2]


async def test_answers_may_be_gone_when_their_time_is_over_and_not_before(
    restored: str, checkpoints: dict[Path, Checkpoint]
) -> None:
    async with owner_of(restored, "settlement") as owner:
        await owner.run("DELETE FROM idempotency")
    early = await verify_chain(restored, checkpoints, NOON.date() + timedelta(days=89))
    assert [fault.rpartition(": ")[2] for fault in early.broken] == ["gone before their time"]
    late = await verify_chain(restored, checkpoints, NOON.date() + timedelta(days=91))
    assert late.broken == ()
    assert any("their time is over" in note for note in late.notes)


async def test_an_event_is_proven_by_the_checkpoint_and_its_own_hashes(
    restored: str, checkpoints: dict[Path, Checkpoint]
) -> None:
    (path, checkpoint) = next((at, one) for at, one in checkpoints.items() if one.service == "settlement")
    async with owner_of(restored, "settlement") as owner:
        sql = "SELECT event_id::text FROM events WHERE stream_id = $1 AND version = 4"
        event_id = await owner.connection.fetchval(sql, SETTLED)
    text = await prove_event(restored, "settlement", event_id, path, [KEY.public])
    head, _, note = text.partition("\n\n")
    assert note == path.read_text(encoding="utf-8")
    kind, extra, index, *beside = head.split("\n")
    assert (kind, index) == ("c2sp.org/tlog-proof@v1", "index 22")
    proof = Inclusion(22, checkpoint.size, tuple(b64decode(one) for one in beside))
    assert proof.root(leaf_hash(b64decode(extra.removeprefix("extra ")))) == checkpoint.root
    with pytest.raises(CheckpointError, match="no numbered event"):
        await prove_event(restored, "settlement", "no-event", path, [KEY.public])
