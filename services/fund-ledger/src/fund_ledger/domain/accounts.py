"""The chart of accounts: what each account is called, and what it may be used for (docs/ledger.md)."""

import re
from typing import Final

from kernel.refusals import Refused

#: A fund of one county: what it was given (credit) and what it had to pay (debit).
FUND: Final = "fund"
#: Money of a fund in the bank.
BANK: Final = "bank"
#: What payers owe to hospitals and to persons.
PAYABLE: Final = "payable"

_PART: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def fund(county: str, code: str) -> str:
    """The account of a county's fund, such as ``fund/445202/MA``."""
    return _account(FUND, county, code)


def bank(county: str, code: str) -> str:
    """The bank account behind a county's fund."""
    return _account(BANK, county, code)


def payable_to_hospital(hospital_id: str, code: str) -> str:
    """What a fund owes to a hospital that advanced its part of bills."""
    return _account(PAYABLE, "hospital", hospital_id, code)


def payable_to_person(person_id: str, code: str) -> str:
    """What a fund owes to a person beside a bill."""
    return _account(PAYABLE, "person", person_id, code)


def _account(*parts: str) -> str:
    for part in parts:
        if not _PART.fullmatch(part):
            raise Refused("ACCOUNT_MALFORMED", f"{part!r} cannot be part of an account's name")
    return "/".join(parts)
