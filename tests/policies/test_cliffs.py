"""Cliffs are found by search, to the fen, and where a policy has none none is found."""

from datetime import date
from pathlib import Path

import pytest

from law.packs import Pack, load_pack, parse_pack
from law.packs.library import pack_paths
from workbench.policy.bills import ready
from workbench.policy.cliffs import Cliff, cliffs

POLICIES = Path(__file__).parent.parent.parent / "policies"
SIXTH = (Path(__file__).parent / "sixth-county.yaml").read_text(encoding="utf-8")


def found(pack: Pack) -> set[Cliff]:
    return {met.cliff for met in cliffs(ready(pack, pack.file.in_force_from))}


def test_the_bands_of_jieyang_are_found_to_the_fen() -> None:
    pack = load_pack(POLICIES / "445200-jieyang/2019-jieyibao-21.yaml")
    steps = [
        (9_999_99, 5_000_00, 9_999_99, 10_000_00),
        (14_999_99, 10_000_00, 19_999_99, 20_000_00),
        (39_999_99, 30_000_00, 49_999_99, 50_000_00),
        (79_999_99, 70_000_00, 99_999_99, 100_000_00),
    ]
    assert found(pack) == {
        Cliff(
            payer="MASEC",
            clause="004 三(二)3",
            burden_below_fen=below,
            burden_at_fen=at,
            accumulator="own_after_aid",
            counted_below_fen=counted_below,
            counted_at_fen=counted_at,
        )
        for below, at, counted_below, counted_at in steps
    }


def test_a_bill_without_compliant_cost_meets_each_band_at_its_own_edge() -> None:
    pack = load_pack(POLICIES / "445200-jieyang/2019-jieyibao-21.yaml")
    edges = {
        met.below_fen
        for met in cliffs(ready(pack, date(2019, 8, 1)))
        if met.shape.startswith("all outside the catalogue")
    }
    assert edges == {9_999_99, 19_999_99, 49_999_99, 99_999_99}


@pytest.mark.parametrize(
    "path",
    [path for path in pack_paths(POLICIES) if "jieyang" not in str(path)],
    ids=lambda path: path.parent.name,
)
def test_the_other_documents_have_no_cliff(path: Path) -> None:
    assert found(load_pack(path)) == set()


def test_a_band_that_moves_is_found_where_it_went() -> None:
    text = (POLICIES / "445200-jieyang/2019-jieyibao-21.yaml").read_text(encoding="utf-8")
    moved = parse_pack(text.replace('from_yuan: "20000.00"', 'from_yuan: "23456.78"'), "moved.yaml")
    assert {cliff.counted_at_fen for cliff in found(moved)} == {10_000_00, 23_456_78, 50_000_00, 100_000_00}


def test_a_policy_of_continuous_methods_has_no_cliff() -> None:
    assert found(parse_pack(SIXTH, "sixth-county.yaml")) == set()
