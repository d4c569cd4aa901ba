"""The columns of a payment list, and how their cells are read. No document prescribes them: they are samples."""

import re
from types import MappingProxyType
from typing import Final

from identity.intake.domain import row_refused
from identity.intake.readers.cells import Cell, day, is_division, name, one_of, plain_number, text
from identity.intake.readers.counties import city_of, county_of
from identity.intake.readers.folding import fold_word, listed
from identity.intake.readers.layout import Column, Stands
from identity.intake.readers.person_columns import ID_COLUMN, NAME
from kernel.values.divisions import around
from kernel.values.money import AmountError, fen_from_yuan
from kernel.values.refusals import Refused

_POOR: Final = MappingProxyType(
    {
        "是": True,
        "否": False,
        "YES": True,
        "NO": False,
        "1": True,
        "0": False,
        "Y": True,
        "N": False,
        "TRUE": True,
        "FALSE": False,
        "贫困": True,
        "非贫困": False,
        "贫困人口": True,
        "非贫困人口": False,
        "建档立卡": True,
        "建档立卡贫困人口": True,
        "一般居民": False,
        "普通居民": False,
        "√": True,
        "×": False,
    }
)
_YEAR: Final = re.compile(r"(20\d{2})(?:年|年度|\.0)?")
AREA: Final = listed(
    """
    统筹区代码 参保地区划 参保地代码 参保地 统筹区 统筹地区 参保统筹区 参保地区 参保所属区划 行政区划代码
    医保区划 医保区划代码
    """
)
YEAR: Final = listed(
    """
    参保年度 缴费年度 年度 参保年份 费款所属期 所属年度 缴费年份
    """
)
PAID_ON: Final = listed(
    """
    缴费日期 到账日期 缴费时间 到账时间 入库日期 入库时间 缴款日期 交费日期
    """
)
AMOUNT: Final = listed(
    """
    缴费金额 个人缴费金额 实缴金额 金额 缴费额 个人缴费 个人缴费金额(元)
    """
)
POOR: Final = listed(
    """
    贫困标识 建档立卡标识 是否贫困人口 是否贫困 贫困人口标识 是否建档立卡 建档立卡
    """
)


def _year(cell: Cell) -> int:
    found = _YEAR.fullmatch(fold_word(cell.text))
    if found is None:
        raise row_refused(
            "YEAR_MALFORMED", "参保年度要写四位年份，如 2019", "year is the year of the insurance, such as 2019"
        )
    return int(found[1])


def _pooling_area(cell: Cell, within: tuple[str, ...]) -> str:
    # Insurance is pooled by city: a county's code or name means the city that it is in.
    code = plain_number(cell.text)
    if not is_division(code):
        try:
            code = city_of(cell.text) or county_of(cell.text, within)
        except Refused:
            raise row_refused(
                "AREA_MALFORMED",
                "参保地要写统筹区的六位区划代码，或市、县的全称",
                "area is the six-digit division code of the pooling area (统筹区)",
            ) from None
    _, city, _ = around(code)
    return city


def _amount_fen(cell: Cell) -> int:
    try:
        amount_fen = fen_from_yuan(plain_number(cell.text))
    except AmountError:
        amount_fen = -1
    if amount_fen < 0:
        raise row_refused(
            "AMOUNT_MALFORMED",
            "金额以元为单位，最多两位小数，如 220.00",
            "amount is in yuan with at most two decimals, such as 220.00",
        )
    return amount_fen


def payment_columns(within: tuple[str, ...]) -> tuple[Column, ...]:
    """Every column with the headings that are understood for it, and how its cells are read.

    No document prescribes them: they are samples.
    """
    return (
        ID_COLUMN,
        Column("name", NAME, name, required=True, stands=Stands.ONCE),
        Column("area", AREA, lambda cell: _pooling_area(cell, within), required=True, stands=Stands.SHARED),
        Column("year", YEAR, _year, required=True, stands=Stands.SHARED),
        Column("paid_on", PAID_ON, day, required=True, stands=Stands.SHARED),
        Column("amount", AMOUNT, _amount_fen),
        Column("payer", ("缴费方", "代缴单位", "缴费单位", "缴费人"), text),
        Column("poor", POOR, one_of(_POOR)),
    )
