"""Payers: who pays the premium of which category, as a policy says it, in the order in which categories count."""

from collections.abc import Iterator

import msgspec

from kernel.policy_packs import Policy


class Payer(msgspec.Struct, frozen=True):
    """One way of being in a category. ``rank`` is the category's place in the order of precedence, the best first.

    ``group`` and ``status`` are None where any will do; ``funds`` is empty where nobody pays for the category.
    """

    rank: int
    membership: str
    category: str
    group: str | None
    status: str | None
    funds: tuple[str, ...]


def payers(policy: Policy) -> tuple[Payer, ...]:
    """Every way into a category of the policy; OTHER_SPECIAL is paid for only where the reading says so (AMB-E11)."""
    return tuple(_payers(policy))


def _payers(policy: Policy) -> Iterator[Payer]:
    for rank, category in enumerate(policy.file.population.categories):
        funds = policy.premium_funds(category.code) or ()
        for group in category.groups or (None,):
            for status in category.statuses or (None,):
                yield Payer(rank, category.membership or category.code, category.code, group, status, funds)
