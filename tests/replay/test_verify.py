"""What the verification finds, each by a fault that was planted; and how it stays out of everybody's way."""

import asyncio

import pytest
from tests.command_line import onestop
from tests.replay.tampering import Owner, owner_of

from kernel.writing.database import administering
from kernel.writing.event_store import log
from onestop.replay import verify
from onestop.replay.chosen import Chosen
from onestop.tidying.bus import trim_bus

SETTLED = "encounter/a1115101-706c-5c10-b8ba-6c00805b50f9"
_OF_IT = f"stream_id = '{SETTLED}'"
_CHANGE = "UPDATE events SET data = replace(data::text, '{}', '{}')::json WHERE {}"
_JOURNAL = "(SELECT min(pos) FROM events WHERE type = 'JournalBooked' AND meta::text LIKE '%causation_id%')"


@pytest.mark.parametrize(
    ("schema", "sql", "said"),
    [
        (
            "settlement",
            _CHANGE.format('"benefit_year_version":1', '"benefit_year_version":2', f"{_OF_IT} AND version = 4")
            + "; UPDATE benefit_years SET version = version + 1 WHERE version = 1",
            "at SettlementConfirmed be4472cf-5bef-522e-b64a-2ecb80418acc, version",
        ),
        (
            "settlement",
            (
                "UPDATE events SET data = jsonb_set(data::jsonb, '{adjudication,before_fen,own_paid}', '1')::json "
                "WHERE type = 'SettlementConfirmed' AND data::text LIKE '%\"area\":\"451000\"%'"
            ),
            "benefit year 451000/",
        ),
        (
            "settlement",
            _CHANGE.format('"amount_fen":3000000', '"amount_fen":3100000', f"{_OF_IT} AND version = 2"),
            "encounter a1115101-706c-5c10-b8ba-6c00805b50f9 fee batch 1",
        ),
        (
            "settlement",
            _CHANGE.format("3000000", "3100000", f"{_OF_IT} AND version = 2"),
            "settlement be4472cf-5bef-522e-b64a-2ecb80418acc claim total_fen",
        ),
        (
            "fund_ledger",
            f"DELETE FROM event_log WHERE pos = {_JOURNAL}; DELETE FROM events WHERE pos = {_JOURNAL}",
            "journal of message ",
        ),
        (
            "fund_ledger",
            (
                'UPDATE events SET meta = \'{"causation_id":"00000000-0000-5000-8000-000000000001"}\' '
                f"WHERE pos = {_JOURNAL}"
            ),
            "journal of message 00000000-0000-5000-8000-000000000001",
        ),
        ("identity", "DELETE FROM event_log WHERE gseq = 100", "identity stream "),
        (
            "identity",
            "UPDATE event_log SET pos = 100000 WHERE gseq = 100",
            "identity number 100 of the log has no event",
        ),
        ("bus", "DELETE FROM messages WHERE topic = 'referral' AND partition = 3", "message referral/3/1"),
        (
            "bus",
            (
                "UPDATE messages SET body = convert_to(replace(convert_from(body, 'UTF8'), '300000', '40'), 'UTF8') "
                "WHERE topic = 'settlement'"
            ),
            "message settlement/",
        ),
        (
            "bus",
            "INSERT INTO messages SELECT topic, partition, 1000, key, headers, body FROM messages LIMIT 1",
            "/1001",
        ),
        ("identity", "UPDATE persons SET revision = revision + 1", "identity.persons "),
    ],
)
async def test_a_planted_fault_is_found_at_its_place(restored: str, schema: str, sql: str, said: str) -> None:
    async with administering(restored, search_path=schema) as connection:
        if schema != "bus":
            await Owner(connection, schema).begin()
        await connection.execute(sql)
    found = (await verify(restored)).differences
    assert any(said in one.where for one in found), found


