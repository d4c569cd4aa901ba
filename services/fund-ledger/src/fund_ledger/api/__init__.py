"""The ledger over HTTP."""

from fund_ledger.api.accounts import accounts
from fund_ledger.api.error_codes import CODES
from fund_ledger.api.journals import journals
from fund_ledger.api.money import money
from fund_ledger.api.receivables import receivables

__all__ = ["CODES", "accounts", "journals", "money", "receivables"]
