"""The chart of accounts: what each account is called, and what its name tells (docs/ledger.md)."""

import re
from functools import lru_cache
from typing import Final

import msgspec

from kernel.values.refusals import Refused

#: What a fund of one county was given (credit) and has to bear (debit).
FUND: Final = "fund"
#: The money of a county's fund in the bank.
BANK: Final = "bank"
#: What a county's fund owes to a hospital or to a person.
PAYABLE: Final = "payable"
#: What has to be given back: by a person aid that was clawed back after settlement, by a hospital a prepayment.
RECEIVABLE: Final = "receivable"
#: Stands for a fund where hospitals hold what patients paid in advance: no county's money, but theirs.
PREPAID: Final = "PREPAID"
#: What a hospital bears itself: nobody owes it to anybody, it is only counted.
MEMO: Final = "memo"
#: Payers that are the hospital itself (B8: HOSPITAL_BORNE, HOSPITAL_REDUCTION).
BORNE_BY_HOSPITAL: Final = frozenset({"HOSP", "HRED"})

_PART: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}(?:/[A-Za-z0-9._:-]{1,64}){2,4}")


class Account(msgspec.Struct, frozen=True):
    """An account's name taken apart. Every name ends in the county and the fund: each county's books close alone."""

    kind: str
    county: str
    fund: str
    #: "hospital", "person", "clinic" and the like where somebody has something to get or to give.
    payee_kind: str | None = None
    payee_id: str | None = None


def fund(county: str, code: str) -> str:
    """A county's fund: ``fund/445202/MA``."""
    return _name(FUND, county, code)


def bank(county: str, code: str) -> str:
    """The bank account behind a county's fund: ``bank/445202/MA``."""
    return _name(BANK, county, code)


def payable_to_hospital(hospital_id: str, county: str, code: str) -> str:
    """What a county's fund owes a hospital that advanced its part of bills: ``payable/hospital/H1/445202/MA``."""
    return _name(PAYABLE, "hospital", hospital_id, county, code)


def payable_to_person(person_id: str, county: str, code: str) -> str:
    """What a county's fund owes a person beside the bill: ``payable/person/P1/445202/MA``."""
    return _name(PAYABLE, "person", person_id, county, code)


def receivable_from_person(person_id: str, county: str, code: str) -> str:
    """What a person owes a county's fund: ``receivable/person/P1/445202/MA``."""
    return _name(RECEIVABLE, "person", person_id, county, code)


def receivable_from_hospital(hospital_id: str, county: str, code: str) -> str:
    """What a hospital holds and has to give back: ``receivable/hospital/H1/445202/PREPAID``."""
    return _name(RECEIVABLE, "hospital", hospital_id, county, code)


def receivable_from_insurer(insurer: str, county: str, code: str) -> str:
    """What an insurer owes a fund that paid for it: ``receivable/insurer/PA/451028/CII_REVOLVING``."""
    return _name(RECEIVABLE, "insurer", insurer, county, code)


def payable_to_clinic(clinic_id: str, county: str, code: str) -> str:
    """What a clinic's health centre owes it of a fund's money: ``payable/clinic/V1/450223/BMI``."""
    return _name(PAYABLE, "clinic", clinic_id, county, code)


def receivable_from_centre(centre_id: str, county: str, code: str) -> str:
    """What a health centre has to pass on to its clinics: ``receivable/centre/H1/450223/BMI``."""
    return _name(RECEIVABLE, "centre", centre_id, county, code)


def memo(county: str, code: str) -> str:
    """What hospitals bore of bills of a county's people: ``memo/445202/HRED``."""
    return _name(MEMO, county, code)


def memo_of_hospital(hospital_id: str, county: str, code: str) -> str:
    """The other side of it, by hospital: ``memo/hospital/H1/445202/HRED``."""
    return _name(MEMO, "hospital", hospital_id, county, code)


@lru_cache(maxsize=4096)  # of one batch's journals, funds' names come thousands of times
def parse(name: str) -> Account:
    """Take the name of an account apart that one of the functions above made."""
    match name.split("/"):
        case [kind, county, code]:
            return Account(kind, county, code)
        case [kind, payee_kind, payee_id, county, code]:
            return Account(kind, county, code, payee_kind, payee_id)
        case _:
            raise AssertionError(f"{name!r} is not an account of the chart")


@lru_cache(maxsize=4096)  # and so do the same names to be made
def _name(*parts: str) -> str:
    name = "/".join(parts)
    if _NAME.fullmatch(name) and name.count("/") == len(parts) - 1:
        return name
    for part in parts:
        if not _PART.fullmatch(part):
            raise Refused(
                "ACCOUNT_MALFORMED",
                f"{part!r} cannot be part of an account's name; it takes 1 to 64 letters, digits and . _ : -",
            )
    raise AssertionError(f"{name!r} has parts of an account's name, but no name of the chart has as many")
