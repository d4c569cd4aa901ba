"""What an event says, in a line of Chinese, and who did it; amounts in 元."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalReversed
from identity.persons.domain.categories import CATEGORY_NAMES
from identity.persons.domain.person import MembershipAsserted, MembershipCorrected, MembershipEnded, PersonEnrolled
from kernel.values.money import yuan_from_fen
from law.statement import KINDS
from onestop.event_names import SERVICE_NAMES
from onestop.trace import Step
from settlement.encounters.domain.events import FeeLinesUploaded, SettlementConfirmed, SettlementSupplemented

_ROOTS: Final = MappingProxyType(
    {
        accounts.FUND: "基金",
        accounts.BANK: "银行",
        accounts.PAYABLE: "应付",
        accounts.RECEIVABLE: "应收",
        accounts.MEMO: "医院自担",
    }
)
_PAYEES: Final = MappingProxyType(
    {"hospital": "医疗机构", "person": "个人", "clinic": "卫生室", "centre": "卫生院", "insurer": "保险公司"}
)
_CODES: Final[Mapping[str, str]] = MappingProxyType({
    "ADJUST": "调整",
    "LEAVE": "不调整",
    "DIED": "死亡",
    "STOPPED": "停止救助供养",
    "REMOVED": "剔除",
    "CATEGORY_CHANGED": "身份类别变更",
    "MOVED_AWAY": "迁出",
    "ENTERED_WRONGLY": "录入有误",
    "STATUS_CHANGED": "状态变更",
    "EVIDENCE_ADDED": "补充证明",
    "CHANGED": "资料变更",
    "DATE_WRONG": "日期有误",
    "NOT_DEAD": "并未死亡",
    "WRONG_NUMBER": "身份证号错误",
    "NO_SUCH_PERSON": "查无此人",
    "TEST_ENTRY": "测试录入",
})  # fmt: skip
#: Fields that say most of an event, in the order in which one is taken, and what they are called.
_TOLD: Final = MappingProxyType(
    {
        "state": "状态",
        "kind": "就诊类型",
        "category": "身份类别",
        "discharged_on": "出院日期",
        "cancelled_from": "自何日起取消",
        "decision": "意见",
        "reason": "原因",
    }
)


def words_of_step(step: Step) -> str:
    """What the event says; empty where its name says all."""
    match event := step.event:
        case SettlementConfirmed(adjudication=result):
            return f"总费用 {yuan_from_fen(result.total_fen)}，个人负担 {yuan_from_fen(result.patient_pays_fen)}"
        case SettlementSupplemented():
            return f"个人负担变动 {yuan_from_fen(event.patient_fen)} 元"
        case FeeLinesUploaded():
            return f"第 {event.batch} 批，{len(event.lines)} 条"
        case MembershipAsserted() | MembershipCorrected() | MembershipEnded():
            return _membership(event)
        case JournalBooked(postings=postings) | JournalReversed(postings=postings):
            return "；".join(_posting(one.account, one.amount_fen) for one in postings)
        case _:
            return _told(event)


def _told(event: Any) -> str:
    if isinstance(event, PersonEnrolled):
        return f"{event.enrolment.year} 年度，统筹区 {event.enrolment.area}"
    if (finding := getattr(event, "finding", None)) is not None:
        return f"个人负担变动 {yuan_from_fen(finding.patient_fen)} 元，因身份资料第 {finding.identity_revision} 版"
    for field, name in _TOLD.items():
        if (value := getattr(event, field, None)) is not None:
            return f"{name}：{_value(value)}"
    return ""


def _membership(event: MembershipAsserted | MembershipCorrected | MembershipEnded) -> str:
    """What the membership says since the event; why, where it was changed."""
    held = next(one for one in event.entitlement.memberships if one.membership_id == event.membership_id)
    until = f"至 {held.valid_to}" if held.valid_to else "起"
    why = "" if isinstance(event, MembershipAsserted) else f"，原因：{_value(event.reason)}"
    return f"{CATEGORY_NAMES[held.category]}，{held.valid_from} {until}{why}"


def actor_of(step: Step) -> str:
    """Who did it: a person by the token's subject; a service that reacted, by its name."""
    return f"系统（{SERVICE_NAMES[step.service]}）" if step.actor == step.service else step.actor


def _posting(account: str, fen: int) -> str:
    parsed = accounts.parse(account)
    payee = f"{_PAYEES.get(parsed.payee_kind, parsed.payee_kind)} {parsed.payee_id}，" if parsed.payee_kind else ""
    root = _ROOTS.get(parsed.kind, parsed.kind)
    return f"{'借' if fen >= 0 else '贷'} {root}（{payee}{parsed.county} {parsed.fund}）{yuan_from_fen(abs(fen))}"


def _value(value: Any) -> str:
    text = str(value)
    for names in _known():
        if text in names:
            return names[text]
    return text


def _known() -> Iterable[Mapping[str, str]]:
    return _CODES, KINDS, {str(code): name for code, name in CATEGORY_NAMES.items()}