async def test_the_event_that_made_a_row_that_differs_is_named(restored: str) -> None:
    """Of rows of the service's own events and of another's; of a row that no event leaves, that there is none."""
    async with administering(restored, search_path="settlement") as connection:
        await connection.execute("UPDATE encounters SET admitted_on = admitted_on - 1")
        await connection.execute("UPDATE people SET revision = revision + 1")
        await connection.execute(
            "INSERT INTO benefit_years SELECT (jsonb_populate_record(b, jsonb_build_object('area', '999999'))).* "
            "FROM benefit_years b LIMIT 1"
        )
        await connection.execute(  # no event has left a row in this table
            "INSERT INTO payment_refusals (settlement_id, person_id, hospital_id, certification_id, visited_on, "
            "payers, amount_fen, cancelled_from, refused_at) SELECT settlement_id, person_id, hospital_id, 'C', "
            "discharged_on, '{MA}', 100, discharged_on, settled_at FROM settlements LIMIT 1"
        )
    differences = (await verify(restored)).differences
    made = {one.where.partition(" ")[0]: one.made_by for one in differences if one.made_by}
    first = {one.where.partition(" ")[0]: one.where.partition(" ")[2] for one in differences}
    assert made["settlement.benefit_years"] == made["settlement.payment_refusals"] == "no event of any log"
    assert f"of settlement: encounter/{first['settlement.encounters']} version " in made["settlement.encounters"]
    assert f"of identity: person/{first['settlement.people']} version " in made["settlement.people"]


async def test_a_persons_key_and_tokens_belong_to_the_people_that_are_there(restored: str) -> None:
    async with owner_of(restored, "identity") as owner:
        await owner.run("DELETE FROM person_keys WHERE person_id = (SELECT min(person_id) FROM person_keys)")
        await owner.run("DELETE FROM number_tokens WHERE token = (SELECT min(number_token) FROM personal_data)")
    found = (await verify(restored)).differences
    assert [one.where.rsplit(" ", 1)[0] for one in found] == ["key of person", "number token of person"]


async def test_it_comes_to_the_same_in_processes_of_their_own_and_page_by_page(
    restored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await verify(restored)
    assert await verify(restored, processes=2) == alone
    monkeypatch.setattr(log, "PAGE", 90)
    assert await verify(restored) == alone


async def test_two_at_once_do_not_disturb_each_other_and_clear_up_what_a_killed_one_left(restored: str) -> None:
    async with administering(restored) as connection:
        await connection.execute("CREATE SCHEMA shadow_0badcafe_settlement; CREATE SCHEMA shadow_settlement")
        first, second = await asyncio.gather(verify(restored), verify(restored))
        assert (first.differences, second) == ((), first)
        left = await connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'shadow%'")
    assert left == []


async def test_it_holds_its_picture_however_long_it_takes(restored: str) -> None:
    async with administering(restored) as connection:
        name = await connection.fetchval("SELECT current_database()")
        for setting in ("idle_in_transaction_session_timeout", "transaction_timeout"):
            await connection.execute(f"ALTER DATABASE {name} SET {setting} = '20ms'")
    assert (await verify(restored)).differences == ()


async def test_what_was_trimmed_of_the_transport_is_not_missed(restored: str) -> None:
    async with administering(restored) as connection:
        assert await trim_bus(connection, 1) > 500
    assert (await verify(restored)).differences == ()


async def test_a_service_or_a_projection_alone_is_judged_and_how_far_it_is_is_told(restored: str) -> None:
    async with administering(restored) as owner:
        await owner.execute("UPDATE identity.persons SET revision = revision + 1")
        await owner.execute("UPDATE fund_ledger.balances SET debit_fen = debit_fen + 1")
        await owner.execute("DELETE FROM bus.messages WHERE topic = 'referral' AND partition = 3")
    told: dict[str, tuple[int, int]] = {}

    def watch(name: str, done: int, total: int) -> None:
        told[name] = done, total

    people = await verify(restored, chosen=Chosen(("identity",)), watch=watch)
    assert [one.where.partition(" ")[0] for one in people.differences] == ["identity.persons"]
    assert told.keys() == {"identity"}, "of an own log alone"
    assert told["identity"] == (people.events, people.events)
    assert people.events > 0
    assert (await verify(restored, chosen=Chosen(("referral",), ("referrals",)))).differences == ()
    lost = (await verify(restored, chosen=Chosen(("referral",)))).differences
    assert {one.where.rpartition("/")[0] for one in lost} == {"message referral/3"}
    (books,) = (await verify(restored, 2, chosen=Chosen(projections=("balances", "encounters")))).differences
    assert books.where.startswith("fund_ledger.balances ")


async def test_a_service_or_a_projection_that_is_not_there_is_said(store: str) -> None:
    for words, said in (
        (("--service", "ledger"), "there is no service ledger; there are identity"),
        (("--service", "referral", "--projection", "balances"), "referral keep no balances; they keep "),
    ):
        refused = await onestop("replay", "--verify", *words, "--database", store)
        assert (refused.exit_code, said in refused.output) == (2, True), refused.output
    alone = await onestop("replay", "--verify", "--service", "referral", "--database", store)
    assert (alone.exit_code, "replay identical" in alone.output) == (0, True), alone.output
