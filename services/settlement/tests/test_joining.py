"""How years of several records become one: what they began with, and in which order their bills count."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.years.domain import FirstBill, added, in_order, join, opening_of, records_of

NOON = datetime(2019, 8, 5, 4, 0, tzinfo=UTC)
BALANCES = st.dictionaries(st.sampled_from(["aid_in", "aid_out", "borne"]), st.integers(0, 10**9), max_size=3)


def year(person_id: str, balances: dict[str, int], version: int) -> BenefitYear:
    return BenefitYear(person_id=person_id, area="445200", year=2019, balances_fen=balances, version=version)


def test_a_joined_year_holds_both_standings_and_names_them() -> None:
    joined = join(year("P1", {"aid_in": 5, "borne": 1}, 3), year("P2", {"aid_in": 7, "aid_out": 2}, 4))
    assert (joined.person_id, joined.other_id, joined.own_version, joined.other_version) == ("P1", "P2", 3, 4)
    assert joined.balances_fen == {"aid_in": 12, "borne": 1, "aid_out": 2}
    assert (joined.own_fen, joined.other_fen) == ({"aid_in": 5, "borne": 1}, {"aid_in": 7, "aid_out": 2})


def test_a_year_begins_with_what_its_first_bill_found() -> None:
    joins = [join(year("P1", {"aid_in": 500}, 2), year("P2", {"aid_in": 70}, 1))]
    bills = {"P1": FirstBill(1, {"aid_in": 300}), "P2": FirstBill(1, {})}
    assert opening_of("P1", joins, bills) == {"aid_in": 300}


def test_a_year_that_first_moved_by_a_join_begins_with_what_it_held_then() -> None:
    joins = [join(year("P1", {}, 0), year("P2", {"aid_in": 70}, 1))]
    # The surviving record's first bill came after the join, and found the other's 70 already.
    bills = {"P1": FirstBill(2, {"aid_in": 70}), "P2": FirstBill(1, {"aid_in": 20})}
    assert opening_of("P1", joins, bills) == {"aid_in": 20}


def test_a_standing_without_bills_is_part_of_the_beginning() -> None:
    joins = [join(year("P1", {"aid_in": 10}, 1), year("P2", {"aid_in": 70}, 1))]
    assert opening_of("P1", joins, {}) == {"aid_in": 80}


@given(st.lists(BALANCES, min_size=2, max_size=5), st.data())
def test_whatever_way_records_were_merged_the_year_begins_with_all_their_standings(
    openings: list[dict[str, int]], data: st.DataObject
) -> None:
    """Every record opens and is settled one bill of 1 000; then records are merged in any order until one is left."""
    after = [added(opening, {"aid_in": 1000}) for opening in openings]
    years = {f"P{n}": year(f"P{n}", balances, 1) for n, balances in enumerate(after)}
    bills = {f"P{n}": FirstBill(1, opening) for n, opening in enumerate(openings)}
    joins = []
    while len(years) > 1:
        surviving, merged = data.draw(st.permutations(sorted(years)))[:2]
        joins.append(join(years[surviving], years.pop(merged)))
        years[surviving] = year(surviving, joins[-1].balances_fen, years[surviving].version + 1)
    ((person_id, last),) = years.items()
    begun = opening_of(person_id, joins, bills)
    assert {name: fen for name, fen in begun.items() if fen} == {n: f for n, f in added(*openings).items() if f}
    assert last.balances_fen == added(begun, {"aid_in": 1000 * len(openings)}) or not any(openings)
    assert records_of(person_id, joins) == {f"P{n}" for n in range(len(openings))}


def test_bills_of_two_records_count_in_the_order_in_which_they_were_settled() -> None:
    minute = timedelta(minutes=1)
    ours = [(NOON, "a"), (NOON + 3 * minute, "b")]
    theirs = [(NOON + minute, "x"), (NOON + 2 * minute, "y"), (NOON + 4 * minute, "z")]
    assert in_order([ours, theirs]) == ("a", "x", "y", "b", "z")


def test_a_clock_that_runs_behind_does_not_turn_a_record_s_own_order_round() -> None:
    ours = [(NOON + timedelta(minutes=5), "a"), (NOON, "b")]
    assert in_order([ours, [(NOON + timedelta(minutes=1), "x")]]) == ("x", "a", "b")
