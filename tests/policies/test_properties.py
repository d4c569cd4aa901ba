"""Properties of the waterfall, searched for over every pack: people, places, payers and years, and any cost."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kernel.values.money import fen_from_yuan
from kernel.values.refusals import Refused
from law import Adjudication, Claim, Membership, Standing, adjudicate
from law.methods.banded_lump_sum import BandedLumpSum
from law.methods.excess_over_yearly_line import ExcessOverYearlyLine
from law.methods.given import Given
from law.methods.rate_of_base import RateOfBase
from law.methods.yearly_personal_cap import YearlyPersonalCap
from law.packs import Policy, load_library
from law.standing import Enrolment

POLICIES: Final = Path(__file__).parent.parent.parent / "policies"
LIBRARY: Final = load_library(POLICIES)
#: A day on which each pack is in force, by its region.
DAYS: Final = {
    "jieyang": date(2019, 8, 1),
    "leye": date(2018, 8, 1),
    "hunan": date(2018, 8, 1),
    "huining": date(2018, 8, 1),
    "guangxi": date(2019, 8, 1),
}
REGIONS: Final = tuple(DAYS)
#: A bill of up to 300 000 yuan, to the fen.
FEN_MAX: Final = 30_000_000


def policy_of(region: str) -> Policy:
    """The region's pack on its day; what its document leaves open is set to ten percent."""
    pack = next(pack for pack in LIBRARY.packs if pack.file.region == region)
    return Policy(pack, DAYS[region], {"target_share_percent": "10", "outpatient_cap_yuan": "10000.00"})


POLICY: Final = {region: policy_of(region) for region in REGIONS}


class Case(msgspec.Struct, frozen=True):
    """A bill under a pack, with the person and the year's accumulators."""

    region: str
    claim: Claim
    standing: Standing
    balances: dict[str, int]

    @property
    def policy(self) -> Policy:
        return POLICY[self.region]


def standing_of(region: str, category: str | None) -> Standing:
    """A person of a category who is insured; None is anybody else."""
    day = DAYS[region]
    enrolment = Enrolment("RESIDENT", day.year, date(day.year, 1, 1), date(day.year, 1, 1))
    if category is None:
        return Standing((), (enrolment,))
    known = next(known for known in POLICY[region].file.population.categories if known.code == category)
    group = known.groups[0] if known.groups else None
    return Standing(
        (Membership(category=known.membership or category, valid_from=date(2010, 1, 1), group=group),), (enrolment,)
    )


@st.composite
def claims(draw: st.DrawFn, region: str) -> Claim:
    """A bill that can be right: its parts fit into the total, basic and critical insurance into the compliant cost."""
    policy = POLICY[region]
    total = draw(st.integers(1, FEN_MAX))
    compliant = draw(st.integers(0, total))
    out = draw(st.integers(0, total - compliant))
    basic = draw(st.integers(0, compliant))
    given = {"BMI": basic, "CII": draw(st.integers(0, compliant - basic))}
    for layer in policy.file.layers:
        if isinstance(layer, Given) and layer.payer not in given:
            given[layer.payer] = draw(st.integers(0, total))
    return Claim(
        kind=draw(st.sampled_from(kinds_of(policy))),
        discharged_on=DAYS[region],
        place=draw(st.sampled_from(["in_county", "out_county"])),
        level=draw(st.sampled_from(["township", "county", "city", "province"])),
        total_fen=total,
        compliant_fen=compliant,
        out_of_catalogue_fen=out,
        given_fen=given,
        **draw(st.fixed_dictionaries({}, optional=_OPTIONAL)),
    )


_OPTIONAL: Final[dict[str, st.SearchStrategy[Any]]] = {
    "referral_approved_on": st.just(date(2018, 1, 1)),
    "cause": st.sampled_from(["illness", "self_harm", "traffic_accident_third_party"]),
    "designated": st.just(False),
    "exception_approved_by": st.sampled_from([("health",), ("health", "medical_security")]),
}


def kinds_of(policy: Policy) -> list[str]:
    """The kinds of care that some layer of the pack names; a stay at least."""
    named = {kind for layer in policy.file.layers for kind in layer.for_.kind}
    return sorted(named | {"inpatient"})


@st.composite
def cases(draw: st.DrawFn, regions: tuple[str, ...] = REGIONS) -> Case:
    """A bill, a person and a year under one of the packs."""
    region = draw(st.sampled_from(regions))
    policy = POLICY[region]
    category = draw(st.sampled_from([None, *(known.code for known in policy.file.population.categories)]))
    balances = {name: draw(st.integers(0, FEN_MAX)) for name in policy.accumulators if draw(st.booleans())}
    return Case(region, draw(claims(region)), standing_of(region, category), balances)


