"""What is left of the yearly limits: for the hospital that treats, before and after a bill."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import msgspec

from law import Standing, effective_category
from law.figures import Figure, Situation
from law.packs import Policy

_CAP = "yearly_cap_yuan"


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One yearly limit of one policy. ``own`` says that it bounds what the person pays, not what the payer does."""

    policy_id: str
    payer: str
    name: str
    clause: str
    accumulator: str
    limit_fen: int
    used_fen: int
    own: bool


def limits(
    policies: Sequence[Policy],
    standing: Standing,
    balances: Mapping[str, int],
    *,
    kind: str,
    place: str,
    level: str,
    begins_on: date,
    ends_on: date,
) -> Iterator[Limit]:
    """Every limit that the policies in force set to such care of such a person; none for whom they do not serve."""
    for policy in policies:
        category = effective_category(standing, policy.file, begins_on, ends_on)
        plans = policy.plan(Situation(category, kind, place, level))
        for layer, plan in zip(policy.file.layers, plans, strict=True):
            cap, own = plan.figures.get(_CAP), layer.own_payments_in(plan)
            accumulator = own or plan.counted_in
            if plan.applies and accumulator is not None and isinstance(cap, Figure):
                yield Limit(
                    policy_id=policy.policy_id,
                    payer=layer.payer,
                    name=layer.name,
                    clause=cap.clause,
                    accumulator=accumulator,
                    limit_fen=cap.numerator,
                    used_fen=balances.get(accumulator, 0),
                    own=own is not None,
                )
