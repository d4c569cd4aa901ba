"""Headings under which every kind of list names people. No document prescribes them: they are samples."""

from typing import Final

from identity.intake.readers.folding import listed

ID_NUMBER: Final = listed(
    """
    身份证号 身份证号码 公民身份号码 公民身份证号码 公民身份证号 公民身份证 居民身份证号码 居民身份证号
    居民身份号码 身份号码 身份证 身份证件号码 身份证件号 证件号码 证件号 有效证件号码 残疾人证号 残疾证号
    残疾人证号码 残疾证号码 残疾人证编号 证号 idcard idno sfzh gmsfhm sfzhm zjhm
    """
)
NAME: Final = ("姓名", "名字", "人员姓名", "姓名全称", "xm")