def settle(case: Case, balances: dict[str, int] | None = None, **changes: Any) -> Adjudication:
    """The case's bill, or another one like it."""
    claim = msgspec.structs.replace(case.claim, **changes)
    return adjudicate(claim, case.standing, case.balances if balances is None else balances, case.policy)


@given(cases())
@settings(max_examples=600)
def test_total_is_the_layers_and_the_patient_and_nothing_is_below_zero(case: Case) -> None:
    result = settle(case)
    assert result.total_fen == case.claim.total_fen
    assert result.total_fen == sum(layer.amount_fen for layer in result.layers) + result.patient_pays_fen
    assert min(result.patient_pays_fen, result.payout_fen, result.refund_to_patient_fen) >= 0
    assert min(layer.amount_fen for layer in result.layers) >= 0
    assert min(result.after_fen.values(), default=0) >= 0


@given(cases())
@settings(max_examples=600)
def test_no_layer_takes_more_than_is_left_or_than_its_cap(case: Case) -> None:
    left = case.claim.total_fen
    for layer, trace in zip(case.policy.file.layers, settle(case).layers, strict=True):
        assert trace.amount_fen <= trace.left_before_fen == left
        left -= trace.amount_fen
        if isinstance(layer, RateOfBase) and trace.cap_fen is not None and trace.before_fen is not None:
            assert trace.amount_fen <= max(0, trace.cap_fen - trace.before_fen)
        if isinstance(layer, YearlyPersonalCap) and trace.cap_fen is not None and trace.before_fen is not None:
            # What stays with the person is within what is left of the yearly cap.
            assert left <= max(0, trace.cap_fen - trace.before_fen)


@given(cases())
@settings(max_examples=300)
def test_every_fen_has_a_clause_of_the_document(case: Case) -> None:
    cited = f"{case.policy.file.document.cited_as} "
    assert all(layer.clause.startswith(cited) and layer.clause != cited for layer in settle(case).layers)


@given(st.data())
@settings(max_examples=200)
def test_the_year_s_accumulators_are_what_the_traces_add_up_to(data: st.DataObject) -> None:
    case = data.draw(cases())
    balances = case.balances
    counted = dict(balances)
    for claim in [case.claim, *data.draw(st.lists(claims(case.region), max_size=4))]:
        result = adjudicate(claim, case.standing, balances, case.policy)
        assert all(result.before_fen[name] == balances.get(name, 0) for name in result.before_fen)
        balances = result.after_fen
        for name, amount in counted_by(case.policy, result).items():
            counted[name] = counted.get(name, 0) + amount
    assert {name: fen for name, fen in balances.items() if fen} == {name: fen for name, fen in counted.items() if fen}


def counted_by(policy: Policy, result: Adjudication) -> dict[str, int]:
    """What a bill adds to each accumulator, from its trace alone (DOMAIN B7)."""
    added: dict[str, int] = {}
    for layer, trace in zip(policy.file.layers, result.layers, strict=True):
        if trace.accumulator is None:
            continue
        assert trace.before_fen is not None
        assert trace.after_fen is not None
        added[trace.accumulator] = trace.after_fen - trace.before_fen
        counts: dict[type, int | None] = {
            RateOfBase: trace.amount_fen,
            YearlyPersonalCap: trace.left_before_fen - trace.amount_fen,
            ExcessOverYearlyLine: trace.base_fen,
            BandedLumpSum: trace.base_fen,
        }
        assert added[trace.accumulator] == counts[type(layer)]
        if isinstance(layer, BandedLumpSum):
            added[layer.paid_in] = trace.amount_fen + trace.payout_fen
    return added


@given(cases(("huining",)), st.integers(0, 100))
@settings(max_examples=300)
def test_huining_s_line_does_not_depend_on_how_the_year_is_cut_into_bills(case: Case, share: int) -> None:
    claim = msgspec.structs.replace(case.claim, kind="inpatient", given_fen={"BMI": 0, "CII": 0})
    whole = adjudicate(claim, case.standing, case.balances, case.policy)
    first_part = cut(claim, share)
    second_part = msgspec.structs.replace(
        claim,
        total_fen=claim.total_fen - first_part.total_fen,
        compliant_fen=(claim.compliant_fen or 0) - (first_part.compliant_fen or 0),
    )
    parts = [msgspec.structs.replace(part, out_of_catalogue_fen=0) for part in (first_part, second_part)]
    assume(all(part.total_fen for part in parts))
    one = adjudicate(parts[0], case.standing, case.balances, case.policy)
    two = adjudicate(parts[1], case.standing, one.after_fen, case.policy)
    assert two.after_fen == whole.after_fen
    assert one.patient_pays_fen + two.patient_pays_fen == whole.patient_pays_fen


