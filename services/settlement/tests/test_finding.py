"""Deciding a settled year again: whatever is said, made good and taken back, the fen come out where they began."""

import itertools
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from law import Claim, Membership, Standing
from law.packs import load_library
from law.standing import Enrolment
from settlement.encounters.domain.readjudication import Correction, Decided, decide_in_order
from settlement.reviews.domain.finding import BillOnFile, Finding, Known, find, left_by

POLICY = load_library(Path(__file__).parent.parent.parent.parent / "policies").in_force("445202", date(2019, 8, 1))
INSURED = (Enrolment("RESIDENT", 2019, date(2019, 1, 1), date(2019, 1, 1)),)
NOW = datetime(2019, 9, 1, tzinfo=UTC)

DAYS = st.dates(date(2019, 1, 1), date(2019, 12, 31))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    categories = draw(st.lists(st.sampled_from(["TEKUN", "DIBAO", "REGISTERED_POOR"]), max_size=2, unique=True))
    return Standing(tuple(Membership(category=category, valid_from=draw(DAYS)) for category in categories), INSURED)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    compliant = draw(st.integers(0, 9_000_000))
    basic = draw(st.integers(0, compliant))
    return Claim(
        kind=draw(st.sampled_from(["inpatient", "outpatient", "special_outpatient"])),
        discharged_on=draw(DAYS),
        total_fen=compliant + draw(st.integers(0, 1_000_000)),
        compliant_fen=compliant,
        given_fen={"BMI": basic, "CII": 0},
    )


def on_file(year: tuple[Decided, ...]) -> tuple[BillOnFile, ...]:
    return tuple(
        BillOnFile(decided=bill, encounter_id=f"E-{bill.settlement_id}", hospital_id="H1", approved_by=())
        for bill in year
    )


def made_good(year: tuple[Decided, ...], corrections: tuple[Correction, ...]) -> tuple[Decided, ...]:
    """The year with its supplements: what each event would carry."""
    by_id = {correction.settlement_id: correction for correction in corrections}
    return tuple(
        bill
        if (c := by_id.get(bill.settlement_id)) is None
        else Decided(
            settlement_id=bill.settlement_id,
            claim=c.facts.claim,
            standing=c.facts.standing,
            policy=c.policy,
            result=c.after,
            compared=bill.compared,
        )
        for bill in year
    )


def known(standing: Standing, deceased_on: date | None = None) -> Known:
    return Known(2, NOW, standing, deceased_on)


@settings(deadline=None)
@given(st.lists(claims(), min_size=1, max_size=4), standings(), standings())
def test_what_is_made_good_leaves_no_difference_and_what_changes_back_gives_the_exact_negative(
    bills: list[Claim], old: Standing, new: Standing
) -> None:
    year = decide_in_order([(f"S{n}", claim) for n, claim in enumerate(bills)], old, {}, POLICY)
    finding, corrections = find(on_file(year), known(new))
    for correction in corrections:
        assert sum(correction.layers_fen.values()) + correction.patient_fen == 0
    after = made_good(year, corrections)
    assert find(on_file(after), known(new)) == (None, ())
    # Each bill of the year rests on what the one before it leaves, as if it had been settled so.
    for earlier, later in itertools.pairwise(after):
        left = {name: fen for name, fen in earlier.result.after_fen.items() if fen}
        assert {name: fen for name, fen in later.result.before_fen.items() if fen} == left
    back_finding, back = find(on_file(after), known(old))
    assert (finding is None) == (back_finding is None)
    total = {c.settlement_id: c.patient_fen for c in corrections if c.patient_fen}
    assert {c.settlement_id: -c.patient_fen for c in back if c.patient_fen} == total


@settings(deadline=None)
@given(st.lists(claims(), min_size=1, max_size=3), standings(), standings())
def test_what_was_left_as_it_is_is_not_found_again(bills: list[Claim], old: Standing, new: Standing) -> None:
    year = decide_in_order([(f"S{n}", claim) for n, claim in enumerate(bills)], old, {}, POLICY)
    finding, _ = find(on_file(year), known(new))
    if finding is not None:
        assert find(on_file(year), known(new), left_by(finding)) == (None, ())


def test_a_fund_that_pays_instead_of_another_is_a_difference_although_nobody_pays_more() -> None:
    claim = Claim(
        kind="inpatient", discharged_on=date(2019, 8, 1), total_fen=100_000, compliant_fen=100_000,
        given_fen={"BMI": 60_000, "CII": 0},
    )  # fmt: skip
    poor = Standing((Membership(category="REGISTERED_POOR", valid_from=date(2019, 1, 1)),), INSURED)
    dibao = Standing((Membership(category="DIBAO", valid_from=date(2019, 1, 1)),), INSURED)
    year = decide_in_order([("S1", claim)], poor, {}, POLICY)
    finding, corrections = find(on_file(year), known(dibao))
    assert isinstance(finding, Finding)
    assert (finding.patient_fen, corrections[0].layers_fen["MA"]) == (0, 0)
    (layer,) = [layer for layer in finding.bills[0].layers if layer.payer == "MA"]
    assert (layer.funds_before, layer.funds_after) == (("POVFUND", "MA"), ("MA",))


def test_a_finding_travels_whole() -> None:
    claim = Claim(kind="inpatient", discharged_on=date(2019, 8, 1), total_fen=100, compliant_fen=100,
                  given_fen={"BMI": 0, "CII": 0})  # fmt: skip
    year = decide_in_order([("S1", claim)], Standing((), INSURED), {}, POLICY)
    tekun = Standing((Membership(category="TEKUN", valid_from=date(2019, 1, 1)),), INSURED)
    finding, _ = find(on_file(year), known(tekun, date(2019, 12, 1)))
    assert msgspec.json.decode(msgspec.json.encode(finding), type=Finding) == finding
