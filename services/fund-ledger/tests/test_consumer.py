"""Settlements told on the topic become journals: in batches, each once, whatever is told twice or cannot be booked."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec
import pytest

from contracts import fund_ledger as contract
from contracts.settlement import CONTRACT, TOPIC, SettlementConfirmed
from fund_ledger.charts.domain import Charts
from fund_ledger.event_types import REGISTRY
from fund_ledger.journals.domain.commands import BookSettlement, ReverseSettlement
from fund_ledger.journals.domain.events import FundOverdrawn, FundRestored, JournalBooked, JournalEvent, JournalReversed
from fund_ledger.journals.domain.journal import DECIDER, after
from fund_ledger.journals.rows import balances, day_sums, entries, fund_flows, journals, payer_totals
from fund_ledger.main import subscriptions
from fund_ledger.reactions.settlement import bill_of
from fund_ledger.rows import READ_MODEL
from kernel.messaging.envelope import decode, type_of
from kernel.messaging.event_log import Message
from kernel.messaging.inbox import Inbox
from kernel.running import migrations
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, open_pool
from kernel.writing.event_store import EventStore, RecordedEvent
from kernel.writing.read_tables import collapse

MA: Final = "fund/445202/MA"
NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
async def pool(database: str) -> Any:
    """The ledger's own schema and role, with nothing running."""
    await migrations.prepare(database, ["fund_ledger"])
    await migrations.upgrade(database, "fund_ledger", "fund_ledger")
    opened = await open_pool(database, schema="fund_ledger", user="fund_ledger", size=4)
    yield opened
    await opened.close()


@pytest.fixture
def inbox(pool: Pool, charts: Charts) -> Inbox:
    subscription, *_ = subscriptions(CommandPath(EventStore(pool, REGISTRY, READ_MODEL.project)), charts)
    return Inbox(pool, subscription.consumer, subscription.topic, subscription.effects, subscription.types)


def _messages(events: Sequence[Any], first: int = 1) -> list[Message]:
    return [_message(event, number) for number, event in enumerate(events, first)]


def _message(event: Any, number: int) -> Message:
    headers = {
        "ce_id": f"00000000-0000-0000-0000-{number:012}",
        "ce_type": type_of(CONTRACT, type(event)),
        "ce_time": "2019-08-01T01:00:00+00:00",
        "ce_correlationid": f"c-{number}",
    }
    return Message(
        topic=TOPIC,
        partition=0,
        offset=number - 1,
        pseq=number,
        key=event.person_id,
        headers=headers,
        body=msgspec.json.encode(event),
    )


async def _standing(pool: Pool) -> dict[str, int]:
    rows = await pool.fetch("SELECT account, credit_fen - debit_fen AS fen FROM balances WHERE credit_fen <> debit_fen")
    return {row["account"]: row["fen"] for row in rows}


async def _events(pool: Pool) -> list[tuple[str, int, Any]]:
    rows = await pool.fetch("SELECT stream_id, version, type, schema_version, data FROM events ORDER BY pos")
    return [(r["stream_id"], r["version"], REGISTRY.decode(r["type"], r["schema_version"], r["data"])) for r in rows]


def _some(bills: Any, count: int) -> list[SettlementConfirmed]:
    return [
        bills.settled(
            f"S{i}",
            bills.layer("BMI", 1_000 + i),
            bills.layer("MA", 700 + i, *(("POVFUND", "MA") if i % 2 else ("MA",))),
            bills.layer("MASEC", i, "MA", payout_fen=i % 3),
            hospital_id=f"H{i % 4}",
            person_id=f"P{i % 7}",
            county=("445202", "445222")[i % 2],
        )
        for i in range(count)
    ]


async def test_a_batch_of_settlements_and_revocations_is_one_balanced_whole(
    inbox: Inbox, pool: Pool, bills: Any
) -> None:
    settled = _some(bills, 40)
    revoked = [bills.revoked(event.settlement_id, event.person_id) for event in settled[::3]]
    assert await inbox.consume({0: _messages([*settled, *revoked])}) == 54
    assert await pool.fetchval("SELECT count(*) FROM journals") == 54
    assert await pool.fetchval("SELECT sum(debit_fen) = sum(credit_fen) FROM balances") is True
    standing = [event for i, event in enumerate(settled) if i % 3]
    owed = sum(fen for account, fen in (await _standing(pool)).items() if account.startswith("payable/hospital/"))
    assert owed == sum(layer.amount_fen for event in standing for layer in event.layers)


