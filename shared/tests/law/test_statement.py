"""The patient's statement: every amount of the trace in plain Chinese, and nothing that needs explaining."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from law import Adjudication, Claim, Membership, Standing, adjudicate, recalculated, statement
from law.packs import Policy, load_library, parse_pack
from law.standing import Enrolment

ROOT = Path(__file__).parent.parent.parent.parent
LIBRARY = load_library(ROOT / "policies")
INSURED = (Enrolment("RESIDENT", 2019, date(2019, 1, 1), date(2019, 1, 1)),)


def lines(
    region: str, category: str | None, balances: dict[str, int] | None = None, **claim: Any
) -> tuple[tuple[str, ...], Adjudication]:
    pack = next(pack for pack in LIBRARY.packs if pack.file.region == region)
    facts: dict[str, Any] = {"kind": "inpatient", "discharged_on": date(2019, 8, 10), "level": "county"} | claim
    bill = Claim(**facts)
    held = () if category is None else (Membership(category=category, valid_from=date(2010, 1, 1)),)
    policy = Policy(pack, bill.discharged_on, {"target_share_percent": "10"})
    result = adjudicate(bill, Standing(held, INSURED), balances or {}, policy)
    return statement(result, bill, pack.file), result


def test_aid_up_to_the_limit_of_the_year_is_told_with_what_it_would_have_been() -> None:
    said, _ = lines(
        "jieyang",
        "DIBAO",
        {"aid_in": 55_000_00},
        total_fen=20_000_00,
        compliant_fen=20_000_00,
        given_fen={"BMI": 10_000_00, "CII": 0},
    )
    assert said == (
        "您这次住院（2019年8月10日出院）的医疗费用一共是 20000.00 元。",
        "您的身份是“最低生活保障家庭成员”，按《揭阳市进一步加强医疗救助“一站式”结算工作方案》（揭医保〔2019〕21号）结算。",
        "基本医疗保险支付 10000.00 元：由它按自己的规定核定。（依据：三(二)1 经基本医疗保险、大病保险报销后）",
        (
            "医疗救助支付 5000.00 元：前面报销后，可报销范围内还有 10000.00 元要您承担，按 80% 救助应为 8000.00 元，"
            "但今年的救助限额只剩 5000.00 元。（依据：三(二)2(2)）"
        ),
        "以上各方一共支付 15000.00 元，您自己付 5000.00 元。",
        "今年医疗救助的限额是 60000.00 元，已经用了 60000.00 元，还剩 0.00 元。",
        "今年救助以后您自己承担的费用累计 5000.00 元；累计到 10000.00 元时，二次救助全年一共给 5000.00 元。",
    )


def test_aid_that_is_used_up_is_told_although_it_pays_nothing() -> None:
    said, _ = lines(
        "jieyang",
        "DIBAO",
        {"aid_in": 60_000_00},
        total_fen=1_000_00,
        compliant_fen=1_000_00,
        given_fen={"BMI": 0, "CII": 0},
    )
    assert any(line.startswith("医疗救助这次不支付：") and "只剩 0.00 元" in line for line in said)


def test_cash_beside_the_bill_is_told() -> None:
    # 19 000 borne and 5 000 given before; 1 000 more reach the second band: 5 000, of which 1 000 fit on the bill.
    said, result = lines(
        "jieyang",
        "TEKUN",
        {"own_after_aid": 19_000_00, "sec_paid": 5_000_00},
        total_fen=1_000_00,
        compliant_fen=0,
        given_fen={"BMI": 0, "CII": 0},
    )
    assert (result.patient_pays_fen, result.payout_fen) == (0, 4_000_00)
    assert "另外有 4000.00 元救助金超出了账单，用现金发给您本人。" in said


def test_without_a_referral_every_withheld_payer_says_why() -> None:
    given = {"BMI": 10_000_00, "CII": 0, "THB": 1_000_00, "MA": 500_00, "HRED": 100_00}
    said, _ = lines("hunan", "REGISTERED_POOR", total_fen=20_000_00, given_fen=given, place="out_county", level="city")
    told = [line for line in said if "没有在入院前办好转诊手续" in line]
    assert [line.partition("这次不支付")[0] for line in told] == ["扶贫特惠保", "医疗救助", "医院减免", "财政兜底"]


def test_the_hospital_part_and_the_refund_of_what_was_paid_before_are_told() -> None:
    said, _ = lines(
        "guangxi",
        "REGISTERED_POOR",
        total_fen=10_000_00,
        compliant_fen=8_500_00,
        out_of_catalogue_fen=1_500_00,
        given_fen={"BMI": 6_000_00, "CII": 0, "BMI2": 0, "MA": 0},
        patient_prepaid_fen=3_500_00,
    )
    assert any(line.startswith("医疗机构自行承担（目录外超过10%） 500.00 元：目录外费用有 1500.00 元") for line in said)
    assert "以上各方一共支付 9000.00 元，您自己付 1000.00 元。" in said
    assert "您已经先付了 3500.00 元，应退还您 2500.00 元。" in said


def test_someone_whom_the_document_does_not_serve_is_told_so() -> None:
    given = {"BMI": 6_000_00, "CII": 0, "MA": 0, "HPI": 0}
    said, _ = lines("leye", None, total_fen=10_000_00, given_fen=given)
    assert said[1].startswith("现有资料中没有您属于")
    assert said[-1] == "以上各方一共支付 6000.00 元，您自己付 4000.00 元。"


def test_a_made_up_county_needs_no_words_of_its_own() -> None:
    path = ROOT / "tests/policies/sixth-county.yaml"
    pack = parse_pack(path.read_text(encoding="utf-8"), path.name)
    day = date(2020, 3, 1)
    bill = Claim(
        kind="inpatient", discharged_on=day, total_fen=4_000_000, compliant_fen=3_800_000, given_fen={"NCMS": 2_000_000}
    )
    result = adjudicate(
        bill, Standing((Membership(category="DIBAO", valid_from=date(2019, 1, 1)),)), {}, Policy(pack, day)
    )
    said = "\n".join(statement(result, bill, pack.file))
    for layer in result.layers:
        assert not layer.amount_fen or f"{layer.amount_fen // 100}.{layer.amount_fen % 100:02d} 元" in said


def test_no_statement_holds_jargon_or_a_word_of_another_alphabet() -> None:
    facts: dict[str, Any] = {"total_fen": 400_000_00, "compliant_fen": 300_000_00, "out_of_catalogue_fen": 90_000_00}
    for pack in LIBRARY.packs:
        outer = {layer.payer: 1_000_00 for layer in pack.file.layers if layer.__struct_config__.tag == "given"}
        for category in (None, *(known.membership or known.code for known in pack.file.population.categories)):
            for kind in ("inpatient", "chronic_outpatient", "special_outpatient", "outpatient", "village_visit"):
                for place, level in (("in_county", "county"), ("out_county", "city")):
                    said, _ = lines(
                        pack.file.region, category, kind=kind, place=place, level=level, given_fen=outer, **facts
                    )
                    assert not re.search("[A-Za-z]", "".join(said)), said


def test_the_statement_needs_nothing_but_what_the_event_keeps() -> None:
    said, result = lines(
        "huining", "REGISTERED_POOR", total_fen=9_000_00, compliant_fen=9_000_00, given_fen={"BMI": 0, "CII": 0}
    )
    kept = msgspec.json.decode(msgspec.json.encode(result), type=Adjudication)
    assert kept == result
    assert (
        "今年您自己承担的可报销费用累计 9000.00 元，已经到了 3000.00 元，今年再发生的这类费用由医疗救助兜底承担。"
        in said
    )


def test_a_chronic_visit_without_a_certification_is_told_why_nobody_backs_it() -> None:
    given = {"BMI": 300_00, "CII": 0, "BMI2": 0, "MA": 0}
    said, result = lines(
        "guangxi", "REGISTERED_POOR", kind="chronic_outpatient", total_fen=500_00, compliant_fen=500_00, given_fen=given
    )
    assert result.patient_pays_fen == 200_00
    assert any(line.startswith("兜底保障这次不支付：没有查到您这种门诊特殊慢性病的认定记录。") for line in said)


def test_every_reason_for_paying_nothing_has_its_words() -> None:
    """A new flag of the waterfall or of a method must be told to the patient, too."""
    folder = ROOT / "shared/src/law"
    for_all = (folder / "wording.py").read_text(encoding="utf-8")
    flags: set[str] = set()
    for source in (path.read_text(encoding="utf-8") for path in folder.rglob("*.py")):
        found = set(re.findall(r'(?:take\(plan, 0,[^\n]*?|return )"([A-Z_]+)"', source))
        assert [flag for flag in found if f'"{flag}":' not in for_all + source] == []
        flags |= found
    assert flags >= {"NO_BENEFIT", "NO_REFERRAL", "NOT_SERVED", "EXCLUDED", "NOT_COUNTED", "EXCEPTION_APPROVED"}


@pytest.mark.parametrize(
    ("patient_fen", "payout_fen", "told"),
    [
        (-1_200_00, 0, "您自己付的部分少了 1200.00 元，应退还给您"),
        (5_00, 0, "您自己付的部分多了 5.00 元，需要您补交"),
        (0, 4_990_00, "另外补发现金救助 4990.00 元"),
        (1, -5_000_00, "您自己付的部分多了 0.01 元，需要您补交；多发的现金救助 5000.00 元需要您退回"),
        (0, 0, "您付的钱不变"),
    ],
)
def test_a_later_decision_is_told_by_what_changes_for_the_patient(patient_fen: int, payout_fen: int, told: str) -> None:
    line = recalculated(date(2019, 9, 1), patient_fen, payout_fen)
    assert line == f"2019年9月1日根据后来知道的情况重新核算过：{told}。"
