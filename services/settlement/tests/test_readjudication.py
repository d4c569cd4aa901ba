"""A year decided again: what is taken back or comes out otherwise runs on through the later bills, to the fen."""

from datetime import date
from itertools import accumulate
from pathlib import Path

import msgspec
import pytest

from kernel.values.refusals import RefusalKind, Refused
from law import Claim, Membership, Standing
from law.packs import load_library
from settlement.encounters.domain.readjudication import Decided, Facts, decide_in_order, paid, with_facts, without

LEYE = load_library(Path(__file__).parent.parent.parent.parent / "policies").in_force("451028", date(2018, 8, 1))
POOR = Standing((Membership(category="REGISTERED_POOR", valid_from=date(2016, 1, 1)),))
OTHERS = {"BMI": 0, "CII": 0, "MA": 0, "HPI": 0}


def stay(month: int, total_fen: int) -> Claim:
    return Claim(
        kind="inpatient",
        discharged_on=date(2018, month, 10),
        total_fen=total_fen,
        level="county",
        given_fen=OTHERS,
    )


@pytest.fixture
def year() -> tuple[Decided, ...]:
    """Four stays of 1 000, 1 500, 1 200 and 100 yuan as own share: the limit of 3 000 is reached in the third."""
    totals = (1_000_000, 1_500_000, 1_200_000, 100_000)
    bills = [(f"s{i}", stay(month, total)) for i, (month, total) in enumerate(zip((1, 3, 5, 7), totals, strict=True))]
    return decide_in_order(bills, POOR, {}, LEYE)


def own(year: tuple[Decided, ...]) -> list[int]:
    return [bill.result.patient_pays_fen for bill in year]


def test_each_bill_stands_on_what_the_one_before_left(year: tuple[Decided, ...]) -> None:
    assert own(year) == [100_000, 150_000, 50_000, 0]
    assert [bill.result.after_fen["own_paid"] for bill in year] == list(accumulate(own(year)))
    assert [bill.result.before_fen["own_paid"] for bill in year[1:]] == list(accumulate(own(year)))[:-1]


def test_taking_the_last_bill_back_changes_no_other(year: tuple[Decided, ...]) -> None:
    assert without(year, "s3") == ()


def test_taking_the_first_back_makes_room_under_the_limit_for_the_later_ones(year: tuple[Decided, ...]) -> None:
    corrections = without(year, "s0")
    assert [c.settlement_id for c in corrections] == ["s1", "s2", "s3"]
    # 1 500 as before; now 1 200 below the limit; 2 700 in the year, so the last one is paid by the patient as well.
    assert [c.patient_fen for c in corrections] == [0, 70_000, 10_000]
    assert [c.layers_fen["GOV2"] for c in corrections] == [0, -70_000, -10_000]
    assert [c.after.after_fen["own_paid"] for c in corrections] == [150_000, 270_000, 280_000]
    for correction in corrections:
        assert correction.patient_fen + sum(correction.layers_fen.values()) == 0


def test_a_bill_that_costs_the_same_still_matters_where_the_year_counts_otherwise(year: tuple[Decided, ...]) -> None:
    first = without(year, "s0")[0]
    assert (first.patient_fen, any(first.layers_fen.values())) == (0, False)
    assert first.matters


def test_a_settlement_that_is_not_of_the_year_cannot_be_taken_back(year: tuple[Decided, ...]) -> None:
    for bills in (year, ()):
        with pytest.raises(Refused) as refused:
            without(bills, "s9")
        assert (refused.value.code, refused.value.kind) == ("SETTLEMENT_NOT_IN_FORCE", RefusalKind.CONFLICT)


def test_the_same_facts_come_to_the_same(year: tuple[Decided, ...]) -> None:
    assert with_facts((), {}) == ()
    for facts in ({}, {bill.settlement_id: bill.facts for bill in year}, {"s9": year[0].facts}):
        assert not any(correction.matters for correction in with_facts(year, facts))


def test_other_facts_of_one_bill_run_on_and_back_gives_the_exact_negative(year: tuple[Decided, ...]) -> None:
    nobody = Facts(year[0].claim, Standing())
    there = with_facts(year, {"s0": nobody})
    # Nobody's own share is counted: the first is paid whole, and the later ones have the limit to themselves.
    assert [c.patient_fen for c in there] == [900_000, 0, 70_000, 10_000]
    corrected = tuple(
        msgspec.structs.replace(bill, standing=c.facts.standing, result=c.after)
        for bill, c in zip(year, there, strict=True)
    )
    back = with_facts(corrected, {"s0": year[0].facts})
    assert [c.patient_fen for c in back] == [-c.patient_fen for c in there]
    assert [c.after for c in back] == [bill.result for bill in year]


def test_a_figure_that_lacks_for_a_later_bill_is_refused_and_not_skipped(year: tuple[Decided, ...]) -> None:
    unknown = Facts(msgspec.structs.replace(year[3].claim, place="out_county", level=None), POOR)
    with pytest.raises(Refused) as refused:
        with_facts(year, {"s3": unknown})
    assert refused.value.code == "PARAMETER_MISSING"


def test_nobodys_funds_stand_behind_nothing(year: tuple[Decided, ...]) -> None:
    by_payer = {layer.payer: layer for layer in year[0].result.layers}
    assert paid(by_payer["GOV2"]) == (0, 0, ())
    assert paid(by_payer["GOV1"])[0] == 900_000
    assert paid(by_payer["GOV1"])[2]
    assert paid(None) == (0, 0, ())
