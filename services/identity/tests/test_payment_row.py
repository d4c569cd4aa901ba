"""One row of a payment list: what is right about it, what it comes to here, and what never leaves memory."""

from datetime import date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.comparison.domain.payment_list import (
    DECIDER,
    FinishList,
    PaymentList,
    PaymentListApplied,
    PaymentListReceived,
    PaymentListRefused,
    ReceiveList,
    RefuseList,
    check_list,
)
from identity.comparison.domain.payment_row import Double, Holder, NotedPayment, PaymentOutcome, note, read_payment
from identity.intake.domain import FileProblem
from identity.persons.domain.names import NameMatch
from kernel.testing import specification
from kernel.values.refusals import Refused

TODAY = date(2019, 8, 1)
NUMBER = "11010519491231002X"  # the sample of GB 11643-1999
CELLS = {"id_number": NUMBER, "name": "示例", "area": "450202", "year": "2019", "paid_on": "2019-01-02"}
PAYMENT = read_payment(CELLS, today=TODAY)
HOLDER = Holder("p1", "示例")
MOMENT = datetime.fromisoformat("2019-08-01T00:00:00+08:00")
RECEIVED = PaymentList(
    list_id="l1",
    area="450200",
    month="2019-08",
    as_of=MOMENT,
    received_at=MOMENT,
    sent_by="agency-1",
    media_type="text/csv",
    size=1,
    sha256="00",
)


def noted(
    changes: dict[str, str] | None = None, holder: Holder | None = HOLDER, double: Double | None = None
) -> NotedPayment | None:
    payment = read_payment(CELLS | (changes or {}), today=TODAY)
    return note(2, payment, holder, double, year=2019, list_area="450200")


def test_a_countys_code_means_the_pooling_area_that_it_is_in() -> None:
    assert PAYMENT.area == "450200"


def test_a_row_of_somebody_known_is_counted_with_what_the_name_is() -> None:
    for name, match in (("示例", NameMatch.SAME), ("示 例", NameMatch.VARIANT), ("别人", NameMatch.DIFFERENT)):
        found = noted({"name": name})
        assert found is not None
        assert (found.outcome, found.person_id, found.name) == (PaymentOutcome.COUNTED, "p1", match)


def test_a_registered_name_that_cannot_be_read_any_more_contradicts_nothing() -> None:
    found = noted({"name": "别人"}, Holder("p1", None))
    assert found is not None
    assert found.name is NameMatch.SAME


@pytest.mark.parametrize(("area", "place"), [("450203", "450200"), ("450100", "450200"), ("440100", "450200")])
def test_a_stranger_is_counted_where_the_list_can_say(area: str, place: str) -> None:
    found = noted({"area": area}, None)
    assert found is not None
    assert (found.outcome, found.place, found.person_id, found.name) == (PaymentOutcome.UNKNOWN, place, None, None)


def test_a_stranger_who_is_not_marked_is_nothing_to_note_unless_the_number_is_odd() -> None:
    assert noted({"poor": "否"}, None) is None
    odd = noted({"poor": "否"}, None, Double("PAID_IN_TWO_AREAS", "also row 9"))
    assert odd is not None
    assert (odd.outcome, odd.code) == (PaymentOutcome.UNMARKED, "PAID_IN_TWO_AREAS")
    again = noted({}, HOLDER, Double("ROW_TWICE", "as row 1"))
    assert again is not None
    assert (again.outcome, again.person_id) == (PaymentOutcome.REFUSED, "p1")


def test_another_year_is_noted_and_not_counted() -> None:
    for holder in (HOLDER, None):
        found = noted({"year": "2018", "paid_on": "2018-03-01"}, holder)
        assert found is not None
        assert found.outcome is PaymentOutcome.OTHER_YEAR


@given(st.dictionaries(st.sampled_from([*CELLS, "amount", "payer", "poor"]), st.text(max_size=30)))
def test_whatever_stands_in_the_cells_no_refusal_and_no_note_repeats_name_or_number(cells: dict[str, str]) -> None:
    told = CELLS | {"name": "欧阳示例", "payer": "欧阳示例"} | {name: text for name, text in cells.items() if text}
    try:
        payment = read_payment(told, today=TODAY)
    except Refused as refused:
        text = refused.detail
    else:
        text = msgspec.json.encode(note(2, payment, None, None, year=2019, list_area="450200")).decode()
        assert "欧阳" not in repr(payment)
    assert "欧阳" not in text
    assert NUMBER not in text


def test_a_list_is_received_once_and_ends_once() -> None:
    received, applied = PaymentListReceived(RECEIVED), PaymentListApplied({"COUNTED": 1})
    problem = FileProblem("FEED_FILE_TRUNCATED", "cut off", 3)
    specification.given(DECIDER).when(ReceiveList(RECEIVED)).then(received)
    specification.given(DECIDER, [received]).when(ReceiveList(RECEIVED)).then_nothing()
    specification.given(DECIDER, [received]).when(FinishList({"COUNTED": 1})).then(applied)
    specification.given(DECIDER, [received]).when(RefuseList(problem)).then(PaymentListRefused(problem))
    specification.given(DECIDER, [received, applied]).when(RefuseList(problem)).then_nothing()
    specification.given(DECIDER).when(FinishList({})).then_refused("PAYMENT_LIST_UNKNOWN")


def test_a_list_speaks_for_a_moment_of_its_month_or_later() -> None:
    check_list("2019-08", MOMENT, MOMENT)
    check_list("2019-07", MOMENT, MOMENT)
    for month, as_of in (("2019-09", MOMENT), ("2019-08", datetime.fromisoformat("2019-08-01T00:00:01+08:00"))):
        with pytest.raises(Refused, match="DATE_IN_FUTURE"):
            check_list(month, as_of, MOMENT)
