"""Callers: for whom they may act, and whose idempotency keys are theirs."""

import pytest

from kernel.security import Principal, Role
from kernel.values.refusals import RefusalKind, Refused


def principal(role: Role, subject: str = "s", organisation: str | None = None) -> Principal:
    return Principal(subject, frozenset({role}), organisation)


@pytest.mark.parametrize("role", [Role.HOSPITAL, Role.DEPARTMENT])
def test_a_hospital_or_department_acts_for_itself_only(role: Role) -> None:
    caller = principal(role, organisation="H001")
    caller.must_act_for("H001")
    with pytest.raises(Refused, match="not for H002") as caught:
        caller.must_act_for("H002")
    assert (caught.value.code, caught.value.kind) == ("ORGANISATION_FOREIGN", RefusalKind.FORBIDDEN)


@pytest.mark.parametrize("role", [Role.AGENCY, Role.FINANCE, Role.OPERATIONS])
def test_staff_sees_every_organisation(role: Role) -> None:
    principal(role).must_act_for("H002")


@pytest.mark.parametrize("more", [Role.AGENCY, Role.FINANCE, Role.OPERATIONS])
@pytest.mark.parametrize("role", [Role.HOSPITAL, Role.DEPARTMENT])
def test_another_role_does_not_lift_the_bound_to_the_own_organisation(role: Role, more: Role) -> None:
    caller = Principal("s", frozenset({role, more}), "H001")
    caller.must_act_for("H001")
    with pytest.raises(Refused, match="not for H002"):
        caller.must_act_for("H002")


def test_idempotency_keys_belong_to_the_hospital_and_not_to_one_of_its_machines() -> None:
    first = principal(Role.HOSPITAL, "his-1", "H001")
    second = principal(Role.HOSPITAL, "his-2", "H001")
    other = principal(Role.HOSPITAL, "his-1", "H002")
    assert first.scope == second.scope
    assert first.scope != other.scope


def test_no_subject_can_pose_as_an_organisation() -> None:
    hospital = principal(Role.HOSPITAL, "his-1", "H001")
    clerk = principal(Role.AGENCY, "H001")
    assert hospital.scope != clerk.scope


@pytest.mark.parametrize(
    ("mine", "place", "allowed"),
    [
        (None, "620422", True),
        ({"445202"}, "445202", True),
        ({"445202"}, "445203", False),
        ({"445202"}, "445200", False),
        ({"445202", "445203"}, "445203", True),
        ({"445200"}, "445202", True),
        ({"445200"}, "445200", True),
        ({"445200"}, "445302", False),
        ({"445200"}, "440000", False),
        ({"440000"}, "445202", True),
        ({"440000"}, "450202", False),
        ({"445202"}, "445202001", True),
        ({"445200"}, "445202100", True),
        ({"445203"}, "445202001", False),
        ({"445202001"}, "445202001", True),
        ({"445202001"}, "445202002", False),
        ({"445202001"}, "445202", False),
        ({"445202100"}, "445202001", False),
        ({"445202100"}, "445202", False),
        ({"445200000"}, "445202", False),
    ],
)
def test_staff_acts_in_its_divisions_and_in_what_lies_in_them(mine: set[str] | None, place: str, allowed: bool) -> None:
    caller = Principal("s", frozenset({Role.AGENCY}), divisions=None if mine is None else frozenset(mine))
    assert caller.acts_in(place) is allowed
    assert any(place.startswith(pattern.rstrip("%")) for pattern in caller.division_patterns) is allowed
    if not allowed:
        with pytest.raises(Refused, match=f"not for {place}") as caught:
            caller.must_act_in(place)
        assert (caught.value.code, caught.value.kind) == ("DIVISION_FOREIGN", RefusalKind.FORBIDDEN)


def test_the_same_department_of_two_counties_numbers_its_messages_apart() -> None:
    offices = [
        Principal("s", frozenset({Role.DEPARTMENT}), "civil-affairs", divisions)
        for divisions in (None, frozenset({"445202"}), frozenset({"445203"}))
    ]
    assert len({office.scope for office in offices}) == 3
