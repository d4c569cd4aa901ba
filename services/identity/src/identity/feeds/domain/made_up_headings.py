"""Headings that offices put together of known parts. No document prescribes them: they are samples.

Each pattern is of a whole heading without marks, spaces and what stands in brackets.
"""

import re
from typing import Final

#: For what somebody is on a list.
_WHAT: Final = (
    "(?:农村|城市|城镇|城乡|医疗救助|社会救助|低保|最低生活保障|特困|五保|孤儿|低收入|低保边缘|扶贫|"
    "贫困户|建档立卡|困难|保障|救助|供养|待遇|补助|补贴|政策|享受|执行|民政|资助参保|资格|身份)*"
)
_WHEN: Final = "(?:时间|日期|年月日?|时点|日|月份?)"
_TAKEN_IN: Final = (
    "(?:享受|纳入|认定|批准|审批|确认|评定|核定|鉴定|识别|列入|进入|加入|起保|始保|入保|纳保|进保|新增|供养|生效|"
    "执行|建档立卡|建档|立卡|入册|建立|发证|颁证|办证|核准|审定|审核确认|审核认定|识别认定|认定为|起效)"
)
_ENDED: Final = "(?:终止|结束|截止|停止|停发|停保|退保|失效|到期|取消|期满|终结|中止|减员|核减|注销)"
_VALID: Final = "(?:有效期限?|享受期限?|保障期限?)"
#: A paper is given when somebody is taken in; its own end is not the end of that.
_PAPER: Final = "(?:低保证|残疾人证|残疾证)?"
#: A span of time over two columns: 享受时间 over 起 and 止.
_SPAN: Final = f"{_WHAT}(?:时间|日期|期限|期间|年限|起止|起止时间|起止日期|起止年月)"
VALID_FROM: Final = re.compile(
    f"{_PAPER}{_WHAT}(?:开始|首次|批准|确定|同意|本次)?{_TAKEN_IN}(?:通过|{_WHAT})(?:开始|起始|起)?{_WHEN}"
    f"|{_WHAT}(?:开始|起始){_WHAT}{_WHEN}|{_VALID}(?:起始|开始|起|自){_WHEN}?"
    f"|{_SPAN}(?:起|始|自|从)"
)
VALID_TO: Final = re.compile(
    f"{_WHAT}{_ENDED}{_WHAT}{_WHEN}|{_VALID}(?:截止|结束|终止|至|止|到){_WHEN}?|{_SPAN}(?:止|至|到)"
)
#: 退出 is the end for every list but that of the registered poor, who leave poverty.
VALID_TO_OR_LEFT: Final = re.compile(f"{VALID_TO.pattern}|{_WHAT}退出{_WHAT}{_WHEN}")
DIED_ON: Final = re.compile(f"(?:死亡|去世|身故|病故|亡故|离世)(?:登记)?{_WHEN}")
REASON: Final = re.compile(f"{_WHAT}(?:{_ENDED}|退出|变更|变动|动态调整){_WHAT}(?:的)?(?:原因|理由|事由)(?:说明)?")
_COUNTIES: Final = (
    "(?:县[、/]?市[、/]?区|县[、/]?区[、/]?市|区[、/]?县[、/]?市|市[、/]?县[、/]?区|市[、/]?区[、/]?县|旗[、/]?县[、/]?区|"
    "县[、/]?市|市[、/]?县|县[、/]?区|区[、/]?县|县[(](?:市[、/,]?区|区[、/,]?市|市区|区)[)]|区[(](?:县|市[、/,]?县|县[、/,]?市)[)]|县|区|"
    "县级|县级区划|县级行政区划?|县级政区|行政区划?|行政区域|区划|(?:行政)?区划(?:代码|编码|名称)?[(]县级?[)])"
)
_OF: Final = "(?:户籍|户口|参保|所属|所在|隶属|归属|属地|管辖|现|居住|常住|地)*"
COUNTY: Final = re.compile(
    f"{_OF}(?:行政)?{_COUNTIES}(?:的)?(?:名称|全称|名|别|代码|编码|编号|码)?|{_OF}地区(?:名称|代码)?"
)
CATEGORY: Final = re.compile(
    "(?:人员|对象|救助|保障|困难|人群|医疗救助|社会救助|民政|特殊|认定|帮扶)+(?:类别|类型)(?:名称|代码)?"
)
PHONE: Final = re.compile(
    "(?:本人|家庭|有效|常用)?(?:联系|移动|固定)?(?:电话|手机)(?:号码?|电话)?|(?:本人|家庭)?联系(?:方式|号码)"
)
ADDRESS: Final = re.compile(
    "(?:家庭|户籍|户口|现|常|居住|实际|通讯|联系|身份证|所在地|常住)*(?:详细)?(?:住址|地址|住所|居所|住地)(?:详细)?"
)
CARD_NUMBER: Final = re.compile("(?:社会保障|社保|医保|医疗保险|市民)卡卡?(?:号码?|编号)")
