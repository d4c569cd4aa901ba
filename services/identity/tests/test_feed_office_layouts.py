"""How offices lay lists out: sums, signatures, chapters, hints and places wherever they stand, and spans of time."""

from collections.abc import Sequence
from typing import Final

import pytest
from services.identity.tests.office import number_of, workbook
from services.identity.tests.test_feed_variants import HEADINGS, WHO, read

from identity.intake.readers.kinds import XLSX

TOP: Final = list(HEADINGS)
ONE: Final = list(WHO)
TWO: Final = [number_of(2), "李四", "445202", "2019-05-01"]
NOBODY: Final = "ROWS_SKIPPED"


def found(rows: Sequence[Sequence[str]]) -> tuple[str, str]:
    outcome, _, notices = read(workbook(rows), XLSX)
    return outcome, notices


@pytest.mark.parametrize(
    "row",
    [
        ["仙桥街道小计", "1人"],
        ["", "仙桥合计", "", "1人"],
        ["——以下空白——"],
        ["（以下空白）"],
        ["公示时间：2019年7月1日至7月7日"],
        ["监督举报电话：12345"],
        ["民政办主任（签名）："],
        ["村民代表签字："],
        ["注意：身份证号请用文本格式"],
        ["特此说明。"],
        ["1/3"],
        ["- 1 -"],
        ["户数：1", "人数：1"],
        ["总人数", "1"],
        ["统计：1人"],
        ["一、本月新增"],
        ["一、", "仙桥街道"],
        ["榕华街道", "环市社区"],
        ["", "仙桥街道"],
    ],
    ids="".join,
)
def test_a_row_about_nobody_is_left_out_wherever_it_stands(row: list[str]) -> None:
    assert found([TOP, row, ONE, TWO]) == ("GOOD=2", NOBODY)
    assert found([TOP, ONE, row, TWO]) == ("GOOD=2", NOBODY)
    assert found([TOP, ONE, TWO, row]) == ("GOOD=2", NOBODY)


@pytest.mark.parametrize(
    "hints",
    [
        ["18位", "汉字", "6位代码", "格式：2019-05-01"],
        ["请填写18位身份证号", "请填写姓名", "请选择", "如：2019-05-01"],
        ["（示例）445202XXXXXXXXXXXX", "张三", "榕城区", "2019-05-01"],
        ["①", "②", "③", "④"],
    ],
    ids=lambda row: row[0],
)
def test_a_row_that_says_how_to_fill_the_columns_in_is_left_out(hints: list[str]) -> None:
    assert found([TOP, hints, ONE]) == ("GOOD=1", NOBODY)


@pytest.mark.parametrize("name", ["张新村", "李镇", "一凡"])
def test_a_name_without_a_number_is_somebody_whatever_it_looks_like(name: str) -> None:
    assert found([TOP, ONE, ["", name, "榕城区", ""]])[0] == "GOOD=1 ID_NUMBER_NONE=1"


@pytest.mark.parametrize(
    ("span", "begins", "ends"),
    [
        ("享受时间", "起", "止"),
        ("保障期限", "始", "至"),
        ("待遇享受期间", "起", "止"),
        ("享受待遇起止时间", "起始时间", "终止时间"),
    ],
)
def test_a_span_of_time_stands_over_its_two_days(span: str, begins: str, ends: str) -> None:
    rows = [[*TOP[:3], span, ""], ["", "", "", begins, ends], [*ONE, "2020-04-30"]]
    outcome, people, _ = read(workbook(rows), XLSX)
    assert outcome == "GOOD=1"
    assert (str(people[0].valid_from), str(people[0].valid_to)) == ("2019-05-01", "2020-04-30")
