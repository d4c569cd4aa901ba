"""The bank's answer to a payment file: a table that names the file, says of each line what became of it, and its sum.

The last row says 合计 with the number of lines and their sum: without it nobody could tell an answer that was cut off.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from fund_ledger.bank.reading.said import fen_of
from fund_ledger.payment_files.domain.file import LINES_MAX, Result, Why
from fund_ledger.payment_files.reading.writing import FILE, SUM
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused

#: A sample of headings and words of banks; a bank that prints others is added here.
_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("序号",),
    "journal": ("附言", "凭证号", "业务编号", "摘要"),
    "amount": ("金额", "交易金额"),
    "result": ("处理结果", "交易结果", "处理状态", "结果"),
    "why": ("失败原因", "备注", "返回信息"),
}
_NEEDED: Final = {"number", "journal", "amount", "result"}
_PAID: Final = frozenset({"成功", "已付", "交易成功", "入账成功"})
_REJECTED: Final = frozenset({"失败", "退回", "拒绝", "交易失败", "入账失败"})
_REASONS: Final[tuple[tuple[str, Why], ...]] = (
    ("销户|注销|冻结|止付|停用", "ACCOUNT_CLOSED"),
    ("户名|账号|帐号|卡号|不符|不存在", "ACCOUNT_WRONG"),
)
_HEAD_ROWS_MAX: Final = 20
_NUMBER: Final = re.compile(r"[0-9]{1,4}(?:\.0)?")
_COUNT: Final = re.compile(r"([0-9]{1,6}) ?笔?")

Row = Sequence[Any]


class SaidAnswer(msgspec.Struct, frozen=True):
    """What the bank's answer says: which file, the check sum of what it was handed if it names one, and each line."""

    file_id: str
    sha256: str | None
    results: tuple[Result, ...]


def answer_of(rows: Sequence[Row]) -> SaidAnswer:
    """What a table says. Raises Refused RETURN_FILE_MALFORMED, RETURN_FILE_TRUNCATED or RETURN_FILE_SUM."""
    try:
        return _read(rows)
    except Refused as refused:
        # What the bank's other files are called stays with them.
        if refused.code == "BANK_FILE_MALFORMED":
            raise Refused("RETURN_FILE_MALFORMED", refused.detail) from None
        raise


def _read(rows: Sequence[Row]) -> SaidAnswer:
    head, at = _head(rows)
    above = {_text(row[0]): _text(row[1]) for row in rows[:head] if len(row) > 1}
    if not above.get(FILE):
        raise _malformed(f"no row above the table says {FILE} and which one")
    sha256 = next((text.lower() for name, text in above.items() if name.startswith("校验值")), None)
    results: list[Result] = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        if not any(_text(cell) for cell in row):
            continue
        if _text(row[0]).startswith(SUM):
            _check_sums(row, at, results)
            return SaidAnswer(above[FILE], sha256, tuple(results))
        if len(results) == LINES_MAX:
            raise _malformed(f"it has more than the {LINES_MAX} lines that a file may have")
        results.append(_result(row, at, f"row {number}"))
    detail = f"the last row does not say {SUM}; the answer seems to be cut off, fetch it from the bank again"
    raise Refused("RETURN_FILE_TRUNCATED", detail)


def _head(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:_HEAD_ROWS_MAX]):
        at: dict[str, int] = {}
        for column, cell in enumerate(row):
            for meaning, names in _HEADINGS.items():
                if re.split("[(（]", _text(cell))[0] in names:
                    at.setdefault(meaning, column)
        if at.keys() >= _NEEDED:
            return number, at
    wanted = "、".join(names[0] for names in _HEADINGS.values())
    raise _malformed(f"no row has the headings {wanted}")


def _result(row: Row, at: Mapping[str, int], where: str) -> Result:
    number, said = _text(_cell(row, at["number"])), _text(_cell(row, at["result"]))
    if not _NUMBER.fullmatch(number):
        raise _malformed(f"{where}: {number[:20]!r} is no number of a line")
    if said not in _PAID | _REJECTED:
        wanted = f"{'、'.join(sorted(_PAID))} or {'、'.join(sorted(_REJECTED))}"
        raise _malformed(f"{where}: a line is {wanted}, and this one says something else")
    return Result(
        number=int(number.removesuffix(".0")),
        journal_id=_text(_cell(row, at["journal"])),
        amount_fen=fen_of(_cell(row, at["amount"]), where),
        paid=said in _PAID,
        why=None if said in _PAID else _why(_text(_cell(row, at["why"])) if "why" in at else ""),
    )


def _why(text: str) -> Why:
    """The kind of reason; the bank's own words may name the holder and are not kept."""
    return next((why for pattern, why in _REASONS if re.search(pattern, text)), "OTHER")


def _check_sums(row: Row, at: Mapping[str, int], results: Sequence[Result]) -> None:
    counts = [int(found[1]) for cell in row if (found := _COUNT.fullmatch(_text(cell))) and "笔" in _text(cell)]
    if counts and counts[0] != len(results):
        raise Refused("RETURN_FILE_SUM", f"the answer says {counts[0]} lines, and it has {len(results)}")
    told, right = fen_of(_cell(row, at["amount"]), f"the row {SUM}"), sum(one.amount_fen for one in results)
    if told != right:
        detail = f"the answer says {yuan_from_fen(told)} yuan in all, and its lines come to {yuan_from_fen(right)}"
        raise Refused("RETURN_FILE_SUM", detail)


def _cell(row: Row, place: int) -> Any:
    return row[place] if place < len(row) else ""


def _text(cell: Any) -> str:
    return " ".join(str(cell if cell is not None else "").split())


def _malformed(what: str) -> Refused:
    return Refused("RETURN_FILE_MALFORMED", what)