async def test_told_again_nothing_is_booked_again(inbox: Inbox, pool: Pool, bills: Any) -> None:
    events = [*_some(bills, 5), bills.revoked("S1", "P1"), bills.revoked("S1", "P1")]
    await inbox.consume({0: _messages(events)})
    before = await _standing(pool), len(await _events(pool))
    # The same messages once more, and the same events once more under numbers of their own.
    assert await inbox.consume({0: _messages(events)}) == 0
    await inbox.consume({0: _messages(events, first=len(events) + 1)})
    assert (await _standing(pool), len(await _events(pool))) == before


async def test_a_bill_revoked_in_its_own_batch_leaves_the_closed_month_alone(
    inbox: Inbox, pool: Pool, bills: Any
) -> None:
    closed = "INSERT INTO closed_months (county, month, closed_on, entries, funds) VALUES ($1, $2, $3, 0, '[]')"
    await pool.execute(closed, "445202", date(2019, 8, 1), date(2019, 9, 1))
    settled = bills.settled("S1", bills.layer("BMI", 700))
    await inbox.consume({0: _messages([settled, bills.revoked("S1")])})
    rows = await pool.fetch("SELECT journal_id, booked_on, effective_on FROM journals ORDER BY journal_id")
    assert [tuple(row) for row in rows] == [
        ("S1", date(2019, 9, 1), NOW.date()),
        ("S1-reversal", date(2019, 9, 1), NOW.date()),
    ]


def _decided(events: Sequence[Any]) -> list[tuple[str, int, JournalEvent]]:
    """What one decision after the other comes to, without batches and without a database."""
    available = dict.fromkeys((f"fund/{c}/{f}" for c in ("445202", "445222") for f in ("MA", "POVFUND")), 0)
    streams: dict[str, list[JournalEvent]] = {}
    happened: list[tuple[str, int, JournalEvent]] = []
    for event in events:
        past = streams.setdefault(f"journal/{event.settlement_id}", [])
        command = (
            BookSettlement(bill_of(event), available, NOW.date())
            if isinstance(event, SettlementConfirmed)
            else ReverseSettlement(event.reason, available, NOW.date())
        )
        decided = DECIDER.decide(command, DECIDER.fold(past))
        available = after(available, decided)
        for new in decided:
            past.append(new)
            happened.append((f"journal/{event.settlement_id}", len(past), new))
    return happened


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_batches_of_any_size_make_the_same_books(inbox: Inbox, pool: Pool, bills: Any, size: int) -> None:
    settled = _some(bills, 12)
    told = [*settled, *(bills.revoked(e.settlement_id, e.person_id) for e in settled)]
    messages = _messages(told)
    for start in range(0, len(messages), size):
        await inbox.consume({0: messages[start : start + size]})
    happened = await _events(pool)
    assert happened == _decided(told)
    assert {type(event) for _, _, event in happened} == {JournalBooked, JournalReversed, FundOverdrawn, FundRestored}


async def test_every_read_table_is_rebuilt_from_the_events_alone(inbox: Inbox, pool: Pool, bills: Any) -> None:
    settled = _some(bills, 20)
    await inbox.consume(
        {0: _messages([*settled, *(bills.revoked(e.settlement_id, e.person_id) for e in settled[::2])])}
    )
    events = enumerate(await _events(pool))
    recorded = (
        RecordedEvent(stream_id=stream, version=version, event_id=UUID(int=i), occurred_at=NOW, event=event)
        for i, (stream, version, event) in events
    )
    rebuilt = collapse(change for entry in recorded for change in READ_MODEL.project(entry))
    for table in (journals, entries, day_sums, fund_flows, balances, payer_totals):
        live = await pool.fetch(f"SELECT {', '.join(column.name for column in table.columns)} FROM {table.name}")
        assert sorted(map(tuple, live), key=repr) == sorted(rebuilt[table], key=repr)
        assert live


