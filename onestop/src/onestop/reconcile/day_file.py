"""A hospital's day: its file of settlements (对明细账, 3202) against what was settled and taken back that day."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Final, TypeAlias

import asyncpg
import msgspec

from fund_ledger.journals.domain.accounts import BORNE_BY_HOSPITAL
from kernel.values.china_time import CHINA
from kernel.values.money import AmountError, fen_from_yuan, yuan_from_fen
from kernel.values.personal import personal_in
from kernel.values.refusals import Refused
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import read_stream
from onestop.reconcile.difference import ByHand, Difference, event_lost
from onestop.reconcile.kept import keep
from onestop.services import SERVICES
from settlement.encounters.domain.events import SettlementConfirmed
from settlement.encounters.domain.mirrors import revocation_id_of

#: The file's columns by the national interface (HIS-INTERFACE 2.13); ``psn_no`` and ``acct_pay`` are not looked at.
_WANTED: Final = ("setl_id", "medfee_sumamt", "fund_pay_sumamt", "refd_setl_flag")
_ROWS_MAX: Final = 100_000
_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# A hospital names a settlement by our id or by its own number of the bill.
_OF_THE_DAY_SQL: Final = """
SELECT s.settlement_id, s.encounter_id, n.number, s.settled_at >= $2 AND s.settled_at < $3 AS settled,
       r.revoked_at IS NOT NULL AS revoked, COALESCE(r.revoked_at >= $2 AND r.revoked_at < $3, false) AS revoked_then
FROM settlement.settlements s
LEFT JOIN settlement.revocations r USING (settlement_id)
LEFT JOIN settlement.hospital_numbers n ON n.owner_id = s.settlement_id AND n.kind = 'SETTLEMENT'
WHERE s.hospital_id = $1
  AND (s.settled_at >= $2 AND s.settled_at < $3 OR r.revoked_at >= $2 AND r.revoked_at < $3)
ORDER BY s.settlement_id
"""


class Line(msgspec.Struct, frozen=True):
    """One line as one side has it; amounts in fen, below zero where it takes a settlement back (HIS-INTERFACE 2.13).

    ``funds_fen`` is fund_pay_sumamt, without what the hospital bears itself (hosp_part_amt); ``revoked`` is
    refd_setl_flag: the settlement was taken back, by this line or by another one, of this day or of a later one.
    """

    total_fen: int
    funds_fen: int
    revoked: bool

    @property
    def said(self) -> str:
        """In words."""
        taken_back = ", taken back" if self.revoked else ""
        return f"{yuan_from_fen(self.total_fen)} yuan, {yuan_from_fen(self.funds_fen)} of funds{taken_back}"


#: A file's lines by what the hospital names each; the second one is the line that takes it back.
Lines: TypeAlias = dict[tuple[str, bool], Line]


class DayCompared(msgspec.Struct, frozen=True):
    """What the two sides have, and where they differ."""

    ours: int
    theirs: int
    differences: tuple[Difference, ...]


class _Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement of ours that the day has to do with, by all names under which a hospital may know it."""

    settlement_id: str
    number: str | None
    line: Line
    settled: bool
    revoked_then: bool

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.settlement_id, self.number) if name)


def read_day_file(data: bytes, name: str) -> Lines:
    """The lines of a file that is called so; comma or tab, UTF-8 or GB18030.

    Raises Refused DAY_FILE_UNREADABLE, which names the line and what would be right.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = csv.DictReader(StringIO(text, newline=""), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    lines: Lines = {}
    try:
        for row in rows:
            number = rows.line_num
            key, line = _line(name, number, row)
            if key in lines:
                raise _unreadable(name, number, f"names {key[0]} twice")
            lines[key] = line
    except csv.Error as error:
        raise _unreadable(name, rows.line_num + 1, f"is no line of such a table ({error})") from error
    if missing := [column for column in _WANTED if column not in (rows.fieldnames or ())]:
        raise _unreadable(name, 1, f"lacks the columns {', '.join(missing)}")
    return lines


def _line(file: str, number: int, row: Mapping[str, str | None]) -> tuple[tuple[str, bool], Line]:
    if missing := [column for column in _WANTED if column not in row]:
        raise _unreadable(file, 1, f"lacks the columns {', '.join(missing)}")
    if number > _ROWS_MAX:
        raise _unreadable(file, number, f"is beyond {_ROWS_MAX} lines; one file is one day of one hospital")
    if any(isinstance(cell, str) and ("\n" in cell or "\r" in cell) for cell in row.values()):
        raise _unreadable(file, number, "ends in a cell that began on a line before: a quotation mark is missing")
    name = (row["setl_id"] or "").strip()
    # It is kept and told, so that a person's number in its place must not come any further.
    if not _NAME.fullmatch(name) or personal_in(name) is not None:
        raise _unreadable(file, number, "names no settlement: setl_id is 1 to 64 letters, digits and . _ : -")
    flag = (row["refd_setl_flag"] or "").strip()
    if flag not in ("0", "1"):
        raise _unreadable(file, number, "has a refd_setl_flag of another kind: 0 is settled, 1 is taken back")
    total, funds = (_amount(file, number, row, column) for column in ("medfee_sumamt", "fund_pay_sumamt"))
    if total < 0 and flag == "0":
        raise _unreadable(file, number, "is below zero with refd_setl_flag 0; a line that takes back has 1")
    return (name, total < 0), Line(total, funds, flag == "1")


def _amount(file: str, number: int, row: Mapping[str, str | None], column: str) -> int:
    try:
        return fen_from_yuan((row[column] or "").strip())
    except AmountError:
        # Where columns have slipped, a person's number stands there: what it is, is not told.
        what = f"has a {column} that is not an amount in yuan: digits with at most two decimals, as 1234.50"
        raise _unreadable(file, number, what) from None


def _unreadable(file: str, number: int, what: str) -> Refused:
    detail = f"{file}, line {number}: it {what}"
    return Refused("DAY_FILE_UNREADABLE", detail, about={"line": str(number)})


async def keep_day(owner: SingleConnection, hospital_id: str, day: date, lines: Lines) -> DayCompared:
    """Hold a hospital's day against ours as ``compare_day`` does, and keep what differs; what agrees by now ends."""
    found = await compare_day(owner, hospital_id, day, lines)
    pair = f"day-file/{hospital_id}/{day}"
    await keep(owner, [(pair, one) for one in found.differences], [pair], None)
    return found


