"""The clock of a case that was handed in on paper: official working days from the day on which all papers are there."""

from datetime import date

import pytest

from law.clocks.official import official_calendar
from law.clocks.working_days import WorkingCalendar
from settlement.cases.domain.case import DECIDER as CASES
from settlement.cases.domain.case import HandIn
from settlement.cases.domain.papers import Paper, PaperKind
from settlement.cases.domain.standing import Case, Clock, State, Submitter


@pytest.mark.parametrize(
    ("handed_in_on", "due_on"),
    [
        # The week of the National Day 2019 is off, and Sunday the 29th of September and Saturday the 12th are worked.
        (date(2019, 9, 27), date(2019, 10, 10)),
        (date(2019, 10, 3), date(2019, 10, 12)),
        (date(2019, 8, 17), date(2019, 8, 23)),
    ],
)
def test_the_clock_counts_official_working_days(handed_in_on: date, due_on: date) -> None:
    assert Clock(5, official_calendar()).due(handed_in_on) == due_on


def test_without_a_clock_in_the_document_nothing_is_due() -> None:
    case = Case(
        case_id="C1",
        person_id="P1",
        county="445202",
        hospital_id="H9",
        kind="outpatient",
        admitted_on=date(2019, 8, 1),
        discharged_on=date(2019, 8, 1),
        invoice_number="1",
        submitter=Submitter.SELF,
        office="445202001",
        handed_in_on=date(2019, 8, 2),
        papers=tuple(Paper(kind, "x") for kind in PaperKind),
        state=State.INCOMPLETE,
    )
    (event,) = CASES.decide(HandIn(case=case, clock=Clock(None, WorkingCalendar()), today=date(2019, 8, 2)), None)
    assert (event.case.state, event.case.due_on, event.case.late) == (State.COMPLETE, None, False)
