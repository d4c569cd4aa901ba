"""A plan: a layer made ready for one situation, so that the hot path looks nothing up."""

from datetime import date

import msgspec

from law.figures import Resolved


class Citation(msgspec.Struct, frozen=True):
    """The policy that decides, how its clauses are cited, and the day on which it is read."""

    policy_id: str
    cited_as: str
    on: date


class LayerPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One layer in one situation: its figures by table, its accumulator, the funds behind it."""

    payer: str
    method: str
    clause: str
    lessens_own_cost: bool
    figures: dict[str, Resolved]
    applies: bool
    counted_in: str | None
    funds: tuple[str, ...]
    needs_referral: bool
