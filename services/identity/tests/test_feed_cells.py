"""Cells as offices write them: what is unambiguous is read, what could be two things is refused."""

from datetime import date
from typing import Any, Final

import pytest
from stdnum.cn import ric

from identity.intake.readers.cells import Cell, day, last_day, name, resident_id
from identity.intake.readers.counties import county_of
from kernel.values.refusals import Refused

TODAY: Final = date(2026, 12, 10)
BODY: Final = "44520219600101002"
NUMBER: Final = BODY + ric.calc_check_digit(f"{BODY}0")
MAY: Final = date(2019, 5, 1)


def cell(text: str) -> Cell:
    return Cell("valid_from", "开始日期", text, TODAY)


def refusal(read: Any, text: str) -> str:
    with pytest.raises(Refused) as refused:
        read(cell(text))
    assert NUMBER not in refused.value.detail
    return refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        "2019-05-01", "2019-5-1", "2019/5/1", "2019.5.1", "2019.05.01", "2019.5.1.", "2019年5月1日", "2019年05月01日",
        "2019年5月1号", "2019 年 5 月 1 日", "２０１９．５．１", "20190501", "20190501.0", "43586",
        "43586.0", "43586.5", "2019/5/1 0:00", "2019/5/1 12:30", "2019-05-01 00:00:00", "2019-05-01T08:00:00Z",
        "2019/05/01 00:00:00.000", "2019-05-01T00:00:00+08:00", "2019-5-1 0:0:0", "2019\\5\\1",
        "2019、5、1", "2019 5 1",
        "2019.5.1日", "二〇一九年五月一日", "2019-05-01 星期三", "1-May-2019", "May 1, 2019", "20190501000000",
        "2019年5月1日0时",
        "2019/5/1 上午 12:00:00", "2019年5月1日 12:30", " 2019-5-1 ", "\u200e2019-05-01",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_that_can_mean_one_day_only(text: str) -> None:
    assert day(cell(text)) == MAY


@pytest.mark.parametrize(
    "text",
    [
        "2019-W18-3", "5/1/19", "19-5-1", "1/5/2019", "2019年5月", "201905", "2019", "190501", "2019-13-01", "20190532",
        "2019-5/1", "2019-05-01起", "May-19", "2019-02-30",
        "二〇一九年五月", "1-Mai-2019", "4358", "90501", "435861", "2019-05-0112:30", "昨天",
    ],
)  # fmt: skip
def test_what_names_no_day_or_could_be_two_is_refused_with_the_forms_that_are_read(text: str) -> None:
    with pytest.raises(Refused, match="2019年5月1日") as refused:
        day(cell(text))
    assert refused.value.code == "DATE_MALFORMED"


def test_no_day_and_no_last_day_are_said_in_words() -> None:
    assert [day(cell(text)) for text in ("0", "无", "-", "/")] == [None] * 4
    assert [last_day(cell(text)) for text in ("长期", "9999-12-31", "9999/12/31", "永久")] == [None] * 4
    said = ("9999年12月31日", "2099-12-31 00:00:00", "享受中", "无固定期限", "长期（有效）", "2958465", "1899-12-31")
    assert [last_day(cell(text)) for text in said] == [None] * len(said)
    assert last_day(cell("2019.5.1")) == MAY


@pytest.mark.parametrize(
    "text",
    [
        f" {NUMBER}", f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}",
        f"\u202d{NUMBER}\u202c", f"{NUMBER[:6]}\xa0{NUMBER[6:]}", "４４" + NUMBER[2:], f"{NUMBER}42", f"{NUMBER}42B1",
        f"{NUMBER}。", f"身份证号：{NUMBER}", f"残疾证{NUMBER}43", f"No.{NUMBER}", f"[{NUMBER}]", f"“{NUMBER}”",
        NUMBER.replace("0", "O"), NUMBER.replace("1", "l"), NUMBER.replace("0", "〇"),
    ],
)  # fmt: skip
def test_an_id_number_is_read_through_whatever_copying_left(text: str) -> None:
    assert resident_id(cell(text)).number == NUMBER


