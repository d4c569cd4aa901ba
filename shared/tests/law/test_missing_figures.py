"""A figure that is not in force is never a silent zero: the settlement is refused and says which figure is missing."""

from typing import Any

import pytest

from kernel.values.refusals import Refused
from law.packs import Policy

#: Each method with the tables that it cannot do without, and what else it needs.
METHODS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "rate_of_base": (("rate_percent", "yearly_cap_yuan"), {"counted_in": [{"name": "aid"}]}),
    "share_ceiling": (("ceiling_percent",), {}),
    "yearly_personal_cap": (("yearly_cap_yuan",), {"counted_in": [{"name": "own"}]}),
    "excess_over_yearly_line": (("line_yuan",), {"counted_in": [{"name": "own"}]}),
    "catalogue_excess": (("allowed_percent",), {"approval_by": ["health"]}),
    "segmented_rate": (
        ("deductible_yuan", "yearly_cap_yuan"),
        {"segments": [{"upto_yuan": None, "percent": "50"}], "segments_from": "2020-01-01",
         "base_in": "base", "paid_in": "paid"},
    ),
}  # fmt: skip
NEEDED = [(method, table) for method, (tables, _) in METHODS.items() for table in tables]


def law(draft: Any, method: str, lacking: str, row: dict[str, Any], configured: dict[str, str] | None = None) -> Policy:
    """A law of one layer in which one table has only this row."""
    tables, others = METHODS[method]
    rows = {table: [draft.figure("10")] for table in tables} | {lacking: [row]}
    policy: Policy = draft.law(draft.layer(method, **others, **rows), configured=configured)
    return policy


@pytest.mark.parametrize(("method", "table"), NEEDED)
def test_a_table_without_a_row_for_this_person_is_named(draft: Any, method: str, table: str) -> None:
    policy = law(draft, method, table, draft.figure("10", category=["POOREST"]))
    with pytest.raises(Refused, match="configure it first") as refused:
        draft.settle(policy, 1_000)
    assert refused.value.code == "PARAMETER_MISSING"
    assert refused.value.about == {"parameter": f"MA.{table}", "policy": policy.policy_id}
    assert draft.settle(policy, 1_000, category="POOREST").total_fen == 1_000


@pytest.mark.parametrize(("method", "table"), NEEDED)
def test_a_time_line_that_begins_later_is_named(draft: Any, method: str, table: str) -> None:
    later = {"values": [{"from": "2020-03-02", "value": "10", "clause": "第九条"}]}
    with pytest.raises(Refused) as refused:
        draft.settle(law(draft, method, table, later), 1_000)
    assert (refused.value.code, refused.value.about["parameter"]) == ("PARAMETER_MISSING", f"MA.{table}")


@pytest.mark.parametrize(("method", "table"), NEEDED)
def test_a_figure_that_the_document_leaves_open_is_named_as_the_county_must_call_it(
    draft: Any, method: str, table: str
) -> None:
    row = {"configured": "our_figure", "clause": "第九条"}
    with pytest.raises(Refused) as refused:
        draft.settle(law(draft, method, table, row), 1_000)
    assert (refused.value.code, refused.value.about["parameter"]) == ("PARAMETER_MISSING", "our_figure")
    assert draft.settle(law(draft, method, table, row, {"our_figure": "10"}), 1_000).total_fen == 1_000


@pytest.mark.parametrize("method", ["rate_of_base", "yearly_personal_cap"])
def test_a_layer_that_must_be_counted_is_refused_where_no_counter_is_named(draft: Any, method: str) -> None:
    tables, others = METHODS[method]
    counted = [{"name": "aid", "for": {"kind": ["outpatient"]}}]
    rows = {table: [draft.figure("10")] for table in tables}
    policy = draft.law(draft.layer(method, **others | {"counted_in": counted}, **rows))
    with pytest.raises(Refused) as refused:
        draft.settle(policy, 1_000)
    assert refused.value.code == "PARAMETER_MISSING"
    assert refused.value.about == {"parameter": "MA.counted_in", "policy": policy.policy_id}