async def test_the_poverty_fund_is_used_up_before_the_aid_fund_within_one_batch(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    opening = {"county": "445202", "fund": "POVFUND", "amount": "10.00", "source": "OPENING", "value_on": "2019-01-01"}
    assert (await finance.post("/v1/fund-receipts", json=opening)).status_code == 201
    for i in range(4):
        bill = bills.settled(f"S{i}", bills.layer("MA", 400, "POVFUND", "MA"))
        await around.tell(CONTRACT, bill.person_id, bill)
    await _until_booked(ledger, 5)
    assert await _standing(ledger.pool) == {
        "bank/445202/POVFUND": -1000,
        "payable/hospital/H1/445202/POVFUND": 1000,
        "payable/hospital/H1/445202/MA": 600,
        MA: -600,
    }


async def _until_booked(ledger: Service, journals_expected: int) -> None:
    async def booked() -> bool:
        count: int = await ledger.pool.fetchval("SELECT count(*) FROM journals")
        return count == journals_expected

    await eventually(booked)


async def test_what_cannot_be_booked_is_put_aside_with_the_persons_later_ones_and_others_go_on(
    inbox: Inbox, pool: Pool, bills: Any
) -> None:
    broken = bills.settled("S1", bills.layer("MA", 700), hospital_id="H/1", person_id="P1")
    later = bills.settled("S2", bills.layer("MA", 700), person_id="P1")
    other = bills.settled("S3", bills.layer("MA", 700), person_id="P2")
    await inbox.consume({0: _messages([broken, later, other])})
    assert [row["settlement_id"] for row in await pool.fetch("SELECT settlement_id FROM journals")] == ["S3"]
    parked = await pool.fetch("SELECT pseq, error_code, error FROM inbox_parked ORDER BY pseq")
    assert [(row["pseq"], row["error_code"]) for row in parked] == [(1, "MESSAGE_UNREADABLE"), (2, "KEY_PARKED")]
    assert "ACCOUNT_MALFORMED" in parked[0]["error"]


async def test_journals_and_alarms_are_published_in_their_order(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    bill = bills.settled("S1", bills.layer("MA", 700))
    await around.tell(CONTRACT, "P1", bill)
    await _until_booked(ledger, 1)
    paid_in = {"county": "445202", "fund": "MA", "amount": "7.00", "source": "BUDGET", "value_on": "2019-08-01"}
    receipt = (await finance.post("/v1/fund-receipts", json=paid_in)).json()["journal_id"]
    await around.tell(CONTRACT, "P1", bills.revoked("S1"))

    async def told() -> list[tuple[str, Any]]:
        rows = await around.bus.fetch("SELECT key, headers, body FROM messages WHERE topic = $1", contract.TOPIC)
        return [(row["key"], _read(row)) for row in rows] if len(rows) == 5 else []

    published = await eventually(told)
    alarms = [event for key, event in published if key == MA]
    assert alarms == [contract.FundOverdrawn(MA, -700, "S1"), contract.FundRestored(MA, 0, receipt)]
    booked, back = (event for key, event in published if key == "S1")
    assert booked.postings[0] == contract.PostingBooked(MA, 700, "MA")
    assert (back.kind, back.reverses, back.journal_id) == ("reversal", "S1", "S1-reversal")
    assert [-p.amount_fen for p in back.postings] == [p.amount_fen for p in booked.postings]


def _read(row: Any) -> Any:
    headers = dict(msgspec.json.decode(row["headers"])) if isinstance(row["headers"], str) else row["headers"]
    return decode(contract.CONTRACT, headers["ce_type"], bytes(row["body"]))


async def test_alarms_tell_the_truth_while_money_comes_in_and_bills_are_booked(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    receipt = {"county": "445202", "fund": "MA", "amount": "7.00", "source": "BUDGET", "value_on": "2019-08-01"}

    async def bill(number: int) -> None:
        # All of one person: the messages stand in one partition, as they would have to be told in order.
        await around.tell(CONTRACT, "P1", bills.settled(f"S{number}", bills.layer("MA", 700)))

    for number in range(20):
        told = bill(number)
        await asyncio.gather(told, finance.post("/v1/fund-receipts", json=receipt))
    await _until_booked(ledger, 40)
    left, alarms = 0, 0
    for _, _, event in await _events(ledger.pool):
        if isinstance(event, FundOverdrawn | FundRestored):
            alarms += 1
            assert event.balance_fen == left
        else:
            before, left = left, after({MA: left}, [event])[MA]
            alarms -= (before < 0) != (left < 0)
    assert (left, alarms) == (0, 0)
