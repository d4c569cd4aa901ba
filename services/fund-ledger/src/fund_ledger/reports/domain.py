"""The papers of the books as sheets: title, period, columns, rows and sums; what stands where, and nothing of looks.

The forms are samples: no document of the five places prescribes how a ledger's page looks.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal

import msgspec

from fund_ledger.forecasts.domain import Forecast
from fund_ledger.statements.domain.statement import Statement

Shape = Literal["text", "money", "day"]
Cell = str | int | date | None

SUM: Final = "合计"
#: Kinds of journals as offices call them; others stand under their own names.
KINDS: Final = {
    "settlement": "结算",
    "supplement": "补充结算",
    "reversal": "红冲",
    "receipt": "到账",
    "return": "退回",
    "premiums": "资助参保",
    "refusal": "拒付",
    "deduction": "审核扣减",
    "deduction_change": "审核扣减变更",
    "write_off": "核销",
    "revival": "核销转回",
    "clearing": "年终清算",
    "advance": "垫付",
    "repayment": "收回垫付",
    "payment": "拨付",
    "statement_payment": "月结拨付",
    "prepayment": "预付",
    "prepayment_returned": "预付退回",
    "assessment": "考核拨付",
    "placement": "预拨",
    "placement_returned": "预拨退回",
    "on_site_aid": "现场救助",
    "on_site_aid_withdrawn": "现场救助撤销",
    "on_site_aid_reconciled": "现场救助对账",
    "consult_fee_due": "应拨一般诊疗费",
    "consult_fee_withdrawn": "撤销应拨一般诊疗费",
    "consult_fee_paid": "拨付一般诊疗费",
    "consult_fee_returned": "一般诊疗费退回",
    "consult_fee_passed_on": "转付一般诊疗费",
    "clinic_handover": "村卫生室转乡镇卫生院",
    "clinic_paid": "支付村卫生室",
    "carried": "上期结转",
    "refused": "扣减：拒付",
    "catalogue_excess": "扣减：目录外超比例",
    "clawback": "扣减：追回",
    "clerical": "扣减：更正",
}


class Column(msgspec.Struct, frozen=True):
    """A column; money is in fen and added up in the last row."""

    title: str
    shape: Shape = "money"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A paper: ``place`` is whose it is, ``period`` what it speaks of."""

    title: str
    place: str
    period: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]

    @property
    def sums(self) -> tuple[Cell, ...]:
        """The last row: the sum of each column of money, in fen."""
        sums: list[Cell] = [
            sum(cell for row in self.rows if isinstance(cell := row[place], int)) if column.shape == "money" else None
            for place, column in enumerate(self.columns)
        ]
        return (SUM, *sums[1:])


class Turnover(msgspec.Struct, frozen=True, kw_only=True):
    """An account or fund over a month, in fen: opening + came_in - went_out = closing."""

    fund: str
    name: str
    opening_fen: int
    came_in_fen: int
    went_out_fen: int

    @property
    def closing_fen(self) -> int:
        """What is there at the month's end."""
        return self.opening_fen + self.came_in_fen - self.went_out_fen


def special_account(county: str, month: date, accounts: Iterable[Turnover]) -> Sheet:
    """The special account and its sub-accounts (001 二(三) 专户分账): what came in, what was paid, what is there."""
    return _turnovers(
        "一站式结算专户收支月报表", ("期初余额", "本期收入", "本期支出", "期末余额"), county, month, accounts
    )


def county_statement(county: str, month: date, funds: Iterable[Turnover]) -> Sheet:
    """A county's funds: what each had, was given, had to bear, and has left (004 四(一) 分账核算)."""
    return _turnovers(
        "县（市、区）各基金分账月报表", ("期初结余", "本期拨入", "本期负担", "期末结余"), county, month, funds
    )


def _turnovers(title: str, heads: Sequence[str], county: str, month: date, lines: Iterable[Turnover]) -> Sheet:
    return Sheet(
        title=title,
        place=county,
        period=f"{month:%Y-%m}",
        columns=(Column("基金", "text"), Column("名称", "text"), *(Column(head) for head in heads)),
        rows=[
            (one.fund, one.name, one.opening_fen, one.came_in_fen, one.went_out_fen, one.closing_fen) for one in lines
        ],
    )


#: How the next month is foretold, as offices say it.
METHODS: Final = {
    "YEAR_MEAN": "近十二个月平均",
    "SAME_MONTH_MEAN": "历年同月平均",
    "QUARTER_MEAN": "近三个月平均",
    "LAST_MONTH": "上月",
}