@given(cases(("jieyang",)), st.integers(0, 100))
@settings(max_examples=300)
def test_jieyang_s_relief_of_a_year_does_not_depend_on_how_it_is_cut_into_bills(case: Case, share: int) -> None:
    claim = msgspec.structs.replace(
        case.claim, kind="inpatient", compliant_fen=0, out_of_catalogue_fen=0, given_fen={"BMI": 0, "CII": 0}
    )
    assume(claim.total_fen > 1)
    first = msgspec.structs.replace(claim, total_fen=max(1, claim.total_fen * share // 101))
    second = msgspec.structs.replace(claim, total_fen=claim.total_fen - first.total_fen)
    # A year that begins at zero: a relief that was paid before and lies above today's band is not asked back.
    whole = adjudicate(claim, case.standing, {}, case.policy)
    one = adjudicate(first, case.standing, {}, case.policy)
    two = adjudicate(second, case.standing, one.after_fen, case.policy)
    assert two.after_fen == whole.after_fen
    relief = [
        sum(layer.amount_fen + layer.payout_fen for layer in r.layers if layer.payer == "MASEC") for r in (one, two)
    ]
    assert sum(relief) == whole.after_fen["sec_paid"]


def cut(claim: Claim, share: int) -> Claim:
    """A part of a bill, in percent."""
    return msgspec.structs.replace(
        claim,
        total_fen=claim.total_fen * share // 100,
        compliant_fen=(claim.compliant_fen or 0) * share // 100,
        out_of_catalogue_fen=0,
    )


MONOTONE = tuple(region for region in REGIONS if region != "jieyang")


@given(cases(MONOTONE), st.integers(0, FEN_MAX))
@settings(max_examples=600)
def test_a_dearer_bill_never_costs_the_patient_less(case: Case, more: int) -> None:
    dearer = settle(case, total_fen=case.claim.total_fen + more, compliant_fen=(case.claim.compliant_fen or 0) + more)
    assert dearer.patient_pays_fen >= settle(case).patient_pays_fen


def test_in_jieyang_one_fen_more_may_cost_the_patient_thousands_less() -> None:
    """The document's bands jump: found by search, at the edges that the pack says, and nowhere else."""
    bill = Claim(kind="inpatient", discharged_on=DAYS["jieyang"], total_fen=1, given_fen={"BMI": 0, "CII": 0})

    def pays(total_fen: int) -> int:
        claim = msgspec.structs.replace(bill, total_fen=total_fen, compliant_fen=0)
        return adjudicate(claim, standing_of("jieyang", "DIBAO"), {}, POLICY["jieyang"]).patient_pays_fen

    relief = POLICY["jieyang"].file.layers[-1]
    assert isinstance(relief, BandedLumpSum)
    edges = [fen_from_yuan(band.from_yuan) for band in relief.bands]
    assert jumps(lambda total: total - pays(total), 1, FEN_MAX) == edges
    assert [pays(edge) - pays(edge - 1) for edge in edges] == [-499_999, -499_999, -999_999, -999_999]


def jumps(steps: Callable[[int], int], low: int, high: int) -> list[int]:
    """Where a function that only ever rises in steps does so: the first place of each step."""
    if steps(low) == steps(high):
        return []
    if high - low == 1:
        return [high]
    middle = (low + high) // 2
    return [*jumps(steps, low, middle), *jumps(steps, middle, high)]


@given(cases())
@settings(max_examples=300)
def test_a_payer_who_gives_more_never_makes_the_patient_pay_more(case: Case) -> None:
    outer = [layer.payer for layer in case.policy.file.layers if isinstance(layer, Given)]
    last = outer[-1]
    if case.region == "jieyang" or last in {"BMI", "CII"}:
        return
    more = case.claim.given_fen | {last: case.claim.given_fen[last] + 1}
    assert settle(case, given_fen=more).patient_pays_fen <= settle(case).patient_pays_fen


@given(cases(("hunan",)))
@settings(max_examples=50)
def test_without_the_figure_that_hunan_s_document_leaves_open_nobody_is_settled(case: Case) -> None:
    policy = Policy(case.policy.pack, case.policy.on)
    assume(case.standing.memberships)
    assume(case.claim.place == "in_county" and case.claim.designated and case.claim.cause == "illness")
    with pytest.raises(Refused, match="target_share_percent"):
        adjudicate(case.claim, case.standing, case.balances, policy)
