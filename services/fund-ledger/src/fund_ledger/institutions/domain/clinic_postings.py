"""The lines of clinics on paper: what funds owed the clinic they owe its centre, and the centre owes the clinic."""

from fund_ledger.institutions.domain.clinic import Clinic, ClinicEvent, ClinicPaid, VisitsHandedOver
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.beside import moved
from fund_ledger.journals.domain.events import Posting


def postings_of(event: ClinicEvent) -> tuple[str, tuple[Posting, ...]]:
    """The kind of journal and its lines; the lines of each fund come to zero by themselves."""
    match event:
        case VisitsHandedOver():
            lines = [two for fund, fen in event.parts.items() for two in _handed_over(event.clinic, fund, fen)]
            return "clinic_handover", tuple(lines)
        case ClinicPaid():
            paid = [two for fund, fen in event.parts.items() for two in _paid(event.clinic, fund, fen)]
            return "clinic_paid", tuple(paid)
        case _:
            return "", ()


def _handed_over(of: Clinic, fund: str, amount_fen: int) -> tuple[Posting, ...]:
    clinic = accounts.payable_to_hospital(of.clinic_id, of.county, fund)
    centre = accounts.payable_to_hospital(of.centre_id, of.county, fund)
    return (*moved(clinic, centre, amount_fen), *_paid(of, fund, -amount_fen))


def _paid(of: Clinic, fund: str, amount_fen: int) -> tuple[Posting, ...]:
    owed = accounts.payable_to_clinic(of.clinic_id, of.county, fund)
    return moved(owed, accounts.receivable_from_centre(of.centre_id, of.county, fund), amount_fen)