async def compare_day(picture: SingleConnection, hospital_id: str, day: date, lines: Lines) -> DayCompared:
    """Hold a hospital's lines against what was settled and taken back at its windows on a day in China.

    What was settled at the agency on papers is on no hospital's books, and the day stays as it was when a bill of it is
    taken back on a later day.
    """
    begin = datetime.combine(day, time.min, CHINA)
    rows = await picture.fetch(_OF_THE_DAY_SQL, hospital_id, begin, begin + timedelta(days=1))
    found, left, ours = list[Difference](), dict(lines), 0
    at = f"{hospital_id}/{day}"
    for row in rows:
        event = await _event_of(picture, row)
        if event is None:
            stream = f"encounter/{row['encounter_id']}"
            says = f"the event that settled {row['settlement_id']} is not there"
            found.append(_by_hand("EVENT_LOST", f"{at}/{stream}", "settlement", says, event_lost("settlement")))
        elif event.route == "HOSPITAL":
            ours += row["settled"] + row["revoked_then"]
            found += _compared(at, _bill(row, event), left)
    for (name, _), line in left.items():
        found += _difference(at, name, None, line)
    return DayCompared(ours, len(lines), tuple(sorted(found, key=lambda one: one.subject)))


async def _event_of(picture: SingleConnection, row: asyncpg.Record) -> SettlementConfirmed | None:
    service = SERVICES["settlement"]
    async with picture.transaction():
        await picture.execute(f'SET LOCAL search_path TO "{service.schema}"')
        logged = await read_stream(picture, service.parts.registry, f"encounter/{row['encounter_id']}")
    events = (one.recorded.event for one in logged)
    settled = (event for event in events if isinstance(event, SettlementConfirmed))
    return next((event for event in settled if event.settlement_id == row["settlement_id"]), None)


def _bill(row: asyncpg.Record, event: SettlementConfirmed) -> _Bill:
    result = event.adjudication
    funds_fen = sum(layer.amount_fen for layer in result.layers if layer.payer not in BORNE_BY_HOSPITAL)
    return _Bill(
        settlement_id=row["settlement_id"],
        number=row["number"],
        line=Line(result.total_fen, funds_fen, row["revoked"]),
        settled=row["settled"],
        revoked_then=row["revoked_then"],
    )


def _compared(at: str, bill: _Bill, left: Lines) -> Iterator[Difference]:
    """A bill against its lines, which are taken out of ``left``."""
    settled = _taken(left, bill.names, taken_back=False) if bill.settled else None
    back = (
        _taken(left, (*bill.names, revocation_id_of(bill.settlement_id)), taken_back=True)
        if bill.revoked_then
        else None
    )
    ours = bill.line
    if bill.settled:
        yield from _difference(at, bill.settlement_id, ours, _as_known_then(bill, settled, back))
    # On the day on which it was settled, the flag alone says as much as the second line does.
    if bill.revoked_then and (back is not None or not bill.settled):
        mirror = Line(-ours.total_fen, -ours.funds_fen, revoked=True)
        yield from _difference(at, bill.settlement_id, mirror, back)


def _as_known_then(bill: _Bill, line: Line | None, back: Line | None) -> Line | None:
    """A hospital's line with the flag that it may have by now, where the hospital could not know it on the day."""
    later = bill.line.revoked and not bill.revoked_then
    if line is None or not (later or back is not None):
        return line
    return msgspec.structs.replace(line, revoked=bill.line.revoked)


def _taken(left: Lines, names: tuple[str, ...], *, taken_back: bool) -> Line | None:
    name = next((name for name in names if (name, taken_back) in left), None)
    return None if name is None else left.pop((name, taken_back))


def _difference(at: str, name: str, ours: Line | None, theirs: Line | None) -> Iterator[Difference]:
    if ours == theirs:
        return
    takes_back = any(line is not None and line.total_fen < 0 for line in (ours, theirs))
    here, there = ("nothing" if line is None else line.said for line in (ours, theirs))
    if ours is None:
        again = f"the hospital takes {name} back here too" if takes_back else f"the hospital settles {name} again"
        kind, do = "DAY_MISSING_HERE", f"{again}, or takes it off its books"
    elif theirs is None:
        books = "books that it was taken back" if takes_back else "books it, or asks for its revocation"
        kind, do = "DAY_MISSING_AT_HOSPITAL", f"onestop trace {name}; the hospital {books}"
    else:
        kind, do = "DAY_AMOUNTS_DIFFER", f"onestop trace {name}; whoever is wrong revokes it and settles it again"
    # Both lines of one settlement may differ: each is a difference of its own.
    subject = f"{at}/{name}/revocation" if takes_back else f"{at}/{name}"
    yield _by_hand(kind, subject, at.partition("/")[0], f"here {here}; at the hospital {there}", do)


def _by_hand(kind: str, subject: str, owner: str, says: str, do: str) -> Difference:
    return Difference(kind=kind, subject=subject, owner=owner, says=says, repair=ByHand(do))
