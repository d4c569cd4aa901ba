"""Payers: who pays the premium of which category, as a policy says it, and who is registered for that."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from law.packs import Policy

_POOR: Final = "REGISTERED_POOR"


class Payer(msgspec.Struct, frozen=True, kw_only=True):
    """One way of being in a category. ``rank`` is the category's place in the order of precedence, the best first.

    ``group`` and ``status`` are None where any will do; ``funds`` is empty where nobody pays for the category.
    """

    rank: int
    membership: str
    category: str
    group: str | None = None
    status: str | None = None
    funds: tuple[str, ...] = ()


def payers(policy: Policy) -> tuple[Payer, ...]:
    """Every way into a category of the policy; OTHER_SPECIAL is paid for only where the reading says so (AMB-E11)."""
    return tuple(_payers(policy))


def to_be_registered(policies: Iterable[Policy]) -> tuple[Payer, ...]:
    """Every way into a category whose people are to be registered for insurance, by the policies of one place.

    Those are the categories whose premium the first policy with a word on premiums has paid (004 七), and the
    registered poor everywhere, even where no policy pays for them: 003 一 wants all of them insured.
    """
    paid = next((policy for policy in policies if policy.file.premium is not None), None)
    ways = tuple(way for way in payers(paid) if way.funds) if paid is not None else ()
    if any(way.membership == _POOR for way in ways):
        return ways
    return (*ways, Payer(rank=len(ways), membership=_POOR, category=_POOR))


def columns_of(ways: Iterable[Payer]) -> list[list[Any]]:
    """Ways into categories column by column, as a question to the database takes them; without their funds."""
    listed = list(ways)
    return [[getattr(way, name) for way in listed] for name in ("rank", "membership", "group", "status", "category")]


def _payers(policy: Policy) -> Iterator[Payer]:
    for rank, category in enumerate(policy.file.population.categories):
        funds = policy.premium_funds(category.code) or ()
        for group in category.groups or (None,):
            for status in category.statuses or (None,):
                yield Payer(
                    rank=rank,
                    membership=category.membership or category.code,
                    category=category.code,
                    group=group,
                    status=status,
                    funds=funds,
                )
