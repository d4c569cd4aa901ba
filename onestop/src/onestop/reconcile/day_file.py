"""A hospital's day: its file of settlements (对明细账, 3202) against what was settled for it on that day."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import msgspec

from kernel.values.china_time import CHINA
from kernel.values.money import AmountError, fen_from_yuan, yuan_from_fen
from kernel.values.refusals import Refused
from kernel.writing.database import SingleConnection
from onestop.reconcile.difference import ByHand, Difference

#: The file's columns by the national interface (HIS-INTERFACE 2.13); ``psn_no`` and ``acct_pay`` are not looked at.
_WANTED: Final = ("setl_id", "medfee_sumamt", "fund_pay_sumamt", "refd_setl_flag")
_ROWS_MAX: Final = 100_000
# A hospital names a settlement by our id or by its own number of the bill.
_SETTLED_SQL: Final = """
SELECT s.settlement_id, n.number, s.total_fen, s.total_fen - s.patient_pays_fen AS funds_fen,
       EXISTS (SELECT FROM settlement.revocations r WHERE r.settlement_id = s.settlement_id) AS revoked
FROM settlement.settlements s
LEFT JOIN settlement.hospital_numbers n ON n.owner_id = s.settlement_id AND n.kind = 'SETTLEMENT'
WHERE s.hospital_id = $1 AND s.settled_at >= $2 AND s.settled_at < $3
ORDER BY s.settlement_id
"""


class Line(msgspec.Struct, frozen=True):
    """One settlement as one side has it; amounts in fen, ``revoked`` is refd_setl_flag."""

    total_fen: int
    funds_fen: int
    revoked: bool

    @property
    def said(self) -> str:
        """In words."""
        taken_back = ", taken back" if self.revoked else ""
        return f"{yuan_from_fen(self.total_fen)} yuan, {yuan_from_fen(self.funds_fen)} of funds{taken_back}"


class DayCompared(msgspec.Struct, frozen=True):
    """What the two sides have, and where they differ."""

    ours: int
    theirs: int
    differences: tuple[Difference, ...]


def read_day_file(path: Path) -> dict[str, Line]:
    """The file's lines by what the hospital names each; comma or tab, UTF-8 or GB18030.

    Raises Refused DAY_FILE_UNREADABLE, which names the line and what would be right.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    missing = [name for name in _WANTED if name not in (rows.fieldnames or ())]
    if missing:
        raise _unreadable(path, 1, f"lacks the columns {', '.join(missing)}")
    lines: dict[str, Line] = {}
    for number, row in enumerate(rows, start=2):
        if number > _ROWS_MAX:
            raise _unreadable(path, number, f"has more than {_ROWS_MAX} lines; one file is one day of one hospital")
        name = (row["setl_id"] or "").strip()
        if not name or name in lines:
            raise _unreadable(path, number, f"names no settlement, or {name} twice")
        lines[name] = _line(path, number, row)
    return lines


def _line(path: Path, number: int, row: Mapping[str, str | None]) -> Line:
    flag = (row["refd_setl_flag"] or "").strip()
    if flag not in ("0", "1"):
        raise _unreadable(path, number, f"has refd_setl_flag {flag!r}; 0 is settled, 1 is taken back")
    try:
        total, funds = (fen_from_yuan((row[name] or "").strip()) for name in ("medfee_sumamt", "fund_pay_sumamt"))
    except AmountError as error:
        raise _unreadable(path, number, str(error)) from error
    return Line(total, funds, flag == "1")


def _unreadable(path: Path, number: int, what: str) -> Refused:
    return Refused("DAY_FILE_UNREADABLE", f"{path.name}, line {number}: it {what}")


async def compare_day(picture: SingleConnection, hospital_id: str, day: date, lines: Mapping[str, Line]) -> DayCompared:
    """Hold a hospital's lines against what was settled for it on a day in China."""
    begin = datetime.combine(day, time.min, CHINA)
    end = begin + timedelta(days=1)
    rows = await picture.fetch(_SETTLED_SQL, hospital_id, begin, end)
    found, named = list[Difference](), set[str]()
    for row in rows:
        ours = Line(row["total_fen"], row["funds_fen"], row["revoked"])
        name = next((name for name in (row["settlement_id"], row["number"]) if name in lines), row["settlement_id"])
        named.add(name)
        found += _difference(f"{hospital_id}/{day}/{row['settlement_id']}", ours, lines.get(name))
    for name in lines.keys() - named:
        found += _difference(f"{hospital_id}/{day}/{name}", None, lines[name])
    return DayCompared(len(rows), len(lines), tuple(sorted(found, key=lambda one: one.subject)))


def _difference(subject: str, ours: Line | None, theirs: Line | None) -> Iterator[Difference]:
    if ours == theirs:
        return
    name = subject.rpartition("/")[2]
    here, there = ("nothing" if line is None else line.said for line in (ours, theirs))
    says = f"here {here}; at the hospital {there}"
    if ours is None:
        kind, do = "DAY_MISSING_HERE", f"the hospital settles {name} again, or takes it off its books"
    elif theirs is None:
        kind, do = "DAY_MISSING_AT_HOSPITAL", f"onestop trace {name}; the hospital books it, or asks for its revocation"
    else:
        kind, do = "DAY_AMOUNTS_DIFFER", f"onestop trace {name}; whoever is wrong revokes it and settles it again"
    yield Difference(kind=kind, subject=subject, owner=subject.partition("/")[0], says=says, repair=ByHand(do))
