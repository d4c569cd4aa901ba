"""Whether somebody can be in the group that a row says, by age and by what else was told of them."""

from datetime import date

from identity.facts.domain.facts import Facts, check_low_income
from identity.feeds.domain.row import FeedRow
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.group_ages import check_age
from identity.persons.domain.statement import Statement


def check_belongs(row: FeedRow, said: Statement, state: Entitlement | None, told: Facts | None, today: date) -> None:
    """Refuse a row by GROUP_AGE_DISAGREES, LOW_INCOME_TEST_FAILED, GROUP_DISABILITY_DISAGREES (004 三(一)4).

    What only ends a known membership, or tells of the death of its person, is never refused so: it would go on.
    """
    if _only_ends(row, said, state):
        return
    judged_on = min(max(row.valid_from, today), row.valid_to or date.max, row.died_on or date.max)
    check_age(row.group, row.id_number.born_on, judged_on)
    if state is not None:
        check_low_income(said, told)


def _only_ends(row: FeedRow, said: Statement, state: Entitlement | None) -> bool:
    if state is None or (row.valid_to is None and row.died_on is None):
        return False
    # Another group, or a later last day, is more than an end.
    return any(
        (m.department, m.category, m.group, m.valid_from)
        == (said.department, said.category, said.group, said.valid_from)
        and (m.valid_to is None or (said.valid_to is not None and said.valid_to <= m.valid_to))
        for m in state.memberships
    )
