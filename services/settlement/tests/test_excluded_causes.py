"""What a cause that is told with the discharge does to aid (004 八(一)): each withholds it, but for its exception."""

from typing import Any, Final

import pytest

PAYERS: Final = {"BMI": "6000.00", "CII": "0.00"}
LINES: Final = [{"item": "示范", "amount": "10000.00", "cost_class": "compliant"}]


@pytest.mark.parametrize(
    ("facts", "patient_pays", "clause"),
    [
        ({}, "800.00", None),
        ({"cause": "self_harm"}, "4000.00", "自残等（精神障碍患者除外）"),
        ({"cause": "self_harm", "mental_disorder": True}, "800.00", None),
        ({"cause": "own_illegal_act"}, "4000.00", "因自身违法行为"),
        # The exception is of self-harm alone.
        ({"cause": "own_illegal_act", "mental_disorder": True}, "4000.00", "因自身违法行为"),
        ({"cause": "medical_malpractice"}, "4000.00", "医疗事故"),
        ({"valid_invoice": False}, "4000.00", "无正规票据"),
    ],
)
async def test_a_cause_told_with_the_discharge_withholds_aid_by_its_clause(
    jieyang: Any, facts: dict[str, Any], patient_pays: str, clause: str | None
) -> None:
    await jieyang.tell("P1", "DIBAO")
    stay = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-01"}
    path = f"/v1/encounters/{(await jieyang.hospital.post('/v1/encounters', json=stay)).json()['encounter_id']}"
    await jieyang.hospital.post(f"{path}/fees", json={"lines": LINES})
    ended = await jieyang.hospital.post(f"{path}/discharge", json={"discharged_on": "2019-08-05", **facts})
    assert ended.status_code == 200, ended.text
    settled = await jieyang.hospital.post(f"{path}/settlement", json={"payers": PAYERS})
    assert settled.status_code == 201, settled.text
    bill = settled.json()["bill"]
    aid = next(layer for layer in bill["layers"] if layer["payer"] == "MA")
    assert (bill["patient_pays"], aid["flags"]) == (patient_pays, [] if clause is None else ["EXCLUDED"])
    if clause is not None:
        assert clause in aid["clause"]
        # What is not aided feeds no counter of the year.
        assert (await jieyang.year("P1"))["balances"]["aid_in"] == "0.00"
