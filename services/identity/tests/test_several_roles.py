"""A token with several roles is kept to the department that it names."""

import pytest

from identity.persons.domain.categories import Department
from identity.persons.queries.divisions import own_department
from kernel.security import Principal, Role
from kernel.values.refusals import Refused


@pytest.mark.parametrize("more", [Role.OPERATIONS, Role.AGENCY, Role.FINANCE])
def test_another_role_does_not_lift_the_bound_to_the_department(more: Role) -> None:
    roles = frozenset({Role.DEPARTMENT, more})
    assert own_department(Principal("u1", roles, "civil-affairs")) is Department.CIVIL_AFFAIRS
    with pytest.raises(Refused, match="no department"):
        own_department(Principal("u1", roles, "H1"))
    assert own_department(Principal("u1", frozenset({more}))) is None
