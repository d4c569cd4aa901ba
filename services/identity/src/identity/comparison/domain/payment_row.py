"""One row of a payment list: its columns, what is right about them, and what the row says here. No personal data."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec
from typing_extensions import override

from identity.intake.readers.cells import is_division, name_of, needed, parsed_day, text_of
from identity.persons.domain.names import NameMatch, compare_names
from identity.persons.domain.resident_id import ResidentId, parse_resident_id
from kernel.values.divisions import around, prefix_of
from kernel.values.money import AmountError, fen_from_yuan
from kernel.values.refusals import Refused

#: Every column with the Chinese headings that are understood for it. No document prescribes them: they are samples.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码"),
        "name": ("姓名",),
        "area": ("统筹区代码", "参保地区划", "参保地代码"),
        "year": ("参保年度", "缴费年度", "年度"),
        "paid_on": ("缴费日期", "到账日期"),
        "amount": ("缴费金额", "个人缴费金额"),
        "payer": ("缴费方", "代缴单位"),
        "poor": ("贫困标识", "建档立卡标识", "是否贫困人口"),
    }
)
REQUIRED: Final = ("id_number", "name", "area", "year", "paid_on")
_POOR: Final = MappingProxyType({"是": True, "否": False, "YES": True, "NO": False, "1": True, "0": False})


class PaymentOutcome(StrEnum):
    """What a row of a payment list came to."""

    COUNTED = "COUNTED"  # somebody registered here paid for the year of the list
    OTHER_YEAR = "OTHER_YEAR"  # somebody registered here paid for another year
    UNKNOWN = "UNKNOWN"  # poor according to the list, and nobody here has the number
    UNMARKED = "UNMARKED"  # not poor according to the list, and nobody here has the number: anybody insured
    REFUSED = "REFUSED"  # the row cannot be read, or says again what another one said


class Payment(msgspec.Struct, frozen=True):
    """A row that is right; in memory only. ``area`` is the pooling area; ``marked`` is whether the list says poor."""

    resident_id: ResidentId
    name: str
    area: str
    year: int
    paid_on: date
    amount_fen: int | None
    marked: bool

    @override
    def __repr__(self) -> str:
        return "Payment(…)"


class Unread(msgspec.Struct, frozen=True):
    """A row that cannot be read, and the ID number in it where at least that can; in memory only."""

    refused: Refused
    number: str | None

    @override
    def __repr__(self) -> str:
        return f"Unread({self.refused.code})"


class Double(msgspec.Struct, frozen=True):
    """That a number stands in the list more than once, and what follows for one of its rows."""

    code: str
    detail: str

    @property
    def refuses(self) -> bool:
        """Whether the row adds nothing: another one says all of it."""
        return self.code == "ROW_TWICE"


class NotedPayment(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row says, without name and number: whoever sent the list finds the person at ``row`` of it.

    A refused row still names its person: who stands on the list in a row with a wrong date need not be visited.
    ``place`` is where an unknown person is counted: the pooling area paid in, or the list's own area where that is
    outside of it. ``code`` and ``detail`` say why a row was refused, or what is odd about it.
    """

    row: int
    outcome: PaymentOutcome
    person_id: str | None = None
    area: str | None = None
    place: str | None = None
    year: int | None = None
    paid_on: date | None = None
    amount_fen: int | None = None
    name: NameMatch | None = None
    marked: bool = True
    code: str | None = None
    detail: str | None = None


class Holder(msgspec.Struct, frozen=True):
    """Who has a row's number here; ``name`` is None where it cannot be read any more. In memory only."""

    person_id: str
    name: str | None

    @override
    def __repr__(self) -> str:
        return f"Holder({self.person_id})"


def read_payment(cells: Mapping[str, str], *, today: date) -> Payment:
    """Read a row's cells by column; empty ones are left out. Raises Refused with the row's reason.

    15-digit numbers are upgraded. A list without the column ``poor`` is one of poor people: every row counts as marked.
    The payer is looked at and forgotten: it may be a person's name.
    """
    resident_id = parse_resident_id(_needed(cells, "id_number"), today=today)
    name = name_of(cells, COLUMNS)
    text_of(cells, "payer")
    year = _year(_needed(cells, "year"))
    paid_on = parsed_day("paid_on", _needed(cells, "paid_on"))
    _check_day(paid_on, year, today)
    return Payment(
        resident_id, name, _pooling_area(_needed(cells, "area")), year, paid_on, _amount_fen(cells), _marked(cells)
    )


