"""The referral form as it stands on paper (001 附件): its fields in the official order, as many copies as it has."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from law.packs.rules import ReferralForm
from referral.referrals.queries.referrals import ReferralAnswer

#: What an attribute is called that is not on a place's form: it is printed only where it is ticked.
ATTRIBUTES: Final = {
    "REGISTERED_POOR": "建档立卡贫困户",
    "DIBAO": "低保对象",
    "TEKUN": "特困人员",
    "POOR_DISABLED": "贫困残疾人",
    "ORPHAN": "孤儿",
    "GUARANTEED_HOUSEHOLD": "农村兜底保障户",
    "LOW_INCOME": "低收入救助对象",
    "OTHER_SPECIAL": "其他特殊困难人员",
}
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
    """One form, ready for any kind of paper; all copies are the same but for who keeps them.

    ``title``, ``copies`` and ``notes`` are those of the place.
    """

    title: str
    copies: tuple[str, ...]
    notes: tuple[str, ...]
    number: str
    holder: Holder
    ticks: tuple[Tick, ...]
    diagnosis: str
    signed_fields: tuple[SignedField, ...]
    #: Not on the official form, but one copy goes there (AMB-H5).
    receiving_hospital: str
    emergency: str


def paper_of(referral: ReferralAnswer, holder: Holder, form: ReferralForm, receiving: str | None = None) -> Paper:
    """The form of a referral as it stands; an office that has not decided yet has an empty field.

    ``receiving`` is the receiving hospital's name; where nobody told it, its code stands alone.
    """
    hospital = referral.receiving_hospital
    signatory = _SIGNATORIES.get(referral.signed_by, "")
    return Paper(
        title=form.title,
        copies=form.copies,
        notes=form.notes,
        number=referral.referral_id,
        holder=holder,
        ticks=_ticks(form, referral.attributes),
        diagnosis=referral.diagnosis,
        signed_fields=(
            SignedField("个人申请", signatory, "申请人签字：", day_of(referral.signed_on)),
            SignedField("转出医院(医保科)意见", referral.endorsement or "", "(公章)", day_of(referral.endorsed_on)),
            SignedField("统筹区医保经办机构审核意见", referral.review or "", "(公章)", day_of(referral.reviewed_on)),
        ),
        receiving_hospital=f"{receiving}（{hospital}）" if receiving else hospital,
        emergency="" if referral.emergency_admitted_on is None else day_of(referral.emergency_admitted_on),
    )


def _ticks(form: ReferralForm, attributes: Sequence[str]) -> tuple[Tick, ...]:
    official = [Tick(box.label, box.category in attributes) for box in form.ticks]
    boxes = {box.category for box in form.ticks}
    others = [Tick(label, ticked=True) for code, label in ATTRIBUTES.items() if code in set(attributes) - boxes]
    return (*official, *others)


def day_of(day: date | None) -> str:
    """A day as the form writes it; without one, room to write it."""
    return "　　　年　　月　　日" if day is None else f"{day.year}年{day.month}月{day.day}日"
