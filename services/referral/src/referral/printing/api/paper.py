"""The referral form as it stands on paper (001 附件): its fields in the official order, three copies."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from referral.referrals.queries.referrals import ReferralAnswer

TITLE: Final = "湖南省农村贫困人口县域外就医转诊单"
#: Who keeps which copy (附件 注1).
COPIES: Final = ("医保经办机构留存", "转出医院留存", "转入医院留存")
ATTRIBUTES: Final = {
    "REGISTERED_POOR": "建档立卡贫困户",
    "DIBAO": "低保对象",
    "TEKUN": "特困人员",
    "POOR_DISABLED": "贫困残疾人",
}
#: Attributes that other documents know: not on the official form, so they are printed only where one is ticked.
OTHER_ATTRIBUTES: Final = {
    "ORPHAN": "孤儿",
    "GUARANTEED_HOUSEHOLD": "农村兜底保障户",
    "LOW_INCOME": "低收入救助对象",
    "OTHER_SPECIAL": "其他特殊困难人员",
}
NOTES: Final = (
    "注：1、此表一式3份，分别由医保经办机构、转出医院和转入医院留存。",
    "2、申请人需提交以下补充材料：身份证(户口本)及社保卡(医保卡)复印件。",
)
COMPARED: Final = "姓名、身份证号已与身份登记核对一致"
NOT_COMPARED: Final = "姓名、身份证号未与身份登记核对"
_SIGNATORIES: Final = {"SELF": "本人签字", "FAMILY": "家属代签"}


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who the form is about. Empty fields are filled in by hand."""

    name: str = ""
    sex: str = ""
    born: str = ""
    phone: str = ""
    address: str = ""
    id_number: str = ""
    card_number: str = ""
    #: Whether identity has compared name and number with the applicant; empty where the hand fills them in.
    compared: str = ""


class Tick(msgspec.Struct, frozen=True):
    """A check box and its label."""

    label: str
    ticked: bool


class SignedField(msgspec.Struct, frozen=True):
    """What an office or the applicant wrote; ``signature`` is where the hand or the seal goes."""

    heading: str
    text: str
    signature: str
    day: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One form, ready for any kind of paper; all copies are the same but for who keeps them."""

    number: str
    holder: Holder
    ticks: tuple[Tick, ...]
    diagnosis: str
    signed_fields: tuple[SignedField, ...]
    #: Not on the official form, but one copy goes there (AMB-H5).
    receiving_hospital: str
    emergency: str


def paper_of(referral: ReferralAnswer, holder: Holder, receiving: str | None = None) -> Paper:
    """The form of a referral as it stands; an office that has not decided yet has an empty field.

    ``receiving`` is the receiving hospital's name; where nobody told it, its code stands alone.
    """
    hospital = referral.receiving_hospital
    signatory = _SIGNATORIES.get(referral.signed_by, "")
    return Paper(
        number=referral.referral_id,
        holder=holder,
        ticks=_ticks(referral.attributes),
        diagnosis=referral.diagnosis,
        signed_fields=(
            SignedField("个人申请", signatory, "申请人签字：", day_of(referral.signed_on)),
            SignedField("转出医院(医保科)意见", referral.endorsement or "", "(公章)", day_of(referral.endorsed_on)),
            SignedField("统筹区医保经办机构审核意见", referral.review or "", "(公章)", day_of(referral.reviewed_on)),
        ),
        receiving_hospital=f"{receiving}（{hospital}）" if receiving else hospital,
        emergency="" if referral.emergency_admitted_on is None else day_of(referral.emergency_admitted_on),
    )


def _ticks(attributes: Sequence[str]) -> tuple[Tick, ...]:
    official = [Tick(label, code in attributes) for code, label in ATTRIBUTES.items()]
    others = [Tick(label, ticked=True) for code, label in OTHER_ATTRIBUTES.items() if code in attributes]
    return (*official, *others)


def day_of(day: date | None) -> str:
    """A day as the form writes it; without one, room to write it."""
    return "　　　年　　月　　日" if day is None else f"{day.year}年{day.month}月{day.day}日"
