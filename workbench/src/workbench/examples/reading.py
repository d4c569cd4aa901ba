"""Reading an example of kind ``settle``: its words as the values that the domain code takes."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from kernel.values.refusals import Refused
from law import Claim, Membership, Standing
from law.certificate import Certificate
from law.packs import PackLibrary, Policy, reread
from law.packs.model import PackFile
from workbench.examples.amounts import Yuan, fen
from workbench.examples.assumptions import assumed_of
from workbench.examples.people import insured, member
from workbench.examples.settle import BillStep, Encounter, MembershipGiven, SettleExample, UnknownPackError


class Names(msgspec.Struct, frozen=True):
    """How the examples of a region call the accumulators and funds of its pack: (name there, name here)."""

    accumulators: tuple[tuple[str, str], ...] = ()
    funds: tuple[tuple[str, str], ...] = ()


NAMES: Final[Mapping[str, Names]] = {
    "leye": Names(accumulators=(("self_ytd", "own_paid"),)),
    "huining": Names(accumulators=(("compliant_self_ytd", "compliant_own"),), funds=(("civil_balance", "MA"),)),
    "jieyang": Names(
        accumulators=(
            ("aid_in_ytd", "aid_in"),
            ("aid_out_ytd", "aid_out"),
            ("self_ytd", "own_after_aid"),
            ("sec_ytd", "sec_paid"),
        ),
        funds=(("povfund_balance", "POVFUND"),),
    ),
}


#: What an encounter and a claim call alike.
_TOLD_ALIKE: Final = set(Encounter.__struct_fields__) & set(Claim.__struct_fields__)


def names_of(example: SettleExample) -> Names:
    """The names of the example's region."""
    return NAMES.get(example.region, Names())


def openings_of(example: SettleExample) -> dict[str, int]:
    """The person's accumulators before the first step, in fen."""
    named = {name: fen(amount) for name, amount in example.state0.accumulators.items()}
    return _given(example, names_of(example).accumulators) | named


def funds_of(example: SettleExample) -> dict[str, int]:
    """The balances of the funds that the example speaks of, in fen."""
    named = {code: fen(amount) for code, amount in example.state0.funds.items()}
    return _given(example, names_of(example).funds) | named


def _given(example: SettleExample, names: tuple[tuple[str, str], ...]) -> dict[str, int]:
    amounts = ((ours, getattr(example.state0, theirs)) for theirs, ours in names)
    return {name: fen(amount) for name, amount in amounts if amount is not None}


def policy_of(example: SettleExample, on: date, library: PackLibrary) -> Policy:
    """The policy of the example's region on a day, with the figures that the example configures."""
    packs = [pack for pack in library.packs if pack.file.region == example.region]
    if not packs:
        raise UnknownPackError(example.region)
    configured = {name: str(value) for name, value in example.config.items()}
    in_force = [pack for pack in packs if pack.in_force(on)]
    if not in_force:
        raise Refused("POLICY_UNKNOWN", f"no pack of {example.region} is in force on {on}")
    return Policy(reread(in_force[-1], assumed_of(example.assumes, in_force[-1])), on, configured)


def claim_of(step: BillStep) -> Claim:
    """The bill of a step."""
    encounter, costs = step.encounter, step.costs
    return Claim(
        **{name: getattr(encounter, name) for name in _TOLD_ALIKE},
        discharged_on=encounter.discharged,
        admitted_on=encounter.admitted,
        total_fen=fen(costs.total),
        compliant_fen=_fen(costs.compliant),
        out_of_catalogue_fen=_fen(costs.out_of_catalogue),
        excluded_fen=fen(costs.excluded),
        excluded_compliant_fen=fen(costs.excluded_compliant),
        given_fen={payer: fen(amount) for payer, amount in step.inputs.items()},
        referral_approved_on=encounter.referral_approved,
        major_disease=encounter.major_disease_50,
        patient_prepaid_fen=_fen(encounter.patient_prepaid),
        certificate=certified_on(encounter),
    )


def _fen(amount: Yuan | None) -> int | None:
    return None if amount is None else fen(amount)


def certified_on(encounter: Encounter) -> Certificate | None:
    """Examples of chronic visits are of people whose disease is certified."""
    if encounter.kind != "chronic_outpatient":
        return None
    return Certificate("example", "example", "example", encounter.discharged)


def standing_of(example: SettleExample, encounter: Encounter, file: PackFile) -> Standing:
    """The person's memberships and enrolment; where the example is silent, an ordinary member who is insured."""
    state, day = example.state0, encounter.discharged
    enrolment = insured(day, state.registered, state.marked)
    if state.memberships is not None:
        return Standing(tuple(_membership(given) for given in state.memberships), (enrolment,))
    if not state.poor:
        return Standing((), (enrolment,))
    status, exit_date = state.poverty_status, state.exit_date
    if not state.eligible and status is None:
        # Still on the register, but out of poverty for longer than any document goes on helping (003 二(六)).
        status, exit_date = "LIFTED", date(day.year - 5, 1, 1)
    ordinary = member(state.category or "registered_poor", file, day, removed_from=state.removed_from)
    held = msgspec.structs.replace(ordinary, poverty_status=status, exit_date=exit_date)
    return Standing((held,), (enrolment,))


def _membership(given: MembershipGiven) -> Membership:
    return Membership(**msgspec.structs.asdict(given) | {"category": given.category.upper()})
