"""Withdrawing: what a department said by error is taken back whole, as if it had never been said."""

from collections.abc import Sequence

import msgspec

from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import Membership


class MembershipWithdrawn(msgspec.Struct, frozen=True):
    """``membership`` is as it stood; the entitlement is without it. What was believed before is kept in the history."""

    membership: Membership
    entitlement: Entitlement


def withdraw(person: Entitlement, membership: Membership) -> Sequence[MembershipWithdrawn]:
    """Take a membership back. Raises PERSON_MERGED, PERSON_ANNULLED."""
    return [MembershipWithdrawn(membership, person.without_membership(membership.membership_id))]
