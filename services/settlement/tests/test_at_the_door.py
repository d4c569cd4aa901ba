"""What a hospital's window runs into: totals that are wrong, amounts at their bounds, another hospital's bills."""

import re
from base64 import urlsafe_b64encode
from datetime import date
from typing import Any

from kernel.security import Role

PAYERS = {"BMI": "900.00", "CII": "0.00"}
DAY = date(2019, 8, 5)


async def test_a_total_that_is_wrong_is_refused_before_settlement_as_at_it(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    encounter = await jieyang.discharged("P1", DAY, {"compliant": "1000.00"})
    for step in ("pre-settlement", "settlement"):
        path = f"/v1/encounters/{encounter}/{step}"
        wrong = await jieyang.hospital.post(path, json={"payers": PAYERS, "total": "1000.01"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "TOTAL_MISMATCH")
    right = await jieyang.hospital.post(
        f"/v1/encounters/{encounter}/pre-settlement", json={"payers": PAYERS, "total": "1000.00"}
    )
    assert right.status_code == 200


async def test_a_window_is_told_in_chinese_what_is_wrong_with_which_amounts(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    encounter = await jieyang.discharged("P1", DAY, {"compliant": "1000.00"})
    chinese = {"Accept-Language": "zh-CN"}
    for payers, told in (
        ({"BMI": "1000.01", "CII": "0.00"}, "基本医保支付 1000.01 元，超过合规费用 1000.00 元；请核对两项金额"),
        ({"BMI": "900.00", "CII": "200.00"}, "大病保险支付 200.00 元，但合规费用只剩 100.00 元；请核对两项金额"),
    ):
        path = f"/v1/encounters/{encounter}/pre-settlement"
        wrong = await jieyang.hospital.post(path, json={"payers": payers}, headers=chinese)
        assert (wrong.status_code, wrong.json()["detail"]) == (422, told)


async def test_two_lines_of_the_largest_amount_keep_to_the_reply_s_own_schema(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    encounter = await jieyang.discharged("P1", DAY, {"compliant": "1.00"})
    line = {"item": "示范", "amount": "9999999999.99", "cost_class": "compliant"}
    reply = await jieyang.hospital.post(f"/v1/encounters/{encounter}/fees", json={"lines": [line, line]})
    document = (await jieyang.hospital.get("/openapi.json")).json()
    pattern = document["components"]["schemas"]["FeesAnswer"]["properties"]["batch_total"]["pattern"]
    assert re.search(pattern, reply.json()["batch_total"])


async def test_another_hospital_s_settlement_is_unknown_and_names_no_encounter(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    settled = await jieyang.bill("P1", DAY, {"compliant": "1000.00"}, PAYERS)
    other = await jieyang.service.client(Role.HOSPITAL, "H2")
    path = f"/v1/settlements/{settled['settlement_id']}/revocation"
    refused = await other.post(path, json={"reason": "录入有误"})
    assert (refused.status_code, refused.json()["code"]) == (404, "SETTLEMENT_UNKNOWN")
    assert settled["encounter_id"] not in refused.text


async def test_a_key_is_stored_as_a_hash_and_answers_stored_before_are_found(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": DAY.isoformat()}
    headers = {"Idempotency-Key": "admission-of-wang"}
    first = await jieyang.hospital.post("/v1/encounters", json=body, headers=headers)
    pool = jieyang.service.pool
    assert await pool.fetchval("SELECT count(*) FROM idempotency WHERE key = 'admission-of-wang'") == 0
    # As a release before stored it.
    named = "UPDATE idempotency SET key = 'admission-of-wang' WHERE response LIKE '%' || $1 || '%'"
    await pool.execute(named, first.json()["encounter_id"])
    again = await jieyang.hospital.post("/v1/encounters", json=body, headers=headers)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")


async def test_one_amount_written_in_two_ways_under_one_key_is_one_request(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    encounter = await jieyang.discharged("P1", DAY, {"compliant": "1.00"})
    path, headers = f"/v1/encounters/{encounter}/fees", {"Idempotency-Key": "lines-7"}
    sent = [
        await jieyang.hospital.post(
            path, json={"lines": [{"item": "示范", "amount": amount, "cost_class": "compliant"}]}, headers=headers
        )
        for amount in ("1", "1.00", "1.01")
    ]
    assert [answer.status_code for answer in sent] == [201, 201, 409]
    assert sent[0].json() == sent[1].json()


async def test_a_cursor_beyond_all_numbers_is_refused(jieyang: Any) -> None:
    for number in (-(2**63), 2**63, -(2**63) - 1, 2**200):
        cursor = urlsafe_b64encode(f"[{number}]".encode()).decode().rstrip("=")
        refused = await jieyang.hospital.get("/v1/settlement-changes", params={"after": cursor})
        assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_CURSOR"), number


async def test_all_payers_that_are_missing_are_named_at_once(jieyang: Any, leye: Any) -> None:
    for desk in (jieyang, leye):
        await desk.tell("P1", "DIBAO")
        encounter = await desk.discharged("P1", DAY, {"compliant": "1000.00"})
        path = f"/v1/encounters/{encounter}/settlement"
        given: dict[str, str] = {}
        refused = await desk.hospital.post(path, json={"payers": given})
        assert (refused.status_code, refused.json()["code"]) == (422, "PAYER_AMOUNT_MISSING")
        missing = refused.json()["about"]["payers"].split(",")
        assert {"BMI", "CII"} <= set(missing)
        assert all(payer in refused.json()["detail"] for payer in missing)
        # What was named is all that was missing.
        settled = await desk.hospital.post(path, json={"payers": dict.fromkeys(missing, "0.00")})
        assert settled.status_code == 201, settled.text


async def test_nobody_is_admitted_before_the_year_of_birth_or_before_any_policy(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO", born_in=2019)
    await jieyang.tell("P2", "DIBAO")  # told by a release that said no year
    stay = {"kind": "inpatient", "person_id": "P1"}

    async def admit(**more: str) -> tuple[int, str | None]:
        answer = await jieyang.hospital.post("/v1/encounters", json=stay | more)
        return answer.status_code, answer.json().get("code")

    assert await admit(admitted_on="2018-12-31") == (422, "BEFORE_BIRTH")
    # The first pack bounds everybody's admission from below: nothing of before could be settled.
    assert await admit(admitted_on="2018-12-31", person_id="P2") == (422, "POLICY_UNKNOWN")
    assert await admit(admitted_on="2019-01-01", person_id="P2") == (201, None)
    begun = await jieyang.hospital.post("/v1/encounters", json=stay | {"admitted_on": "2019-01-01"})
    assert begun.status_code == 201, begun.text
    correction = {"admitted_on": "2018-12-31", "reason": "日期录错"}
    path = f"/v1/encounters/{begun.json()['encounter_id']}/admission/correction"
    corrected = await jieyang.hospital.post(path, json=correction)
    assert (corrected.status_code, corrected.json()["code"]) == (422, "BEFORE_BIRTH")
