"""A case as it stands, and the clock that runs for it."""

from datetime import date
from enum import StrEnum

import msgspec

from law.clocks.official import KNOWN_UNTIL
from law.clocks.working_days import WorkingCalendar
from settlement.cases.domain.papers import Paper
from settlement.cases.domain.windows import Window


class State(StrEnum):
    """Where a case is."""

    INCOMPLETE = "INCOMPLETE"
    COMPLETE = "COMPLETE"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"
    SETTLED = "SETTLED"
    PAID = "PAID"


class Submitter(StrEnum):
    """Who handed the papers in (000 一(一)3): a name would be personal data."""

    SELF = "SELF"
    FAMILY = "FAMILY"
    CADRE = "CADRE"  # 帮扶干部


def place_of(county: str, office: str) -> str:
    """Where a case is dealt with: at the township of the household (004 五(二)2), or at the county's agency.

    An office of another county than the person's does not make a case its township's.
    """
    return office if office.startswith(county) else county


class Clock(msgspec.Struct, frozen=True):
    """How long payment may take from the day on which the papers are complete; no days where no document says."""

    days: int | None
    calendar: WorkingCalendar

    def due(self, complete_on: date) -> date | None:
        """The last day in time; the day of completeness is not counted (AMB-L6)."""
        return None if self.days is None else self.calendar.due(complete_on, self.days)


class SignOff(msgspec.Struct, frozen=True):
    """A department that audits some payers' parts has agreed (000 一(一)3 现场审核), and who said so."""

    owner: str
    by: str
    #: None in sign-offs from before the day was kept.
    on: date | None = None


class Visit(msgspec.Struct, frozen=True):
    """Somebody came to the office with papers on a day (000 二(一) 最多跑一次)."""

    on: date
    by: Submitter


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands; every event carries the one that it leads to.

    ``office`` is the agency's six digits or a township's nine. ``due_on`` is the last day for payment once the papers
    are complete; it goes on running when a payment comes back. ``returned_because`` is the last reason.
    """

    case_id: str
    person_id: str
    county: str
    hospital_id: str
    kind: str
    admitted_on: date
    discharged_on: date
    invoice_number: str
    submitter: Submitter
    office: str
    handed_in_on: date
    papers: tuple[Paper, ...]
    state: State
    referral_id: str | None = None
    disease: str | None = None
    complete_on: date | None = None
    due_on: date | None = None
    returned_because: str | None = None
    encounter_id: str | None = None
    settlement_id: str | None = None
    paid_on: date | None = None
    #: The departments whose sign-off the payment needs, and those that have signed.
    to_sign: tuple[str, ...] = ()
    signed: tuple[SignOff, ...] = ()
    window: Window | None = None
    #: Who came with papers when, and how often they went back; nothing of cases from before it was counted.
    visits: tuple[Visit, ...] = ()
    returned: int = 0
    paid_by: str | None = None
    #: Whether the other services are told of it: not of cases from before they were.
    told: bool = False

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The departments that have not signed yet."""
        return tuple(owner for owner in self.to_sign if owner not in {sign.owner for sign in self.signed})

    @property
    def late(self) -> bool:
        """Whether it was paid after the last day; one that is not paid yet is late once today is after it."""
        return self.due_on is not None and self.paid_on is not None and self.paid_on > self.due_on

    @property
    def due_is_provisional(self) -> bool:
        """Whether the last day lies in a year of which no notice of holidays is known yet."""
        return self.due_on is not None and self.due_on > KNOWN_UNTIL
