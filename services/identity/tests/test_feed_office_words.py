"""What offices write in headings, days, words, places, numbers and names: more of each kind in the collection of cases.

Each list here was met by trying what an office might write; the collection's own files are read elsewhere.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from services.identity.tests.office import number_of
from services.identity.tests.test_feed_variants import ROW, alone, read, renamed, table

from identity.feeds.domain.row import FeedRow
from identity.intake.readers.folding import listed
from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.membership import EndReason

POOR: Final[dict[str, Any]] = {
    "department": Department.POVERTY_ALLEVIATION,
    "category": Category.REGISTERED_POOR,
}


def said(column: str, words: str, get: Callable[[FeedRow], Any], **how: Any) -> dict[str, Any]:
    """What each word in a column is read as."""
    return {word: get(alone({column: word}, **how)) for word in words.split()}


@pytest.mark.parametrize(
    ("heading", "others"),
    [
        (
            "身份证号",
            "居民身份证 身份證號碼 身分证号 身份证ID 18位身份证号 就诊人身份证号 农户身份证号 救助人身份证号码",
        ),
        ("姓名", "农户姓名 就诊人姓名 帮扶对象姓名 居民姓名 保障人姓名"),
        ("县区", "县（市）区 县（市、区、旗） 行政区划（县） 行政区划代码（县级） 参保地 统筹区 所属辖区 县级市 縣區"),
        (
            "开始日期",
            "核准日期 审定时间 资格认定时间 身份生效时间 纳入民政救助时间 认定为低保时间 审核确认时间 开始发放时间",
        ),
    ],
)
def test_headings(heading: str, others: str) -> None:
    assert {other: read(renamed(heading, other))[0] for other in others.split()} == dict.fromkeys(
        others.split(), "GOOD=1"
    )


@pytest.mark.parametrize("heading", ["发放时间", "公示时间", "领取时间", "识别年度", "农业银行卡号", "村（居）委会"])
def test_headings_of_something_else(heading: str) -> None:
    assert read(renamed("开始日期", heading))[0] == "FEED_COLUMN_MISSING"
    assert read(table({**ROW, heading: "2019.5.1"}))[::2] == ("GOOD=1", "COLUMNS_IGNORED")


def test_days_with_words_around_them() -> None:
    days = (
        "2019·5·1 2019年5月1日。 2019年五月一日 "
        "2019年5月1日上午 2019年5月1日00时00分 2019/5/1(三) 2019年5月1日（星期三）"
    )
    assert set(said("开始日期", days, lambda row: str(row.valid_from)).values()) == {"2019-05-01"}
    last = said("结束日期", "2020年4月30日止 至2020年4月30日 截至2020-04-30", lambda row: str(row.valid_to))
    assert set(last.values()) == {"2020-04-30"}


@pytest.mark.parametrize(
    "day", listed("2019年5月1日（农历） 2019.5.1-2020.4.30 2019年5月起 5月1日起 2019年5月上旬 2019年5月32日")
)
def test_what_is_no_one_day(day: str) -> None:
    assert read(table({**ROW, "开始日期": day}))[0] == "DATE_MALFORMED=1"


def test_what_goes_on_has_no_last_day() -> None:
    words = "长期（动态管理） 动态管理 长期享受 终身享受 永久享受 无期 不限 未定 至今（在保） 在保中 享受至今 未到期"
    assert set(said("结束日期", words, lambda row: row.valid_to).values()) == {None}


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (
            Category.DIBAO,
            "低保救助对象 在册低保 在保低保 一般低保 低保一般户 城市低保A档 低保对象类 民政低保对象 低保重点对象",
        ),
        (Category.TEKUN, "特困人员救助供养 特困（含五保） 特困供养人员（五保） 全护理特困人员 特困全自理"),
        (Category.ORPHAN, "孤儿（含艾滋病病毒感染儿童）"),
        (Category.LOW_INCOME, "最低生活保障边缘家庭 低收入困难家庭 低边对象 低边户 最低生活保障边缘家庭成员"),
    ],
)
def test_categories(category: Category, words: str) -> None:
    added = {"低收入类型": "重病患者"} if category is Category.LOW_INCOME else {}
    for word in words.split():
        assert (word, alone({"类别": word, **added}, category=None).category) == (word, category)


@pytest.mark.parametrize(
    "word", ["农保", "低保、残疾", "低保和特困", "拟低保", "低保申请人", "曾享受低保", "低保停发", "支出型困难家庭"]
)
def test_what_is_no_category(word: str) -> None:
    assert read(table({**ROW, "类别": word}), category=None)[0] == "NAME_UNKNOWN=1"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (PovertyStatus.NOT_LIFTED, "没脱贫 在贫 未脱贫（建档立卡） 未脱贫贫困户 一般贫困户"),
        (PovertyStatus.LIFTED, "脱贫（继续享受政策） 脱贫不稳定户 巩固脱贫 脱贫监测户"),
        (PovertyStatus.RETURNED, "脱贫返贫 返贫（因病） 脱贫后返贫"),
        (PovertyStatus.REMOVED, "识别错误剔除 已清退户"),
    ],
)
def test_how_the_poor_stand(status: PovertyStatus, words: str) -> None:
    for word in words.split():
        left = {"脱贫日期": "2018.12.31"} if status is PovertyStatus.LIFTED else {}
        assert (word, alone({"脱贫状态": word, **left}, **POOR).poverty_status) == (word, status)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (EndReason.DIED, "过世 已过世 车祸身亡 溺亡 火化 亡 离世"),
        (
            EndReason.STOPPED,
            "享受养老保险 领取养老金 享受退休金 子女工作 到龄 隐瞒收入 户主死亡 父母过世 配偶已火化 母亲离世 户主殁",
        ),
        (EndReason.CATEGORY_CHANGED, "纳入特困 已纳入特困供养 农转非 城转农"),
        (EndReason.MOVED_AWAY, "异地安置"),
    ],
)
def test_why_something_ends(reason: EndReason, words: str) -> None:
    for word in words.split():
        assert (word, alone({"停保原因": word, "结束日期": "2020.1.1"}).reason) == (word, reason)


def test_country_and_town() -> None:
    groups = said("城乡", "农村类 城镇类 农村（A类） 非农户口", lambda row: row.group)
    assert list(groups.values()) == [Group.RURAL, Group.URBAN, Group.RURAL, Group.URBAN]


def test_counties() -> None:
    found = said(
        "县区", "榕城区榕华街道 广东省-揭阳市-榕城区 揭阳市榕城区（含空港） 揭阳市/榕城区", lambda row: row.county
    )
    assert set(found.values()) == {"445202"}
    # What a county was called until it became a district; papers go on saying so.
    assert alone({"县区": "揭阳市揭东县"}).county == "445221"


@pytest.mark.parametrize("cell", ["榕城区/普宁市", "榕城区、揭东区", "揭西县和惠来县"])
def test_of_two_counties_none_is_meant(cell: str) -> None:
    assert read(table({**ROW, "县区": cell}))[0] == "COUNTY_UNKNOWN=1"


def test_what_is_written_around_a_number() -> None:
    own = number_of(1)
    for cell in (f"{own}（身份证）", f"_{own}", f"身份证：{own}", f"“{own}”"):
        assert (cell, alone({"身份证号": cell}).id_number.number) == (cell, own)


@pytest.mark.parametrize(
    "name",
    listed("无名氏 佚名 张某 李某某 XXX xx 已死亡 待补充 制表人 无此人 张三，李四 张… 李.. 锟斤拷 N 乱码"),
)
def test_what_is_no_name(name: str) -> None:
    assert read(table({**ROW, "姓名": name}))[0] == "NAME_IMPLAUSIBLE=1"


@pytest.mark.parametrize(
    "name",
    listed(
        "么么 吴无 一一 计小计 合计兰 空海 备注民 A·B 索朗旺堆 尼牙孜‧吐尔逊 李\U0002ebf0 ⿰亻天王 王〇 张三（大） 赵"
    ),
)
def test_what_is_a_name_after_all(name: str) -> None:
    assert alone({"姓名": name}).name == name


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("GOOD=1", "正在享受 已参保 保障中 审核通过 存活"),
        ("VALID_TO_MISSING=1", "已停发 已终止 已清退 不再享受"),
        ("DIED_ON_MISSING=1", "过世 已故"),
        ("NAME_UNKNOWN=1", "待审核 拟新增"),
    ],
)
def test_how_somebody_stands_on_the_list(outcome: str, words: str) -> None:
    for word in words.split():
        assert (word, read(table({**ROW, "人员状态": word}))[0]) == (word, outcome)


def test_whether_somebody_is_dead() -> None:
    for word, outcome in {"已故": "DIED_ON_MISSING=1", "过世": "DIED_ON_MISSING=1", "存活": "GOOD=1"}.items():
        assert (word, read(table({**ROW, "是否死亡": word}))[0]) == (word, outcome)
