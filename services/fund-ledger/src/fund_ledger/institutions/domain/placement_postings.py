"""The lines of placed money: it stays the county's until aid is given of it, and aid that was settled is paid by it."""

from fund_ledger.institutions.domain.aid import Aid, AidEvent, AidGiven, AidReconciled, AidWithdrawn
from fund_ledger.institutions.domain.placement import Placement, PlacementEvent, PlacementMoved
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.beside import moved
from fund_ledger.journals.domain.events import Posting


def postings_of_placement(event: PlacementEvent, money: str) -> tuple[str, tuple[Posting, ...]]:
    """The kind of journal and its lines; ``money`` is the account that the fund's money leaves and comes back to."""
    match event:
        case PlacementMoved(what="placed", amount_fen=amount):
            return "placement", moved(at_hospital(event.placement), money, amount)
        case PlacementMoved(what="returned", amount_fen=amount):
            return "placement_returned", moved(money, at_hospital(event.placement), amount)
        case _:
            return "", ()


def postings_of_aid(event: AidEvent, payer: str) -> tuple[str, tuple[Posting, ...]]:
    """The kind of journal and its lines. ``payer`` is the layer that the fund pays.

    Reconciled, the fund is charged by the settlement and no more by the aid, and owes the hospital as much less.
    """
    of = event.aid
    fund = accounts.fund(of.county, of.fund)
    match event:
        case AidGiven():
            return "on_site_aid", moved(fund, at_hospital(of), of.amount_fen, payer)
        case AidWithdrawn():
            return "on_site_aid_withdrawn", moved(at_hospital(of), fund, of.amount_fen, payer)
        case AidReconciled():
            return "on_site_aid_reconciled", moved(owed_to(of), fund, of.reconciled_fen, payer)


def at_hospital(of: Placement | Aid) -> str:
    """The account of the money that lies with the hospital."""
    return accounts.receivable_from_hospital(of.hospital_id, of.county, of.fund)


def owed_to(of: Aid) -> str:
    """The account on which the fund owes the hospital for bills."""
    return accounts.payable_to_hospital(of.hospital_id, of.county, of.fund)
