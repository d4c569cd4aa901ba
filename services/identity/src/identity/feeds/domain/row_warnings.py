"""What a clerk is told of rows that count all the same, and of those under another person's number."""

from typing import Final

import msgspec

from identity.feeds.domain.households import UNREAD
from identity.feeds.domain.row import FeedRow
from identity.intake.domain import both
from identity.persons.domain.newborn import is_newborn

#: What is said of a row under a number that somebody else is registered under.
NAME_DIFFERS: Final = both(
    "这个身份证号登记的是另一个姓名，请核对号码和姓名", "this ID number is registered under another name"
)
#: What is said of a row that counts although another office registered the person under another name.
NAMED_BY_OTHERS: Final = both(
    "其他部门以另一个姓名登记了这个身份证号；这一行照常计入，请核对号码和姓名，并与登记的部门核实",
    "another office registered this ID number under another name; the row counts: check number and name with it",
)
#: What is said of a row of a full list about somebody who lives elsewhere.
_OUTSIDE_AREA: Final = both(
    "此人的县区不在这份名单的地区内，请核对县区或地区", "the person's county is outside the area of this list"
)
#: What is said of a row whose household cannot be read.
_HOUSEHOLD_UNREAD: Final = both(
    "户编号没有记下：要写数字或字母，不能用身份证号或电话号码，超过 15 位的要设为文本格式",
    "the household's number is not kept: digits or letters are needed, no ID or phone number, as text beyond 15 digits",
)
#: What is said of a row whose evidence holds a person's number.
_EVIDENCE_UNREAD: Final = both(
    "认定依据没有记下：依据里不能写身份证号或电话号码，请只写文号",
    "what the row rests on is not kept, as it holds an ID or phone number: name the paper's number alone",
)
#: What is said of a baby that stands under its guardian's number, and of one that has its own now.
_NEWBORN: Final = both(
    "婴儿没有身份证号，先按监护人登记；领到后请写上本人和监护人的身份证号，登记会合为一条",
    "the baby is registered by its guardian; once it has a number, send that with the guardian's and the records join",
)
_NUMBERED: Final = both("婴儿的登记已换成本人身份证号", "the baby's record has the own ID number now")


#: What is said of a row whose county was merged or renamed.
_COUNTY_FORMER: Final = both(
    "区划代码已不用（县区已撤并或改名），请改为现在的县区", "the county is none any more: write the one that counts now"
)
#: What is said of a row whose township cannot be read, and of one whose township is another county's.
_TOWNSHIP_UNREAD: Final = both(
    "乡镇没有记下：要写 9 位乡镇代码或 12 位村代码", "the township is not kept: write its code of 9 digits, or 12"
)
_TOWNSHIP_FOREIGN: Final = both(
    "乡镇没有记下：乡镇代码不在此人的县区内", "the township is not kept: its code is not of the person's county"
)


class Seen(msgspec.Struct, frozen=True):
    """What stands out about a row that counts."""

    outside: bool
    numbered: bool
    former: bool
    #: Another office registered the person under another name.
    named_otherwise: bool = False


def lies_in(row: FeedRow) -> bool:
    """Whether the township that a row names is one of its county."""
    return bool(row.township) and str(row.township).startswith(row.county)


def warned(row: FeedRow, seen: Seen) -> tuple[str | None, str | None]:
    """What is said of a row that counts."""
    remarks = (
        (seen.named_otherwise, "ROW_NAME_OF_OTHERS", NAMED_BY_OTHERS),
        (seen.outside, "ROW_OUTSIDE_AREA", _OUTSIDE_AREA),
        (seen.former, "ROW_COUNTY_FORMER", _COUNTY_FORMER),
        (seen.numbered, "ROW_NEWBORN_NUMBERED", _NUMBERED),
        (is_newborn(row.id_number.number), "ROW_OF_NEWBORN", _NEWBORN),
        (row.household == UNREAD, "ROW_HOUSEHOLD_UNREAD", _HOUSEHOLD_UNREAD),
        (row.evidence == UNREAD, "ROW_EVIDENCE_UNREAD", _EVIDENCE_UNREAD),
        (row.township == UNREAD, "ROW_TOWNSHIP_UNREAD", _TOWNSHIP_UNREAD),
        (bool(row.township) and not lies_in(row), "ROW_TOWNSHIP_FOREIGN", _TOWNSHIP_FOREIGN),
    )
    return next(((code, said) for holds, code, said in remarks if holds), (None, None))
