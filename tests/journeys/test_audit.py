"""An auditor's walk: every fen that a settlement booked has its layer, clause and line of the law."""

from datetime import date
from typing import Any

from kernel.security import Role
from kernel.writing.database import administering
from onestop.ledger.audit import audit
from onestop.ledger.books import Span
from onestop.ledger.ground import Ground
from onestop.quiescence import wait_until_arrived
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window


async def test_every_fen_has_its_ground_and_one_that_has_none_is_named(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person_id = town.someone("DIBAO")
    settled = await stories.stay(window, person_id, town.today, 5, stories.Bill(5_000_000, 2_000_000, 2_000_000))
    await wait_until_arrived(town.platform.admin_url)
    county = next(p.county for p in town.people if town.ids[p.number] == person_id)
    span = Span(county, date(town.today.year, 1, 1), date(town.today.year, 12, 31))

    grounds: list[Ground] = []
    told = await audit(town.platform.admin_url, span, grounds.append)
    assert told.differences == 0
    of_bill = {ground.payer: ground for ground in grounds if ground.settlement_id == settled["settlement_id"]}
    assert told.parts == len(grounds) >= len(of_bill) > 1
    layers = {layer["payer"]: layer["amount"] for layer in settled["bill"]["layers"]}
    aid = of_bill["MA"]
    assert f"{aid.booked_fen // 100}.{aid.booked_fen % 100:02}" == layers["MA"]
    assert "三(二)2" in aid.clause
    assert aid.document == "揭医保〔2019〕21号"
    assert aid.law.startswith("line ")

    async with administering(town.platform.admin_url, search_path="fund_ledger") as connection:
        await connection.execute(
            "UPDATE journals SET amounts[1] = amounts[1] + 1, amounts[2] = amounts[2] - 1 WHERE journal_id = $1",
            settled["settlement_id"],
        )
    wrong: list[Ground] = []
    told = await audit(town.platform.admin_url, span, wrong.append)
    assert told.differences == 1
    (found,) = [ground for ground in wrong if not ground.holds]
    assert (found.settlement_id, found.booked_fen - found.decided_fen) == (settled["settlement_id"], 1)
    assert "decided" in str(found)


_OTHER_FUND = "(SELECT array_agg(replace(a, '/MA', '/CII') ORDER BY n) FROM unnest(accounts) WITH ORDINALITY u(a, n))"
_BACKWARDS = "(SELECT jsonb_agg(-a ORDER BY n) FROM unnest(j.amounts) WITH ORDINALITY u(a, n))"
_LIKE_IT = """
INSERT INTO journals SELECT (jsonb_populate_record(NULL::journals, to_jsonb(j) || {other})).*
FROM journals j WHERE journal_id = '{settled}'
"""
#: What somebody does to the books, and what the audit says of it: of which journal, which payer, with what about it.
PLANTED = {
    "a settlement that was never booked": (
        "DELETE FROM journals WHERE journal_id = '{settled}'",
        "{settled}",
        "no journal",
    ),
    "a layer that another fund paid": (
        f"UPDATE journals SET accounts = {_OTHER_FUND} WHERE journal_id = '{{settled}}'",
        "{settled}",
        "charged to CII",
    ),
    "a revoked bill that still stands": (
        "DELETE FROM journals WHERE journal_id = '{revoked}-reversal'",
        "{revoked}",
        "revoked",
    ),
    "a reversal that nobody revoked": (
        _LIKE_IT.replace(
            "{other}",
            "jsonb_build_object('journal_id', '{settled}-reversal', 'kind', 'reversal', 'amounts', " + _BACKWARDS + ")",
        ),
        "{settled}-reversal",
        "ordered by a revocation",
    ),
    "a refusal that nobody said": (
        _LIKE_IT.replace("{other}", '\'{{"journal_id": "{settled}-refusal", "kind": "refusal"}}\''),
        "{settled}-refusal",
        "ordered by a refusal",
    ),
    "a deduction that no review took off": (
        _LIKE_IT.replace("{other}", '\'{{"journal_id": "X-deduction", "kind": "deduction"}}\''),
        "X-deduction",
        "ordered by a statement",
    ),
    "a refund of what was never prepaid": (
        _LIKE_IT.replace("{other}", '\'{{"journal_id": "X-refund", "kind": "refund"}}\''),
        "X-refund",
        "prepaid beyond",
    ),
    "a statement's payment without a statement": (
        _LIKE_IT.replace("{other}", '\'{{"journal_id": "Z9", "kind": "statement_payment", "settlement_id": null}}\''),
        "Z9",
        "ordered by a statement",
    ),
    "more paid than was ever owed": (
        """UPDATE entries SET amount_fen = 900000000, kind = 'payment'
        WHERE settlement_id = '{settled}' AND account LIKE 'payable/hospital/%/MA'""",
        "payable/hospital/",
        "paid for what is owed",
    ),
}


async def test_what_is_in_the_books_without_a_ground_or_is_not_there_is_named(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    person_id = town.someone("DIBAO")
    bill = stories.Bill(5_000_000, 2_000_000, 2_000_000)
    again = await stories.second_thoughts(window, person_id, town.today, bill)
    await wait_until_arrived(town.platform.admin_url)
    county = next(p.county for p in town.people if town.ids[p.number] == person_id)
    span = Span(county, date(town.today.year, 1, 1), date(town.today.year, 12, 31))
    async with administering(town.platform.admin_url, search_path="fund_ledger") as connection:
        revoked = await connection.fetchval("SELECT settlement_id FROM journals WHERE kind = 'reversal'")
        await connection.execute("CREATE TABLE kept AS SELECT * FROM journals")
        assert (await audit(town.platform.admin_url, span, lambda _: None)).differences == 0
        for name, (damage, of, said) in PLANTED.items():
            names = {"settled": again["settlement_id"], "revoked": revoked}
            await connection.execute(damage.format(**names))
            found: list[Ground] = []
            told = await audit(town.platform.admin_url, span, found.append)
            wrong = [ground for ground in found if not ground.holds]
            assert told.differences == len(wrong) > 0, name
            assert any(ground.journal_id.startswith(of.format(**names)) and said in str(ground) for ground in wrong), (
                name,
                [str(ground) for ground in wrong],
            )
            await connection.execute("TRUNCATE journals; INSERT INTO journals SELECT * FROM kept")
