"""What held on a day as it was known at a moment: the last moment is what stands, an earlier one knows less."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from tests.command_line import onestop
from tests.replay.tampering import Owner

from kernel.values.refusals import Refused
from kernel.writing.database import administering
from onestop.as_of.accounts import accounts_then
from onestop.as_of.moment import Moment
from onestop.as_of.years import years_then

_BOOKED_LATER: Final = """
UPDATE events SET recorded_at = occurred_at + interval '1 day' WHERE event_id = (
  SELECT event_id FROM events e JOIN journals ON journal_id = data->>'journal_id'
  WHERE type = 'JournalBooked' AND settlement_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM events r WHERE r.stream_id = e.stream_id AND r.version = 2)
  ORDER BY pos LIMIT 1)
RETURNING data->>'settlement_id', occurred_at
"""
DAY: Final = date(2026, 11, 29)
LATER: Final = datetime(2027, 1, 1, tzinfo=UTC)
_BOOKED_SQL: Final = """
SELECT recorded_at, p->>'account' AS account, (p->>'amount_fen')::bigint AS fen
FROM fund_ledger.events, json_array_elements(data->'postings') AS p
WHERE type IN ('JournalBooked', 'JournalReversed') ORDER BY recorded_at
"""


async def ask(store: str, sql: str, *arguments: Any) -> list[Any]:
    async with administering(store) as connection:
        return list(await connection.fetch(sql, *arguments))


async def said(store: str, *words: str) -> Any:
    done = await onestop("as-of", *words, "--database", store)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


async def test_known_now_every_years_limits_are_those_that_stand(store: str) -> None:
    rows = await ask(store, "SELECT area, person_id, year, balances, version FROM settlement.benefit_years")
    assert len(rows) > 30
    for row in rows:
        then = await years_then(store, row["person_id"], Moment(date(row["year"], 12, 31), LATER))
        (year,) = [one for one in then if one.area == row["area"]]
        assert (year.version, year.balances_fen) == (row["version"], json.loads(row["balances"]))


async def test_known_before_the_first_bill_a_year_is_unknown(store: str) -> None:
    ((person_id, first),) = await ask(
        store,
        "SELECT counted_for, min(recorded_at) FROM settlement.settlements s JOIN settlement.events e "
        "ON type = 'SettlementConfirmed' AND data->>'settlement_id' = settlement_id "
        "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
    )
    before = first - timedelta(seconds=1)
    with pytest.raises(Refused) as refused:
        await years_then(store, person_id, Moment(DAY, before))
    assert refused.value.code == "YEAR_UNKNOWN_THEN"
    (year, *_) = await years_then(store, person_id, Moment(DAY, first))
    assert year.version == 1


async def test_accounts_at_any_moment_are_the_sum_of_what_was_booked_by_then(store: str) -> None:
    booked = await ask(store, _BOOKED_SQL)
    stands = {
        row["account"]: row["fen"]
        for row in await ask(store, "SELECT account, debit_fen - credit_fen AS fen FROM fund_ledger.balances")
    }
    for moment in (booked[0]["recorded_at"], booked[len(booked) // 2]["recorded_at"], LATER):
        sums = dict.fromkeys(stands, 0)
        for row in booked:
            if row["recorded_at"] <= moment:
                sums[row["account"]] += row["fen"]
        found = [
            one
            for kind in ("bank", "fund", "payable", "receivable", "memo")
            for one in await _below(store, kind, moment)
        ]
        assert {one.account: one.balance_fen for one in found} == sums
    assert sums == stands


async def test_what_a_reaction_booked_later_was_not_known_when_its_cause_happened(restored: str) -> None:
    """The ledger was away when a bill was settled, and booked it a day later."""
    async with administering(restored) as connection:
        await Owner(connection, "fund_ledger").begin()
        ((settlement_id, happened),) = await connection.fetch(_BOOKED_LATER)
    account = (
        await ask(restored, "SELECT min(account) FROM fund_ledger.entries WHERE settlement_id = $1", settlement_id)
    )[0][0]
    ((fen,),) = await ask(
        restored,
        "SELECT sum(amount_fen)::bigint FROM fund_ledger.entries WHERE settlement_id = $1 AND account = $2",
        settlement_id,
        account,
    )
    (after,) = await accounts_then(restored, account, Moment(date(9999, 12, 31), LATER))
    for hours in (12, 23):
        (before,) = await accounts_then(
            restored, account, Moment(date(9999, 12, 31), happened + timedelta(hours=hours))
        )
        assert before.balance_fen == after.balance_fen - fen
    then = await said(
        restored, str(DAY), "--settlement", settlement_id, "--known-at", (happened + timedelta(hours=23)).isoformat()
    )
    assert then["journals"] == []


async def _below(store: str, kind: str, moment: datetime) -> list[Any]:
    try:
        return await accounts_then(store, kind, Moment(date(9999, 12, 31), moment))
    except Refused as refused:
        assert refused.code == "ACCOUNT_UNKNOWN"
        return []


async def test_a_revoked_settlement_stood_until_then(store: str) -> None:
    ((settlement_id, revoked_at),) = await ask(
        store,
        "SELECT r.settlement_id, e.recorded_at FROM settlement.revocations r "
        "JOIN fund_ledger.journals j ON j.journal_id = r.settlement_id "
        "JOIN settlement.events e ON type = 'SettlementRevoked' AND data->>'settlement_id' = r.settlement_id "
        "ORDER BY 2 LIMIT 1",
    )
    words = (str(DAY), "--settlement", settlement_id)
    before = await said(store, *words, "--known-at", (revoked_at - timedelta(milliseconds=1)).isoformat())
    assert before["state"] == "SETTLED"
    booked = await ask(
        store,
        "SELECT recorded_at FROM fund_ledger.events WHERE stream_id = $1 ORDER BY version",
        f"journal/{settlement_id}",
    )
    for count, (moment,) in enumerate(booked, start=1):
        then = await said(store, *words, "--known-at", moment.isoformat())
        assert then["journals"] == [settlement_id, f"{settlement_id}-reversal"][:count]
    after = await said(store, *words)
    assert (after["state"], after["journals"]) == ("REVOKED", [settlement_id, f"{settlement_id}-reversal"])
    assert before["total_fen"] == before["patient_pays_fen"] + sum(before["payers_fen"].values())


async def test_a_person_is_what_departments_had_said_by_then(store: str) -> None:
    ((person_id, first, told),) = await ask(
        store,
        "SELECT v.person_id, min(e.recorded_at), count(*) FROM identity.membership_versions v JOIN identity.events e "
        "ON e.stream_id = 'person/' || v.person_id AND e.occurred_at = v.recorded_at GROUP BY 1 "
        "ORDER BY count(*) DESC, 1 LIMIT 1",
    )
    assert told
    words = (str(DAY), "--person", person_id)
    before = await said(store, *words, "--known-at", (first - timedelta(milliseconds=1)).isoformat())
    assert before["memberships"] == []
    then = await said(store, *words, "--known-at", first.isoformat())
    assert len(then["memberships"]) == 1
    assert (await said(store, "1990-01-01", *words[1:]))["memberships"] == []
    nobody = await onestop("as-of", str(DAY), "--person", "nobody", "--database", store)
    assert (nobody.exit_code, "PERSON_UNKNOWN_THEN" in nobody.output) == (1, True)


async def test_one_thing_is_asked_for(store: str) -> None:
    done = await onestop("as-of", str(DAY), "--database", store)
    assert (done.exit_code, "say one of" in done.output) == (2, True)
