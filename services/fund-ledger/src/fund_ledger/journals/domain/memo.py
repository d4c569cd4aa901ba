"""Memo: what a hospital bears itself is counted for county and hospital, and owed to nobody."""

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import Posting


def borne(hospital_id: str, county: str, code: str, amount_fen: int) -> list[Posting]:
    """Count an amount under a code; nothing at 0 fen."""
    if not amount_fen:
        return []
    of_hospital = accounts.memo_of_hospital(hospital_id, county, code)
    return [Posting(accounts.memo(county, code), amount_fen, code), Posting(of_hospital, -amount_fen, code)]