def number_in(cells: Mapping[str, str], *, today: date) -> str | None:
    """The ID number of a row that cannot be read, where at least that can."""
    try:
        return parse_resident_id(cells.get("id_number", ""), today=today).number
    except Refused:
        return None


def note(
    row: int, payment: Payment, holder: Holder | None, double: Double | None, *, year: int, list_area: str
) -> NotedPayment | None:
    """What a readable row comes to; None where it is only counted: an unmarked stranger, once."""
    if double is not None and double.refuses:
        person_id = None if holder is None else holder.person_id
        return NotedPayment(row, PaymentOutcome.REFUSED, person_id, code=double.code, detail=double.detail)
    code, detail = (None, None) if double is None else (double.code, double.detail)
    if holder is None:
        outcome = PaymentOutcome.UNKNOWN if payment.marked else PaymentOutcome.UNMARKED
        if outcome is PaymentOutcome.UNMARKED and double is None:
            return None
        outcome = outcome if payment.year == year else PaymentOutcome.OTHER_YEAR
        place = payment.area if payment.area.startswith(prefix_of(list_area)) else list_area
        return _noted(row, outcome, payment, place=place, code=code, detail=detail)
    outcome = PaymentOutcome.COUNTED if payment.year == year else PaymentOutcome.OTHER_YEAR
    name = NameMatch.SAME if holder.name is None else compare_names(holder.name, payment.name)
    return _noted(row, outcome, payment, person_id=holder.person_id, name=name, code=code, detail=detail)


def note_unread(row: int, unread: Unread, holder: Holder | None) -> NotedPayment:
    """What a row that cannot be read comes to: its reason, and whom it names where at least that is known."""
    person_id = None if holder is None else holder.person_id
    return NotedPayment(row, PaymentOutcome.REFUSED, person_id, code=unread.refused.code, detail=unread.refused.detail)


def _noted(
    row: int,
    outcome: PaymentOutcome,
    payment: Payment,
    *,
    person_id: str | None = None,
    place: str | None = None,
    name: NameMatch | None = None,
    code: str | None,
    detail: str | None,
) -> NotedPayment:
    return NotedPayment(
        row,
        outcome,
        person_id,
        payment.area,
        place,
        payment.year,
        payment.paid_on,
        payment.amount_fen,
        name,
        payment.marked,
        code,
        detail,
    )


def _needed(cells: Mapping[str, str], column: str) -> str:
    return needed(cells, column, COLUMNS)


def _year(text: str) -> int:
    if not (len(text) == 4 and text.isascii() and text.isdigit() and text.startswith("20")):
        raise Refused("YEAR_MALFORMED", "year is the year of the insurance, such as 2019")
    return int(text)


def _pooling_area(code: str) -> str:
    if not is_division(code):
        raise Refused("AREA_MALFORMED", "area is the six-digit division code of the pooling area (统筹区)")
    # Insurance is pooled by city: a county's code means the city that it is in.
    _, city, _ = around(code)
    return city


def _check_day(paid_on: date, year: int, today: date) -> None:
    if paid_on > today:
        raise Refused("DATE_IN_FUTURE", f"paid_on {paid_on} is after today, {today}")
    # Payment for a year opens in the autumn before it, and closes with it.
    if not year - 1 <= paid_on.year <= year:
        raise Refused("ENROLMENT_YEAR_DISAGREES", f"a payment of {paid_on} is not one for {year}")


def _amount_fen(cells: Mapping[str, str]) -> int | None:
    text = cells.get("amount")
    if text is None:
        return None
    try:
        amount_fen = fen_from_yuan(text)
    except AmountError:
        amount_fen = -1
    if amount_fen < 0:
        raise Refused("AMOUNT_MALFORMED", "amount is in yuan with at most two decimals, such as 220.00")
    return amount_fen


def _marked(cells: Mapping[str, str]) -> bool:
    text = cells.get("poor")
    if text is None:
        return True
    if text not in _POOR:
        raise Refused("NAME_UNKNOWN", f"poor must be one of {', '.join(_POOR)}")
    return _POOR[text]