def outlook(county: str, on: date, funds: Iterable[tuple[Forecast, str]]) -> Sheet:
    """How long each fund lasts and what to prepay for next month (001 二(三) 每月15日前预拨下月), with the error."""
    texts = ("基金", "名称", "预拨月份", "测算方法")
    columns = (
        *(Column(head, "text") for head in texts),
        Column("下月预拨建议"),
        Column("平均误差"),
        Column("检验月数", "text"),
        Column("可用余额"),
        Column("预计用尽日期", "day"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            one.fund,
            name,
            f"{one.month:%Y-%m}",
            METHODS[one.method],
            one.need_fen,
            one.error_fen,
            str(one.held_out),
            one.available_fen,
            one.runs_out_on,
        )
        for one, name in funds
    ]
    return Sheet(title="基金支出测算表", place=county, period=f"{on}", columns=columns, rows=rows)


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of journal moved of a fund in a month: given to it, borne by it, in fen."""

    kind: str
    source: str
    payer: str
    given_fen: int
    borne_fen: int


def fund_statement(county: str, fund: str, month: date, flows: Iterable[Flow]) -> Sheet:
    """A fund's month by what happened: by kind of journal, source of money and payer's layer."""
    return Sheet(
        title=f"{fund} 基金收支明细表",
        place=county,
        period=f"{month:%Y-%m}",
        columns=(
            Column("事项", "text"),
            Column("来源", "text"),
            Column("支付层次", "text"),
            Column("拨入"),
            Column("负担"),
        ),
        rows=[(KINDS.get(f.kind, f.kind), f.source, f.payer, f.given_fen, f.borne_fen) for f in flows],
    )


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a hospital's statement."""

    journal_id: str
    kind: str
    booked_on: date
    settlement_id: str | None
    owed_fen: int


def hospital_paper(of: Statement, lines: Iterable[Claimed]) -> Sheet:
    """A hospital's monthly statement to a payer (004 五(二)1), line by line; deductions stand below zero.

    The sum is what is to be paid: claimed + carried - deducted.
    """
    carried: list[tuple[Cell, ...]] = [("", KINDS["carried"], None, "", of.carried_fen)] if of.carried_fen else []
    return Sheet(
        title="医疗机构垫付资金月结算清单",
        place=f"{of.hospital_id}（{of.county} / {of.fund}）",
        period=f"{of.month:%Y-%m}",
        columns=(
            Column("凭证", "text"),
            Column("事项", "text"),
            Column("日期", "day"),
            Column("结算单", "text"),
            Column("应拨"),
        ),
        rows=[
            *carried,
            *(
                (one.journal_id, KINDS.get(one.kind, one.kind), one.booked_on, one.settlement_id or "", one.owed_fen)
                for one in lines
            ),
        ],
    )


class Balanced(msgspec.Struct, frozen=True, kw_only=True):
    """A fund's two sides and what they come to, in fen."""

    fund: str
    debit_fen: int
    credit_fen: int
    bank_fen: int
    receivable_fen: int
    available_fen: int
    owed_fen: int


def trial_paper(county: str, today: date, funds: Iterable[Balanced]) -> Sheet:
    """Both sides of every fund's accounts: bank + receivables = what is left + what is owed."""
    heads = ("借方合计", "贷方合计", "银行存款", "应收款", "结余", "应付款")
    return Sheet(
        title="试算平衡表",
        place=county,
        period=f"截至 {today}",
        columns=(Column("基金", "text"), *(Column(head) for head in heads)),
        rows=[msgspec.structs.astuple(fund) for fund in funds],
    )


#: How far a centre's report of consultation fees has come, as offices say it.
FEE_STATES: Final = {"reported": "已申报", "approved": "已审核", "paid": "已拨付", "done": "已转付"}


class ClinicVisits(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic's general consultation fee of a month in its centre's report, in fen."""

    centre_id: str
    clinic_id: str
    route: str
    status: str
    visits: int
    unit_fee_fen: int
    due_fen: int
    passed_fen: int


def consultation_fees(county: str, month: date, clinics: Iterable[ClinicVisits]) -> Sheet:
    """The village clinics' fee report (003 四(十一)): visits, what is due, what each got and lacks."""
    texts = ("乡镇卫生院", "村卫生室", "结算方式", "状态", "诊疗人次")
    rows: list[tuple[Cell, ...]] = []
    for one in clinics:
        direct = one.route == "DIRECT"
        # Who settles directly is paid by the agency itself: nothing passes through the centre.
        got = one.passed_fen if not direct else one.due_fen if one.status in ("paid", "done") else 0
        named = one.centre_id, one.clinic_id, "直接结算" if direct else "经卫生院转付", FEE_STATES[one.status]
        rows.append((*named, str(one.visits), one.due_fen, got, one.due_fen - got))
    money = (Column("应拨"), Column("已到村卫生室"), Column("未到"))
    columns = (*(Column(head, "text") for head in texts), *money)
    return Sheet(title="村卫生室一般诊疗费月报表", place=county, period=f"{month:%Y-%m}", columns=columns, rows=rows)
