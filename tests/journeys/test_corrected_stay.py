"""A stay that was entered wrongly: corrected at both ends, its bill mended, settled; replay says the same."""

from datetime import timedelta
from typing import Any

import pytest

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

WHY = {"reason": "录入有误"}


@pytest.mark.parametrize("town", ["embedded_town"], indirect=True)
async def test_what_was_corrected_before_settlement_replays_the_same(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    today, yesterday = town.today, town.today - timedelta(days=1)
    stay = (await stories.admit(window, town.someone("DIBAO"), "inpatient", yesterday))["encounter_id"]
    path = f"/v1/encounters/{stay}"

    async def send(what: str, **body: Any) -> Any:
        return await window.post("settlement", f"{path}/{what}", body)

    line = {"item": "示范", "cost_class": "compliant", "number": "F-1", "amount": "9000.00", "on": str(yesterday)}
    back = {"item": "示范", "cost_class": "compliant", "number": "R-1", "amount": "-500.00", "returns": "F-1"}
    await send("fees", lines=[line])
    await send("fees", lines=[line, back])
    await send("admission/correction", admitted_on=str(today - timedelta(days=3)), **WHY)
    await send("discharge", discharged_on=str(yesterday))
    await send("discharge/revocation", **WHY)
    await send("discharge", discharged_on=str(yesterday))
    await send("discharge/correction", discharged_on=str(today), **WHY)
    settled = await send("settlement", payers={"BMI": "5000.00", "CII": "0.00"}, total="8500.00")
    assert settled["discharged_on"] == str(today)
    await wait_until_arrived(town.platform.admin_url)
    verdict = await verify(town.platform.admin_url)
    assert verdict.differences == ()
