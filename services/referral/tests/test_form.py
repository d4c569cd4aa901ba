"""The form as it is printed: official fields in their order, three copies, nothing kept of who it is about."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pypdfium2
import pytest

from kernel.testing.surroundings import Service
from referral.printing.api.paper import ATTRIBUTES, Holder, Paper, SignedField, Tick
from referral.printing.api.pdf import pdf_of

HOLDER: Final = {
    "name": "欧阳示例",
    "id_number": "430102196001010020",
    "phone": "13900000000",
    "address": "某某县某某镇<b>1</b>组",
    "card_number": "A12345678",
}
HUNAN: Final[dict[str, Any]] = {
    "title": "湖南省农村贫困人口县域外就医转诊单",
    "copies": ("医保经办机构留存", "转出医院留存", "转入医院留存"),
    "notes": ("注：1、此表一式3份，分别由医保经办机构、转出医院和转入医院留存。", "2、申请人需提交以下补充材料。"),
}
ORDER: Final = (
    "湖南省农村贫困人口县域外就医转诊单",
    "患者姓名", "欧阳示例", "性别", "女", "出生年月", "1960年1月",
    "联系电话", "13900000000", "家庭住址", "身份证号", "430102196001010020", "A12345678",
    "身份属性", "建档立卡贫困户", "低保对象", "特困人员", "贫困残疾人",
    "疾病初步诊断", "脑梗死", "个人申请", "申请人签字", "2018年9月1日",
    "转出医院(医保科)意见", "(公章)", "2018年9月2日", "(公章)", "2018年9月2日", "H430100",
    "注：1、此表一式3份",
)  # fmt: skip


def in_order(text: str) -> list[str]:
    """The first field that is missing where it should stand, if any."""
    place = 0
    for field in ORDER:
        found = text.find(field, place)
        if found < 0:
            return [field]
        place = found + len(field)
    return []


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [document[i].get_textpage().get_text_range() for i in range(len(document))]
    finally:
        document.close()


async def test_the_pdf_has_three_copies_with_every_field_in_the_official_order(
    agency: httpx.AsyncClient, approved: str
) -> None:
    printed = await agency.post(f"/v1/referrals/{approved}/form.pdf", json=HOLDER)
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf"), printed.text
    pages = pages_of(printed.content)
    assert [page.splitlines()[0].split("联 ")[-1].strip() for page in pages] == [
        "医保经办机构留存", "转出医院留存", "转入医院留存",
    ]  # fmt: skip
    for page in pages:
        assert in_order(page) == []
        assert "某某县某某镇<b>1</b>组" in page


async def test_the_page_for_the_browser_says_the_same_and_escapes_what_people_wrote(
    agency: httpx.AsyncClient, approved: str
) -> None:
    page = (await agency.post(f"/v1/referrals/{approved}/form", json=HOLDER)).text
    copies = page.split("<section>")[1:]
    assert len(copies) == 3
    for copy in copies:
        assert in_order(copy) == []
        assert "☑ 低保对象" in copy
        assert "☐ 建档立卡贫困户" in copy
        assert "&lt;b&gt;1&lt;/b&gt;" in copy


async def test_a_form_without_a_person_leaves_room_for_the_hand(sender: httpx.AsyncClient, applied: str) -> None:
    page = (await sender.get(f"/v1/referrals/{applied}/form")).text
    assert '<th>患者姓名</th><td colspan="1"></td>' in page
    assert page.count("　　　年　　月　　日") == 6, "neither office has sealed any of the three copies"
    assert len(pages_of((await sender.get(f"/v1/referrals/{applied}/form.pdf")).content)) == 3


@pytest.mark.parametrize("number", ["430102196001010021", "430102196013010020", "abcdefghijklmnopqr"])
async def test_a_number_that_is_none_is_refused_and_not_repeated(
    agency: httpx.AsyncClient, approved: str, number: str
) -> None:
    wrong = HOLDER | {"id_number": number}
    refused = await agency.post(f"/v1/referrals/{approved}/form.pdf", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "ID_NUMBER_MALFORMED")
    assert number not in refused.text


@pytest.mark.parametrize("field", sorted(HOLDER))
async def test_a_form_that_is_filled_in_has_every_field(agency: httpx.AsyncClient, approved: str, field: str) -> None:
    without = {name: value for name, value in HOLDER.items() if name != field}
    for holder, code in ((without, "MISSING_FIELD"), (HOLDER | {field: ""}, "INVALID_FIELD")):
        refused = await agency.post(f"/v1/referrals/{approved}/form", json=holder)
        assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_only_who_may_see_a_referral_may_print_it(
    referral: Service, receiver: httpx.AsyncClient, applied: str
) -> None:
    assert (await receiver.get(f"/v1/referrals/{applied}/form")).status_code == 404
    assert (await receiver.post(f"/v1/referrals/{applied}/form.pdf", json=HOLDER)).status_code == 404


async def test_nothing_of_the_person_is_kept(referral: Service, agency: httpx.AsyncClient, approved: str) -> None:
    await agency.post(f"/v1/referrals/{approved}/form.pdf", json=HOLDER)
    kept: list[Any] = await referral.pool.fetch("SELECT data::text, meta::text FROM events")
    answers: list[Any] = await referral.pool.fetch("SELECT response FROM idempotency")
    for row in [*kept, *answers]:
        assert not any(value in text for value in HOLDER.values() for text in row)


def test_the_same_form_gives_the_same_bytes() -> None:
    paper = Paper(
        **HUNAN,
        number="r1",
        holder=Holder(name="示例"),
        ticks=(),
        diagnosis="骨折",
        signed_fields=(SignedField("个人申请", "", "", ""),),
        receiving_hospital="H9",
        emergency="",
    )
    made_at = datetime(2018, 9, 3, tzinfo=UTC)
    assert pdf_of(paper, made_at) == pdf_of(paper, made_at)


def test_the_longest_texts_stay_in_their_boxes_on_one_page() -> None:
    long = "病情复杂需要上级医院进一步诊治" * 13
    signed_fields = tuple(
        SignedField(heading, long, "(公章)", "2018年9月1日") for heading in ("个人申请", "转出", "审核")
    )
    ticks = tuple(Tick(label, ticked=True) for label in ATTRIBUTES.values())
    paper = Paper(
        **HUNAN,
        number="r1",
        holder=Holder(name="示例", address="某某村" * 20),
        ticks=ticks,
        diagnosis=long,
        signed_fields=signed_fields,
        receiving_hospital="H9",
        emergency="2018年8月31日",
    )
    document = pypdfium2.PdfDocument(pdf_of(paper, datetime(2018, 9, 3, tzinfo=UTC)))
    assert len(document) == 3
    page = document[0].get_textpage()
    boxes = [page.get_rect(i) for i in range(page.count_rects())]
    document.close()
    assert min(bottom for _, bottom, _, _ in boxes) > 20, "the last note stands on the page"
    # Texts that share columns do not share lines: none is printed over another.
    for i, (left, bottom, right, top) in enumerate(boxes):
        for other_left, other_bottom, other_right, other_top in boxes[:i]:
            across = min(right, other_right) - max(left, other_left)
            upright = min(top, other_top) - max(bottom, other_bottom)
            assert across < 1 or upright < 2
