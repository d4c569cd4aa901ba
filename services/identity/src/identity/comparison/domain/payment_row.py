"""One row of a payment list: its columns, what is right about them, and what the row says here. No personal data."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Final

import msgspec
from typing_extensions import override

from identity.comparison.domain.payment_columns import payment_columns
from identity.intake.domain import Unread
from identity.intake.readers.forms import Form
from identity.intake.readers.layout import Layout
from identity.persons.domain.names import NameMatch, compare_names
from identity.persons.domain.resident_id import ResidentId
from kernel.values.divisions import prefix_of
from kernel.values.refusals import Refused, check_not_to_come


def payment_form(today: date, area: str = "") -> Form["Payment"]:
    """How a payment list of an area is read."""
    layout = Layout(*payment_columns((area,) if area else ()))
    return Form(Payment, layout, partial(read_payment, today=today, layout=layout), today)


class PaymentOutcome(StrEnum):
    """What a row of a payment list came to."""

    COUNTED = "COUNTED"  # somebody registered here paid for the year of the list
    OTHER_YEAR = "OTHER_YEAR"  # somebody registered here paid for another year
    UNKNOWN = "UNKNOWN"  # poor according to the list, and nobody here has the number
    UNMARKED = "UNMARKED"  # not poor according to the list, and nobody here has the number: anybody insured
    REFUSED = "REFUSED"  # the row cannot be read, or says again what another one said


class Payment(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag=True):
    """A row that is right; in memory only. ``area`` is the pooling area; ``marked`` is whether the list says poor."""

    id_number: ResidentId
    name: str
    area: str
    year: int
    paid_on: date
    amount_fen: int | None
    marked: bool

    @override
    def __repr__(self) -> str:
        return "Payment(…)"


class Double(msgspec.Struct, frozen=True):
    """That a number stands in the list more than once, and what follows for one of its rows."""

    code: str
    detail: str

    @property
    def refuses(self) -> bool:
        """Whether the row adds nothing: another one says all of it."""
        return self.code == "ROW_TWICE"


class NotedPayment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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


LAYOUT: Final = Layout(*payment_columns(()))


def read_payment(cells: Mapping[str, str], *, today: date, layout: Layout | None = None) -> Payment:
    """Read a row's cells by column; empty ones are left out. Raises Refused with the row's reason.

    15-digit numbers are upgraded. A list without the column ``poor`` is one of poor people: every row counts as marked.
    The payer is looked at and forgotten: it may be a person's name.
    """
    read = (layout or LAYOUT).reader(cells, today)
    told = {column: read(column) for column in ("id_number", "name", "payer", "year", "paid_on")}
    _check_day(told["paid_on"], told["year"], today)
    area, amount_fen, poor = read("area"), read("amount"), read("poor")
    return Payment(
        id_number=told["id_number"],
        name=told["name"],
        area=area,
        year=told["year"],
        paid_on=told["paid_on"],
        amount_fen=amount_fen,
        marked=poor is not False,
    )


def note(
    row: int, payment: Payment, holder: Holder | None, double: Double | None, *, year: int, list_area: str
) -> NotedPayment | None:
    """What a readable row comes to; None where it is only counted: an unmarked stranger, once."""
    if double is not None and double.refuses:
        return _refused(row, double.code, double.detail, holder)
    if holder is None and not payment.marked and double is None:
        return None
    outcome, place, name_match = _outcome(payment, holder, list_area)
    return NotedPayment(
        row=row,
        outcome=outcome if payment.year == year else PaymentOutcome.OTHER_YEAR,
        person_id=None if holder is None else holder.person_id,
        area=payment.area,
        place=place,
        year=payment.year,
        paid_on=payment.paid_on,
        amount_fen=payment.amount_fen,
        name=name_match,
        marked=payment.marked,
        code=None if double is None else double.code,
        detail=None if double is None else double.detail,
    )


def note_unread(row: int, unread: Unread, holder: Holder | None) -> NotedPayment:
    """What a row that cannot be read comes to: its reason, and whom it names where at least that is known."""
    return _refused(row, unread.code, unread.detail, holder)


def _outcome(
    payment: Payment, holder: Holder | None, list_area: str
) -> tuple[PaymentOutcome, str | None, NameMatch | None]:
    if holder is None:
        outcome = PaymentOutcome.UNKNOWN if payment.marked else PaymentOutcome.UNMARKED
        return outcome, payment.area if payment.area.startswith(prefix_of(list_area)) else list_area, None
    match = NameMatch.SAME if holder.name is None else compare_names(holder.name, payment.name)
    return PaymentOutcome.COUNTED, None, match


def _refused(row: int, code: str, detail: str, holder: Holder | None) -> NotedPayment:
    person_id = None if holder is None else holder.person_id
    return NotedPayment(row=row, outcome=PaymentOutcome.REFUSED, person_id=person_id, code=code, detail=detail)


def _check_day(paid_on: date, year: int, today: date) -> None:
    check_not_to_come("paid_on", paid_on, today)
    # Payment for a year opens in the autumn before it, and closes with it.
    if not year - 1 <= paid_on.year <= year:
        raise Refused("ENROLMENT_YEAR_DISAGREES", f"a payment of {paid_on} is not one for {year}")
