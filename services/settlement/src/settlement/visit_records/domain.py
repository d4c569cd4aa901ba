"""A visit as a clinic's book has it, entered and settled later (先记账后结算, 003 四(十))."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from kernel.values.refusals import conflict, forbidden
from settlement.encounters.domain.events import SettlementConfirmed
from settlement.encounters.domain.fees import FeeLine
from settlement.encounters.domain.state import Open, Settled, State, Unknown
from settlement.institutions.domain import Institution

#: What a clinic's book may hold; nobody is taken in there.
KINDS: Final = ("village_visit", "outpatient", "chronic_outpatient", "special_outpatient")


class VisitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the book. ``number`` is the clinic's own; ``on`` the day of the visit; amounts are in fen.

    ``collected_fen`` is what the doctor took of the patient. ``second_visit`` says that another record of the same
    person, day and sum is another visit and not this one written twice.
    """

    number: str
    person_id: str
    kind: str
    on: date
    lines: tuple[FeeLine, ...]
    given_fen: Mapping[str, int]
    collected_fen: int
    disease: str | None = None
    diagnoses: tuple[str, ...] = ()
    second_visit: bool = False

    @property
    def total_fen(self) -> int:
        """What the visit cost."""
        return sum(line.amount_fen for line in self.lines)


def check_enters(institution: Institution, caller: str) -> None:
    """Refuse whoever is neither the clinic nor the health centre with which it settles: CLINIC_FOREIGN."""
    if caller not in (institution.hospital_id, institution.settled_through):
        through = institution.settled_through or institution.hospital_id
        detail = f"the book of {institution.hospital_id} is entered by {through}, as the registry has it"
        raise forbidden("CLINIC_FOREIGN", detail, clinic=institution.hospital_id)


def check_paper(institution: Institution) -> None:
    """Refuse the book of an institution that settles each visit itself: CLINIC_SETTLES_ITSELF (003 四(十))."""
    if institution.settled_through is None:
        detail = f"{institution.hospital_id} settles at once; the agency enters through whom a clinic on paper settles"
        raise conflict("CLINIC_SETTLES_ITSELF", detail, clinic=institution.hospital_id)


def settled_before(record: VisitRecord, state: State) -> SettlementConfirmed | None:
    """The settlement of a record that was entered before; None where it is new.

    Raises Refused RECORD_CHANGED where the number stands for something else, or its settlement was taken back.
    """
    if isinstance(state, Unknown):
        return None
    if isinstance(state, Settled) and _is_same(record, state.before):
        return state.settlement
    raise record_changed(record.number)


def record_changed(number: str) -> Exception:
    """The refusal of a number that stands for another record."""
    return conflict(
        "RECORD_CHANGED",
        f"record {number} was entered before with another content; take its settlement back and enter what is right "
        "under a new number",
        record=number,
    )


def visit_known(record: VisitRecord, settlement_id: str) -> Exception:
    """The refusal of what looks like the same visit written twice."""
    return conflict(
        "VISIT_KNOWN",
        f"settlement {settlement_id} is of the same person, day, kind and sum at this clinic; say second_visit where "
        "there were two",
        record=record.number,
        settlement=settlement_id,
    )


def _is_same(record: VisitRecord, before: Open) -> bool:
    admission = before.admission
    known = (admission.person_id, admission.kind, admission.admitted_on, before.fees.total_fen)
    return known == (record.person_id, record.kind, record.on, record.total_fen)
