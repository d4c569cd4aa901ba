"""The settlement list as it lies on the counter: complete, in Chinese, with room for the seals."""

import io
from datetime import date
from typing import Any

import pypdfium2
import pytest

from kernel.security import Role
from settlement.printing.domain import in_capitals


@pytest.mark.parametrize(
    ("fen", "capitals"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (100, "壹元整"),
        (105, "壹元零伍分"),
        (1_010_00, "壹仟零壹拾元整"),
        (10_000_00, "壹万元整"),
        (10_001_50, "壹万零壹元伍角整"),
        (123_456_789, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        (100_000_005_00, "壹亿零伍元整"),
        (100_500_000_00, "壹亿零伍拾万元整"),
        (20_100_000_00, "贰仟零壹拾万元整"),
    ],
)
def test_amounts_in_capital_numerals(fen: int, capitals: str) -> None:
    assert in_capitals(fen) == capitals


async def test_a_settlement_is_printed_as_a_page_and_as_a_pdf(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    settled = await jieyang.bill("P1", date(2019, 8, 5), {"compliant": "10000.00"}, {"BMI": "6000.00", "CII": "0.00"})
    path = f"/v1/settlements/{settled['settlement_id']}"
    page = await jieyang.hospital.get(f"{path}/statement.html")
    paper = await jieyang.hospital.get(f"{path}/statement.pdf")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert paper.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(paper.content))
    printed = "".join(sheet.get_textpage().get_text_range() for sheet in document).replace("\r\n", "")
    lines = (await jieyang.hospital.get(f"{path}/statement")).json()["lines"]
    wanted = ["结算单", settled["settlement_id"], "示范医院", "6000.00", "大写：壹万元整", "医疗机构（盖章）", *lines]
    wanted += ["收款方", "医疗机构窗口直接结算"]
    for text in wanted:
        assert text in page.text
        assert text.replace(" ", "") in printed.replace(" ", ""), text
    other = await jieyang.service.client(Role.HOSPITAL, "H2")
    for form in ("html", "pdf"):
        assert (await other.get(f"{path}/statement.{form}")).json()["code"] == "SETTLEMENT_UNKNOWN"
    await jieyang.hospital.post(f"{path}/revocation", json={"reason": "录入有误"})
    assert "已 撤 销" in (await jieyang.hospital.get(f"{path}/statement.html")).text
