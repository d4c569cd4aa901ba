"""Every file that failed once comes out as it should, in words that its clerk understands; what was right stays."""

from collections import Counter

import pytest
from services.identity.tests.feed_cases import ALL, Case, cases

from identity.feeds.domain.remarks import remark_of
from identity.feeds.domain.row import feed_form
from identity.intake.domain import FileRefusedError, Unread
from identity.intake.readers.limits import LIMITS
from identity.intake.readers.packing import Packing

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_comes_to_what_is_right_and_says_so(case: Case) -> None:
    if case.path is None:
        pytest.skip("the collection of cases does not lie beside the checkout")
    said: list[str] = []
    found: Counter[str] = Counter()
    with case.path.open("rb") as file:
        packing = Packing(file, case.media_type, feed_form(case.description), LIMITS)
        try:
            for _, row in packing.rows():
                found[row.code if isinstance(row, Unread) else "GOOD"] += 1
                # What the receipt says under 备注, where the rule behind it speaks to programs only, too.
                said += [remark_of(row.code, row.detail) or ""] if isinstance(row, Unread) else []
            outcome = " ".join(f"{code}={rows}" for code, rows in sorted(found.items()))
        except FileRefusedError as refused:
            outcome = refused.problem.code
            said.append(refused.problem.detail)
    notices = packing.telling.told.notices
    assert (outcome, " ".join(notice.code for notice in notices)) == (case.outcome, case.notices)
    told = "\n".join([*said, *(notice.detail for notice in notices)])
    assert [word for word in case.words if word not in told] == []
    is_told = bool(notices) or set(found) - {"GOOD"} or not found
    assert bool(case.words) == bool(is_told), "whatever a clerk is told is asserted in the words of the receipt"


def test_every_file_of_the_collection_is_a_case() -> None:
    if not ALL.exists():
        pytest.skip("the collection of cases does not lie beside the checkout")
    lying = {str(path.relative_to(ALL)) for path in ALL.rglob("*.*") if path.suffix != ".tsv"}
    assert lying == {case.name for case in CASES}
