"""Variants of the kinds in the collection of cases: other headings, words and layouts of the same sorts."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from services.identity.tests.feed_cases import TODAY
from services.identity.tests.office import number_of, workbook

from identity.feeds.domain.row import FeedRow, FileDescription, feed_form
from identity.intake.domain import FileRefusedError, Unread
from identity.intake.readers.kinds import CSV, XLSX
from identity.intake.readers.limits import LIMITS
from identity.intake.readers.packing import Packing
from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.membership import EndReason

ROW: Final = {"身份证号": number_of(1), "姓名": "张三", "县区": "445202", "开始日期": "2019-05-01"}
HEADINGS: Final = tuple(ROW)
WHO: Final = tuple(ROW.values())


def read(
    content: bytes,
    media_type: str = CSV,
    department: Department = Department.CIVIL_AFFAIRS,
    category: Category | None = Category.DIBAO,
) -> tuple[str, list[FeedRow], str]:
    """What a file comes to, its good rows, and its notices."""
    about = FileDescription(department=department, category=category, evidence="feed", stated="1", today=TODAY)
    packing = Packing(io.BytesIO(content), media_type, feed_form(about), LIMITS)
    try:
        rows = [row for _, row in packing.rows()]
    except FileRefusedError as refused:
        return refused.problem.code, [], ""
    found = Counter(row.code if isinstance(row, Unread) else "GOOD" for row in rows)
    told = " ".join(notice.code for notice in packing.telling.told.notices)
    return (
        " ".join(f"{code}={count}" for code, count in sorted(found.items())),
        [row for row in rows if not isinstance(row, Unread)],
        told,
    )


def table(cells: Mapping[str, str]) -> bytes:
    return f"{','.join(cells)}\n{','.join(cells.values())}\n".encode()


def alone(cells: Mapping[str, str], **how: Any) -> FeedRow:
    outcome, rows, _ = read(table({**ROW, **cells}), **how)
    assert outcome == "GOOD=1"
    return rows[0]


def renamed(heading: str, other: str) -> bytes:
    return table({other if name == heading else name: text for name, text in ROW.items()})


@pytest.mark.parametrize(
    ("heading", "others"),
    [
        ("身份证号", "身份证编号 享受对象身份证号码 被救助人身份证号码 社会保障号码 二代身份证号"),
        ("身份证号", "证照号码 身份证NO 身份证_号码 身份证号/残疾人证号 身份证号码或残疾证号 证件编码"),
        ("身份证号", "ID_CARD 身份识别码 残疾证"),
        ("姓名", "享受人姓名 真实姓名 人员名称 被救助人姓名 贫困户姓名 受助人姓名"),
        ("县区", "县、市、区 县（区、市） 所属县（区） 行政区划名称 所属地区 市/县/区 县级行政区"),
        ("县区", "户籍所在县（区） 县（区）名 所在县（市、区） 管辖县区 行政区划编码 隶属区县 县别 户口所在地"),
        ("开始日期", "享受起始年月 审批通过时间 低保开始时间 低保证发证日期 批准享受日期 纳保时间"),
        ("开始日期", "进入低保时间 评定日期 核定时间 特困供养时间 有效期起 起始年月日 开始享受时间 享受救助开始时间"),
        ("开始日期", "始保日期 建档立卡时间 待遇享受开始日期 首次认定时间 纳入特困时间 执行日期"),
    ],
)  # fmt: skip
def test_headings_that_offices_put_together_are_known_by_their_parts(heading: str, others: str) -> None:
    assert {other: read(renamed(heading, other))[0] for other in others.split()} == dict.fromkeys(
        others.split(), "GOOD=1"
    )


@pytest.mark.parametrize(
    ("heading", "other"),
    [("身份证号", "户主身份证号"), ("姓名", "户主姓名"), ("姓名", "监护人姓名"),
     ("开始日期", "登记时间"), ("开始日期", "脱贫认定时间"), ("县区", "乡镇"),
     ("身份证号", "银行卡号"), ("开始日期", "低" * 30_000 + "时间")],
)  # fmt: skip
def test_a_heading_of_something_else_is_no_needed_column(heading: str, other: str) -> None:
    assert read(renamed(heading, other))[0] == "FEED_COLUMN_MISSING"


@pytest.mark.parametrize(
    "heading",
    ["号码", "身份类型", "死亡原因", "残疾证到期时间", "居住地区", "享受金额", "银行账号", "救助种类", "审批人"],
)
def test_a_column_of_something_else_is_left_out_with_a_notice(heading: str) -> None:
    outcome, _, told = read(table({**ROW, heading: "肝癌"}))
    assert (heading, outcome, told) == (heading, "GOOD=1", "COLUMNS_IGNORED")


def test_the_number_of_a_disability_certificate_stands_in_for_the_id_number_only_where_there_is_none() -> None:
    both = {**ROW, "残疾人证号": f"{number_of(2)}43"}
    outcome, rows, _ = read(table(both))
    assert (outcome, rows[0].id_number.number) == ("GOOD=1", number_of(1))
    assert read(table({**ROW, "公民身份号码": number_of(2)}))[0] == "FEED_COLUMN_TWICE"


def test_of_two_telephones_the_first_is_read_and_of_two_first_days_none() -> None:
    assert alone({"本人联系电话": "13900000001", "家庭联系电话": "13900000002"}).phone == "13900000001"
    days = {name: text for name, text in ROW.items() if name != "开始日期"}
    assert read(table({**days, "评定日期": "2019.1.1", "执行日期": "2019.2.1"}))[0] == "FEED_COLUMN_TWICE"


def test_who_leaves_leaves_poverty_or_the_list_as_the_department_means_it() -> None:
    assert alone({"退出时间": "2020.1.1"}).valid_to is not None
    poor = {"脱贫状态": "脱贫", "退出时间": "2020.1.1"}
    of_poverty = alone(poor, department=Department.POVERTY_ALLEVIATION, category=Category.REGISTERED_POOR)
    assert (of_poverty.valid_to, of_poverty.exit_date is None) == (None, False)


@pytest.mark.parametrize(
    ("category", "group", "words"),
    [
        (Category.DIBAO, Group.RURAL, "低保对象(农村) 农村低保A类 农村低保家庭成员 低保/农村 农村低保一类 农村-低保"),
        (Category.DIBAO, Group.URBAN, "城市低保B类 城市居民最低生活保障对象 城镇低保人员"),
        (Category.DIBAO, None, "低保一类 低保二档 低保家庭人员 最低生活保障户 01低保 1.低保 A类低保户"),
        (Category.TEKUN, None, "农村特困人员 分散特困 特困(集中供养) 农村分散供养特困人员 五保供养对象 城镇三无人员"),
        (Category.ORPHAN, None, "社会散居孤儿 机构供养孤儿 孤儿(散居) 事实孤儿"),
        (Category.LOW_INCOME, Group.ELDERLY, "低收入家庭老年人 低收入老人"),
        (Category.LOW_INCOME, Group.CRITICALLY_ILL, "低收入家庭重病患者"),
    ],
)  # fmt: skip
def test_words_for_categories_are_known_by_their_parts(category: Category, group: Group | None, words: str) -> None:
    for word in words.split():
        row = alone({"类别": word}, category=None)
        assert (word, row.category, row.group) == (word, category, group)


@pytest.mark.parametrize(
    "word",
    [
        "特困家庭",
        "特困职工",
        "原低保",
        "低保转特困",
        "非低保",
        "不是低保",
        "已退出低保",
        "非贫困户",
        "疑似低保",
        "A类",
        "低" * 9_000,
    ],
)
def test_a_word_that_says_more_or_less_than_a_category_is_refused(word: str) -> None:
    assert read(table({**ROW, "类别": word}), category=None)[0] == "NAME_UNKNOWN=1"


def test_who_comes_or_stays_has_no_reason_to_end() -> None:
    assert {alone({"变更原因": word}).reason for word in ("新增", "新申请", "无变化")} == {None}


def test_the_poor_may_say_how_they_stand_beside_what_they_are() -> None:
    poverty: dict[str, Any] = {"department": Department.POVERTY_ALLEVIATION, "category": None}
    assert alone({"类别": "建档立卡未脱贫户"}, **poverty).poverty_status is PovertyStatus.NOT_LIFTED
    lifted = alone({"类别": "建档立卡贫困户(已脱贫)", "脱贫日期": "2018.12.31"}, **poverty)
    assert lifted.poverty_status is PovertyStatus.LIFTED
    said = {
        "2018年脱贫": PovertyStatus.LIFTED,
        "尚未脱贫": PovertyStatus.NOT_LIFTED,
        "新增返贫": PovertyStatus.RETURNED,
    }
    for word, status in said.items():
        row = alone({"类别": "精准扶贫户", "脱贫状态": word, "脱贫日期": "2018.12.31"}, **poverty)
        assert row.poverty_status is status


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (EndReason.DIED, "病逝 因病死亡 死亡核减 已故 逝世"),
        (EndReason.STOPPED, "配偶死亡 家庭收入高于低保标准 购买商品房 子女有赡养能力 未年审 满18岁 整户退出 收入增加"),
        (EndReason.MOVED_AWAY, "迁往外地 出嫁"),
        (EndReason.CATEGORY_CHANGED, "低保转特困 转为特困供养"),
        (EndReason.REMOVED, "识别不精准 信息有误"),
    ],
)
def test_why_something_ends_is_told_by_what_the_office_wrote(reason: EndReason, words: str) -> None:
    for word in words.split():
        assert (word, alone({"停保原因": word, "结束日期": "2020.1.1"}).reason) == (word, reason)


def test_how_much_is_paid_says_nothing_of_country_and_town() -> None:
    groups = {word: alone({"低保类别": word}).group for word in ("A类", "一类", "农村A类", "非农业户口", "城乡")}
    assert groups == {"A类": None, "一类": None, "农村A类": Group.RURAL, "非农业户口": Group.URBAN, "城乡": None}


def test_who_is_said_to_be_dead_needs_the_day() -> None:
    assert read(table({**ROW, "是否死亡": "是"}))[0] == "DIED_ON_MISSING=1"
    assert alone({"是否死亡": "否"}).died_on is None
    assert alone({"是否死亡": "是", "死亡日期": "2020.1.1"}).died_on is not None


TOP: Final = list(HEADINGS)
PERSON: Final = list(WHO)
OTHER: Final = [number_of(2), "李四", "445202", "2019-05-01"]


@pytest.mark.parametrize(
    ("name", "rows", "outcome", "notices"),
    [
        ("places over their people", [TOP, ["仙桥街道"], PERSON, ["东兴街道"], OTHER], "GOOD=2", "ROWS_SKIPPED"),
        ("pages with titles", [TOP, PERSON, ["合计", "1人"], ["名单"], TOP, OTHER], "GOOD=2", "ROWS_SKIPPED"),
        ("office and seal", [TOP, PERSON, ["（盖章）"], ["榕城区民政局"], ["2026年12月1日"]], "GOOD=1", "ROWS_SKIPPED"),
        ("sums in words", [TOP, PERSON, ["总人数：1人"], ["共1户1人"]], "GOOD=1", "ROWS_SKIPPED"),
        ("a note with a sign", [TOP, PERSON, ["※ 以上名单已公示"]], "GOOD=1", "ROWS_SKIPPED"),
        ("kinds of columns", [TOP, ["文本", "文本", "文本", "日期"], PERSON], "GOOD=1", "ROWS_SKIPPED"),
        ("codes below", [TOP, ["SFZH", "XM", "行政区划", "开始时间"], PERSON], "GOOD=1", "ROWS_SKIPPED"),
        ("an example", [TOP, [f"例：{number_of(3)}", "王五"], PERSON], "GOOD=1", "ROWS_SKIPPED"),
        ("called like one", [["姓名", "身份证号", *TOP[2:]], ["如意", number_of(1), *PERSON[2:]]], "GOOD=1", ""),
        ("a person of the tests", [["姓名", "身份证号", *TOP[2:]], ["示例1", number_of(1), *PERSON[2:]]], "GOOD=1", ""),
        ("the same as above", [TOP, PERSON, [*OTHER[:2], "同上", "〃"]], "GOOD=2", ""),
        ("a name alone is somebody", [TOP, PERSON, ["", "李四"]], "GOOD=1 ID_NUMBER_NONE=1", ""),
        ("numbered beforehand", [["序号", *TOP], ["1", *PERSON], ["2"]], "GOOD=1", "COLUMNS_IGNORED ROWS_SKIPPED"),
    ],
)  # fmt: skip
def test_rows_about_nobody_are_left_out_with_a_notice(
    name: str, rows: Sequence[Sequence[str]], outcome: str, notices: str
) -> None:
    assert (name, *read(workbook(rows), XLSX)[::2]) == (name, outcome, notices)


def test_the_member_of_a_household_is_meant_and_not_its_head() -> None:
    rows = [
        ["户主", "", "家庭成员", "", "县区", "开始日期"],
        ["姓名", "身份证号", "姓名", "身份证号", "", ""],
        ["李四", number_of(2), "张三", number_of(1), "榕城区", "2019.5.1"],
    ]
    _, found, _ = read(workbook(rows), XLSX)
    assert [(row.name, row.id_number.number) for row in found] == [("张三", number_of(1))]


@pytest.mark.parametrize(
    "content",
    [
        table(ROW) + b"\x1a",
        table(ROW).rstrip() + b"\0\0\0",
        table({**ROW, "身份证号": f'"{number_of(1)}\n"'}),
        table(ROW).replace(b",445202", b', "445202"'),
    ],
    ids=["^Z at the end", "zeros at the end", "a line end behind the number", "a quote behind a space"],
)
def test_what_old_programs_leave_in_a_text_is_no_part_of_it(content: bytes) -> None:
    assert read(content)[0] == "GOOD=1"


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        b"SQLite format 3\0",
        b"MZ\x90\0\3\0",
        b"<?xml version='1.0'?><rows/>",
        b"MIME-Version: 1.0\r\n",
        b"\0" * 90,
    ],
)
def test_what_is_no_list_is_named_as_what_it_is(content: bytes) -> None:
    assert read(content)[0] == "FEED_FILE_KIND"
