"""An auditor's walk: every fen that a settlement booked has its layer, clause and line of the law."""

from datetime import date
from typing import Any

from kernel.security import Role
from kernel.writing.database import administering
from onestop.ledger.audit import Ground, audit
from onestop.ledger.books import Span
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
