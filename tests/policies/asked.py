"""Questions that are asked of a policy: what a bill leaves to the patient, out of which funds, under which reading."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from law import Adjudication, Claim, Membership, Standing, adjudicate
from law.methods.given import Given
from law.packs import Policy, load_library, reread
from law.packs.rules import DayOfMonth, Reserve
from law.standing import Enrolment
from settlement.encounters.domain.entitlement import Arrival, admission_terms
from settlement.institutions.domain import Institution

LIBRARY = load_library(Path(__file__).parent.parent.parent / "policies")
PACKS = {pack.file.region: pack for pack in LIBRARY.packs}
DAYS = {"leye": date(2018, 8, 20), "hunan": date(2018, 8, 20), "huining": date(2018, 8, 20)}
DAY = date(2019, 8, 20)
#: Figures that the documents leave open, which some readings need.
CONFIGURED = {"target_share_percent": "10", "outpatient_cap_yuan": "20000.00", "joint_cap_yuan": "10000.00"}


def law(region: str, ambiguity: str, value: str) -> Policy:
    """The region's pack under one other reading."""
    return Policy(reread(PACKS[region], {ambiguity: value}), DAYS.get(region, DAY), CONFIGURED)


def settled(
    policy: Policy,
    category: str,
    total_fen: int,
    balances: Mapping[str, int] | None = None,
    *,
    given: Mapping[str, int] | None = None,
    person: Mapping[str, Any] | None = None,
    area: str | None = None,
    **facts: Any,
) -> Adjudication:
    """A stay of 10 000 yuan or another sum; who is not said to pay pays nothing."""
    payers = {layer.payer: 0 for layer in policy.file.layers if isinstance(layer, Given)}
    costs: dict[str, Any] = {"kind": "inpatient", "compliant_fen": total_fen, "out_of_catalogue_fen": 0}
    claim = Claim(**costs | facts, discharged_on=policy.on, total_fen=total_fen, given_fen=payers | dict(given or {}))
    new_year = date(policy.on.year, 1, 1)
    standing = Standing(
        (Membership(category=category, valid_from=date(2015, 1, 1), **dict(person or {})),),
        (Enrolment("RESIDENT", policy.on.year, new_year, new_year, area),),
    )
    return adjudicate(claim, standing, dict(balances or {}), policy)


def pays(*args: Any, **facts: Any) -> Callable[[Policy], int]:
    """What a bill leaves to the patient, as a function of the policy."""
    return lambda policy: settled(policy, *args, **facts).patient_pays_fen


def pays_each(*bills: Callable[[Policy], int]) -> Callable[[Policy], tuple[int, ...]]:
    """The same of several bills."""
    return lambda policy: tuple(bill(policy) for bill in bills)


def pays_and_cash(policy: Policy) -> tuple[int, int]:
    """One bill of 1 000 yuan that reaches the first band of relief."""
    result = settled(policy, "DIBAO", 100_000, {"own_after_aid": 999_999}, compliant_fen=0)
    return result.patient_pays_fen, result.payout_fen


def funds_of_aid(policy: Policy) -> tuple[str, ...]:
    """Out of which funds the aid of someone registered as poor is paid."""
    return next(layer.funds for layer in settled(policy, "REGISTERED_POOR", 100_000).layers if layer.payer == "MA")


def funds_of_relief(policy: Policy) -> tuple[str, ...]:
    """Out of which funds the relief of someone registered as poor is paid."""
    layers = settled(policy, "REGISTERED_POOR", 1_200_000, compliant_fen=0).layers
    return next(layer.funds for layer in layers if layer.payer == "MASEC")


def deposits(policy: Policy) -> tuple[bool, ...]:
    """Whether a deposit may be asked: of the poor in the county, out of it, and of who was lifted long ago."""
    long_ago = {"poverty_status": "LIFTED", "exit_date": date(2010, 1, 1)}
    hospital = Institution(
        hospital_id="H1", name="示范医院", level="county", division="450205", contract_from=date(2018, 1, 1)
    )

    def asked(place: str, **person: Any) -> bool:
        member = Membership(category="REGISTERED_POOR", valid_from=date(2009, 1, 1), **person)
        arrival = Arrival(kind="inpatient", place=place, on=policy.on, institution=hospital)
        return admission_terms(Standing((member,)), policy, arrival).deposit_required

    return asked("in_county"), asked("out_county"), asked("in_county", **long_ago)


def monthly(policy: Policy) -> tuple[str, str]:
    """How the day of a monthly deadline is read."""
    clock = next(clock for clock in policy.file.clocks if isinstance(clock, DayOfMonth))
    return clock.edge, clock.holidays


def reserve(policy: Policy) -> str:
    """Which of two sums a department's reserve is."""
    return next(rule.combine for rule in policy.file.prepayment if isinstance(rule, Reserve))
