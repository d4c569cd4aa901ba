"""Which rule of a place's documents is behind money at institutions, with the clause that is cited for it."""

from collections.abc import Iterator
from datetime import date

from kernel.values.money import fen_from_yuan
from kernel.values.refusals import Refused
from law.packs import PackLibrary
from law.packs.rules import Assessment, Contracted, Placement, Prepayment


def budget_rule(library: PackLibrary, county: str, fund: str, year: int) -> tuple[Assessment | Contracted, str]:
    """How a fund's hospitals are prepaid in a year. Raises Refused PREPAYMENT_WITHOUT_RULE, POLICY_UNKNOWN."""
    for rule, clause in _rules(library, county, fund, date(year, 12, 31)):
        if isinstance(rule, Assessment | Contracted):
            return rule, clause
    raise _without(county, fund)


def placement_clause(library: PackLibrary, county: str, fund: str, on: date) -> str:
    """By which clause a fund's money is placed at hospitals. Raises the same."""
    for rule, clause in _rules(library, county, fund, on):
        if isinstance(rule, Placement):
            return clause
    raise _without(county, fund)


def _rules(library: PackLibrary, county: str, fund: str, on: date) -> Iterator[tuple[Prepayment, str]]:
    """The county's own document comes first, then the province's."""
    for policy in library.newest(county, on):
        for rule in policy.file.prepayment:
            if rule.fund == fund:
                yield rule, f"{policy.file.document.cited_as} {rule.clause}"


def _without(county: str, fund: str) -> Refused:
    detail = f"no document in force at {county} has money of {fund} prepaid in this way"
    return Refused("PREPAYMENT_WITHOUT_RULE", detail, about={"county": county, "fund": fund})


def fee_rule(library: PackLibrary, county: str, on: date) -> tuple[str, int, str]:
    """The fund of the consultation fee, the unit fee in fen, and the clause. Raises Refused FEES_WITHOUT_RULE.

    The document names no fee: until the county's settings say it, nothing is booked. A pack's sample is no law.
    """
    for policy in library.newest(county, on):
        rule = policy.file.consultation_fee
        if rule is not None:
            text = policy.configured.get(rule.configured)
            if text is None:
                detail = (
                    f"{policy.file.document.cited_as} names no fee of a visit: the settings of {county} say none yet"
                )
                raise Refused("FEES_WITHOUT_RULE", f"{detail}, as {rule.configured}", about={"county": county})
            return rule.fund, fen_from_yuan(text), f"{policy.file.document.cited_as} {rule.clause}"
    raise Refused("FEES_WITHOUT_RULE", f"no document in force at {county} speaks of a consultation fee")
