"""Many hospitals, one person, one limit: not a fen too much, whatever the moment."""

import asyncio
from typing import Any

from kernel.security import Role
from kernel.values.money import fen_from_yuan
from onestop.quiescence import wait_until_arrived
from workbench.demo import stories
from workbench.demo.city import AREA, HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.window import Window

AT_ONCE = 32


async def test_32_settlements_of_one_person_near_the_limit_never_overspend_a_fen(embedded_town: Any) -> None:
    town = embedded_town
    person_id = town.someone("DIBAO")
    opening = {"person_id": person_id, "area": AREA, "year": town.today.year, "source": "旧系统"}
    operations = Window(town.platform, Role.OPERATIONS)
    await operations.post("settlement", "/v1/benefit-years", {**opening, "balances": {"aid_in": "58765.43"}})
    eight = [Window(town.platform, Role.HOSPITAL, hospital.hospital_id) for hospital in HOSPITALS[:8]]
    windows = [eight[n % 8] for n in range(AT_ONCE)]
    bill = stories.Bill(compliant_fen=100_007, other_fen=0, basic_fen=50_000)
    admitted = [await stories.admit(window, person_id, "special_outpatient", town.today) for window in windows]
    for n, (window, answer) in enumerate(zip(windows, admitted, strict=True)):
        lines = [{"item": f"项目{n}", "amount": "1000.07", "cost_class": "compliant"}]
        await window.post(
            "settlement", f"/v1/encounters/{answer['encounter_id']}/fees", {"lines": lines}, key=f"fees-{n}"
        )
    settled = await asyncio.gather(
        *(
            stories.settle(window, answer["encounter_id"], bill, key=f"settle-{n}")
            for n, (window, answer) in enumerate(zip(windows, admitted, strict=True))
        )
    )
    aid = [fen_from_yuan(layer["amount"]) for s in settled for layer in s["bill"]["layers"] if layer["payer"] == "MA"]
    assert sum(aid) == 6_000_000 - 5_876_543
    # 80 percent of 500.07 is 400.06 (half up), three times; then the last 34.39, then nothing.
    assert sorted(aid, reverse=True)[:5] == [40_006, 40_006, 40_006, 3_439, 0]
    year = await operations.get("settlement", f"/v1/benefit-years/{AREA}/{person_id}/{town.today.year}")
    assert (year["balances"]["aid_in"], year["version"]) == ("60000.00", 1 + AT_ONCE)
    await wait_until_arrived(town.platform.admin_url)
    assert (await read_books(town.platform.admin_url)).problems == []


async def test_one_message_sent_eight_times_at_once_settles_once(embedded_town: Any) -> None:
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    admitted = await stories.admit(window, town.someone("TEKUN"), "outpatient", town.today)
    bill = stories.Bill(20_000, 0, 10_000)
    await stories.upload(window, admitted["encounter_id"], bill)
    path = f"/v1/encounters/{admitted['encounter_id']}/settlement"
    answers = await asyncio.gather(
        *(window.send("settlement", path, {"payers": bill.payers}, key="one-key") for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
