"""What stands on a printed settlement list (结算单): head, what each payer pays, the statement, fields for seals.

Name and ID number lie with identity, sealed; the window writes them by hand, or prints the list on the patient's form.
"""

from datetime import date
from typing import Final

import msgspec

from kernel.values.china_time import china_date
from kernel.values.money import yuan_from_fen
from law.packs.model import PackFile
from settlement.encounters.domain.payees import payee_of
from settlement.encounters.queries.encounters import SettlementOnFile
from settlement.encounters.queries.statements import statement_lines
from settlement.printing.domain import in_capitals

TITLE: Final = "医疗费用“一站式”结算单"
HAND: Final = ("患者姓名", "身份证号", "联系电话")
HEADINGS: Final = ("支付方", "金额（元）", "收款方", "依据条款")
ROUTES: Final = {"HOSPITAL": "医疗机构窗口直接结算", "AGENCY": "经办机构受理票据结算，患者已在医疗机构付费"}
PAYEES: Final = {"HOSPITAL": "医疗机构", "PERSON": "患者本人", "NOBODY": "医疗机构自行承担"}
SEALS: Final = ("医疗机构（盖章）", "医保经办机构（盖章）", "患者或家属（签字）")
DAY: Final = "　　　　年　　月　　日"
NOTE: Final = "本单由系统打印，盖章后有效；如有疑问，请向就诊医院医保办或当地医保经办机构查询。"
NOT_VALID: Final = "已 撤 销"


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """Every text of the paper; ``payers`` are name, amount in yuan, who gets it, clause."""

    head: tuple[tuple[str, str], ...]
    payers: tuple[tuple[str, str, str, str], ...]
    sums: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    revoked: bool


def paper_of(found: SettlementOnFile, file: PackFile, hospital: str | None) -> Paper:
    """The paper of a settlement as it stands now."""
    event, outcome = found.settlement, found.outcome
    result, claim = outcome.adjudication, outcome.claim
    names = {layer.payer: layer.name for layer in file.layers}
    begun = _day(claim.admitted_on) if claim.admitted_on else ""
    head = (
        ("结算单号", event.settlement_id),
        ("医疗机构", f"{hospital}（{event.hospital_id}）" if hospital else event.hospital_id),
        ("就诊日期", f"{begun}至{_day(claim.discharged_on)}" if begun else _day(claim.discharged_on)),
        ("结算日期", _day(china_date(event.settled_at))),
        ("结算途径", ROUTES[event.route]),
        ("人员身份", _category(result.category, file)),
        ("政策依据", f"《{file.document.title}》（{result.document}）"),
    )
    sums = [("医疗费用总额", result.total_fen), ("各方支付合计", sum(layer.amount_fen for layer in result.layers))]
    sums += [("个人自付", result.patient_pays_fen)]
    sums += [
        (name, fen)
        for name, fen in (
            ("另发现金救助", result.payout_fen),
            ("应退预交金" if event.route == "HOSPITAL" else "应报销给患者", result.refund_to_patient_fen),
        )
        if fen
    ]
    return Paper(
        head=head,
        payers=tuple(
            (
                names[layer.payer],
                yuan_from_fen(layer.amount_fen),
                PAYEES[payee_of(layer.payer, event.route, event.deducted)],
                layer.clause,
            )
            for layer in result.layers
        ),
        sums=tuple((name, f"{yuan_from_fen(fen)} 元（大写：{in_capitals(fen)}）") for name, fen in sums),
        lines=statement_lines(found, file),
        revoked=found.revoked,
    )


def _category(code: str | None, file: PackFile) -> str:
    return next((category.name for category in file.population.categories if category.code == code), "一般参保人员")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
