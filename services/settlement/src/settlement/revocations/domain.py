"""A revocation with all that rests on it: which later bills are decided again, and how the year stands then."""

from collections.abc import Sequence

import msgspec

from kernel.values.refusals import conflict
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.readjudication import Correction, Decided, without


class Cascade(msgspec.Struct, frozen=True):
    """What taking a settlement back does to the later ones: their corrections in order, and the year after them."""

    corrections: tuple[Correction, ...]
    year_after: BenefitYear


def cascade(bills: Sequence[Decided], settlement_id: str, year: BenefitYear, *, joined: bool) -> Cascade:
    """Decide the later bills of a year again without one (AMB-X4, XC-03); ``bills`` are in the order of settlement.

    Raises Refused YEAR_JOINED for a year in which bills of several merged records stand, each decided on its own
    record's limits; SETTLEMENT_NOT_IN_FORCE for a bill that is not among them.
    """
    if joined:
        raise conflict(
            "YEAR_JOINED",
            f"the year {year.year} of person {year.person_id} is that of several merged records; what is wrong with a "
            "bill of it is made good by review",
            person=year.person_id,
        )
    corrections = tuple(correction for correction in without(bills, settlement_id) if correction.matters)
    last = bills[-1].settlement_id
    balances = next((c.after.after_fen for c in corrections if c.settlement_id == last), year.balances_fen)
    return Cascade(corrections, msgspec.structs.replace(year, balances_fen=balances, version=year.version + 1))
