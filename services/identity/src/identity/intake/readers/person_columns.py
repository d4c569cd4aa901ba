"""Headings under which every kind of list names people. No document prescribes them: they are samples."""

import re
from typing import Final

from identity.intake.readers.cells import resident_id
from identity.intake.readers.folding import listed
from identity.intake.readers.layout import Called, Column, Stands

ID_NUMBER: Final = listed(
    """
    身份证号 身份证号码 公民身份号码 公民身份证号码 公民身份证号 公民身份证 居民身份证号码 居民身份证号
    居民身份号码 身份号码 身份证 身份证件号码 身份证件号 证件号码 证件号 有效证件号码 残疾人证号 残疾证号
    残疾人证号码 残疾证号码 残疾人证编号 证号 idcard idno idnumber idcardno sfzh gmsfhm sfzhm zjhm 社会保障号码
    社会保障号 身份识别码 证件号(身份证) 残疾证 居民身份证 ID号 身份证ID 身份ID 证件ID
    """
)
NAME: Final = ("姓名", "名字", "人员姓名", "姓名全称", "人员名称", "xm")
#: A disability certificate's number begins with the ID number; who has both columns means the ID number's.
ID_NUMBER_STANDS_IN: Final = re.compile("残疾|社会保障|识别码")
#: 社会保障号码 is the ID number by law; a card's number is another one.
ID_NUMBER_MADE_UP: Final = re.compile(
    r"(?:居民|公民|个人|二代|第二代|有效)*(?:身份证件?|公民身份|身份证明|证件|证照|残疾人?证)_?(?:证?号码?|编号|编码|NO\.?|NUMBER|号)"
)
ID_COLUMN: Final = Column(
    "id_number",
    Called(ID_NUMBER, ID_NUMBER_MADE_UP, ID_NUMBER_STANDS_IN),
    resident_id,
    required=True,
    stands=Stands.ONCE,
)
