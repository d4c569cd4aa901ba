"""The patient's statement over HTTP: for the hospital that settled and those who run the funds, and nobody else."""

from typing import Any

import pytest

from kernel.security import Role
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import UnexpectedAnswerError, Window


async def test_the_hospital_that_settled_prints_the_statement_and_another_does_not(embedded_town: Any) -> None:
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    bill = stories.Bill(compliant_fen=2_700_000, other_fen=300_000, basic_fen=1_800_000)
    settled = await stories.stay(window, town.someone("REGISTERED_POOR"), town.today, 5, bill)
    path = f"/v1/settlements/{settled['settlement_id']}"
    told = await window.get("settlement", f"{path}/statement")
    assert told["settlement_id"] == settled["settlement_id"]
    assert told["revoked"] is False
    assert "以上各方一共支付 25200.00 元，您自己付 4800.00 元。" in told["lines"]
    assert any("按 80% 救助" in line and "医疗救助支付 7200.00 元" in line for line in told["lines"])

    finance = Window(town.platform, Role.FINANCE)
    assert await finance.get("settlement", f"{path}/statement") == told
    traced = await finance.get("settlement", path)
    assert {layer["document"] for layer in traced["bill"]["layers"]} == {"揭医保〔2019〕21号"}

    other = Window(town.platform, Role.HOSPITAL, HOSPITALS[1].hospital_id)
    with pytest.raises(UnexpectedAnswerError, match=r"404 .*SETTLEMENT_UNKNOWN"):
        await other.get("settlement", f"{path}/statement")
    department = Window(town.platform, Role.DEPARTMENT, "poverty-alleviation")
    with pytest.raises(UnexpectedAnswerError, match=r"403 .*ROLE"):
        await department.get("settlement", f"{path}/statement")

    await window.post("settlement", f"{path}/revocation", {"reason": "录入错误"})
    after = await window.get("settlement", f"{path}/statement")
    assert after["revoked"] is True
    assert after["lines"] == ["这次结算已经撤销，下面的内容不再有效。", *told["lines"]]


async def test_the_patient_reads_beforehand_what_the_statement_will_say(embedded_town: Any) -> None:
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    admission = {"person_id": town.someone("DIBAO"), "kind": "outpatient", "admitted_on": town.today.isoformat()}
    admitted = await window.post("settlement", "/v1/encounters", admission)
    path = f"/v1/encounters/{admitted['encounter_id']}"
    line = {"item": "药品", "amount": "100.00", "cost_class": "compliant"}
    await window.post("settlement", f"{path}/fees", {"lines": [line]})
    bill = {"payers": {"BMI": "40.00", "CII": "0.00"}}
    forecast = await window.post("settlement", f"{path}/pre-settlement", bill)
    assert "以上各方一共支付 88.00 元，您自己付 12.00 元。" in forecast["statement"]
    assert "今年医疗救助的限额是 20000.00 元，已经用了 48.00 元，还剩 19952.00 元。" in forecast["statement"]

    settled = await window.post("settlement", f"{path}/settlement", bill)
    told = await window.get("settlement", f"/v1/settlements/{settled['settlement_id']}/statement")
    assert told["lines"] == forecast["statement"]
    assert forecast.pop("provisional_until") is None, "the visit is over"
    assert {name: value for name, value in forecast.items() if name != "statement"} == settled["bill"]