@pytest.mark.parametrize("cross", ["x", "Ｘ", "ⅹ", "Ⅹ", "Х", "×", "Χ"])
def test_the_last_character_is_an_x_in_every_guise(cross: str) -> None:
    body = next(f"445202196001010{n}" for n in range(10, 99) if ric.calc_check_digit(f"445202196001010{n}0") == "X")
    assert resident_id(cell(body + cross)).number == f"{body}X"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4.45202E+17", "ID_NUMBER_ROUNDED"), (f"{NUMBER}.0", "ID_NUMBER_ROUNDED"), ("无", "ID_NUMBER_NONE"),
        ("暂无", "ID_NUMBER_NONE"), ("新生儿", "ID_NUMBER_NONE"), ("H01234567", "ID_NUMBER_OTHER_PAPER"),
        ("USA440060010112", "ID_NUMBER_OTHER_PAPER"), ("E12345678", "ID_NUMBER_OTHER_PAPER"),
        (f"{NUMBER[:14]}****", "ID_NUMBER_MALFORMED"), (f"{NUMBER}0", "ID_NUMBER_MALFORMED"),
        (f"{NUMBER}*", "ID_NUMBER_MALFORMED"), (f"{NUMBER[:17]}O", "ID_NUMBER_CHECK_DIGIT"),
        (f"{NUMBER}/{NUMBER}", "ID_NUMBER_MALFORMED"),
    ],
)  # fmt: skip
def test_what_is_no_id_number_says_what_it_is(text: str, code: str) -> None:
    assert refusal(resident_id, text) == code


@pytest.mark.parametrize(
    "text",
    [
        "张三", "欧阳　娜娜", "买买提·艾力", "买买提∙艾力", "阿·卜", "O'Brien", "JOHN SMITH", "张三（小）", "贫0017",
        "王\ue000", "王\U000f0001", "王\U0003158e", "王\U0002ebf0", "王\U000323b0", "王⿰亻天",
        "葛\U000e0100", "〇", '张"小"三',
    ],
)  # fmt: skip
def test_a_name_is_kept_as_it_is_written(text: str) -> None:
    assert name(cell(f"\u3000{text}\u200b ")) == text


@pytest.mark.parametrize(
    "text",
    ["#REF!", "#N/A", "合计", "小 计", "无", "NULL", "nan", "0", "-", "?", "123", "王*", "李□", "李○", "王😀",
     "张三_x000D_", "张\ufffd", "同上", "___", "共计10人", "合计：5", "张三、李四", "张三/李四",
     "(空)", "未取名", "待补", "张三&nbsp;",
     f"张三{NUMBER}"],
)  # fmt: skip
def test_what_stands_in_the_place_of_a_name_is_none(text: str) -> None:
    assert refusal(name, text) == "NAME_IMPLAUSIBLE"


@pytest.mark.parametrize(
    "text",
    ["445202", "445202001", "445202001002", "445202.0", "榕城区", "榕城", "揭阳市榕城区", "广东省揭阳市榕城区",
     "广东揭阳榕城区", "揭阳市 榕城区", "榕城区东升街道", "445202榕城区", "榕城区(445202)", "445202-榕城区",
     "广东省/揭阳市/榕城区", "广东省-揭阳市-榕城区",
     "揭阳市·榕城区", "中国广东省揭阳市榕城区"],
)  # fmt: skip
def test_a_county_is_found_by_code_and_by_name(text: str) -> None:
    assert county_of(text) == "445202"


def test_a_county_of_a_people_is_found_by_its_short_name_too() -> None:
    for text in ("恭城瑶族自治县", "恭城县", "广西恭城", "桂林市恭城县"):
        assert county_of(text) == "450332"
    assert county_of("融水县") == "450225"
    assert county_of("河南省济源市") == "419001"


def test_a_code_and_another_county_s_name_in_one_cell_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        county_of("445203榕城区")
    assert refused.value.code == "COUNTY_UNKNOWN"


def test_a_name_of_several_counties_is_found_within_the_list_s_area_only() -> None:
    assert (county_of("朝阳区", ("110000",)), county_of("北京市朝阳区")) == ("110105", "110105")
    assert county_of("东莞市") == "441900"
    for text in ("朝阳区", "市中区", "440000", "445200", "445299", "000000", "不存在县"):
        with pytest.raises(Refused) as refused:
            county_of(text)
        assert refused.value.code == "COUNTY_UNKNOWN", text
    assert county_of("445299", ("445299",)) == "445299", "what the service was told to be a county is one"


def test_a_former_name_of_several_counties_is_nobody_s_without_its_city() -> None:
    # 南市区 was a district of 保定 and one of 上海.
    with pytest.raises(Refused) as refused:
        county_of("南市区")
    assert "several counties" in str(refused.value)
    assert (county_of("河北省南市区"), county_of("上海市南市区")) == ("130604", "310102")
    assert county_of("南市区", ("310000",)) == "310102"
    assert county_of("昌平县") == "110201", "one county that was given another number"
