"""A policy: a pack as it is in force on one day, with every figure resolved for the situation at hand."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from kernel.policy_packs.figures import Missing, Resolved, Situation, applies, resolve
from kernel.policy_packs.model import Layer, Pack, Row

__all__ = ["LayerPlan", "Policy", "Situation"]

#: The tables that a layer may have: attribute, and whether its figures are money.
_TABLES: Final = {
    "rate_percent": False,
    "ceiling_percent": False,
    "allowed_percent": False,
    "tilt_percent": False,
    "yearly_cap_yuan": True,
    "line_yuan": True,
    "deductible_yuan": True,
}


class LayerPlan(msgspec.Struct, frozen=True):
    """One layer made ready for one situation: its figures, its accumulator, the funds behind it."""

    layer: Layer
    figures: dict[str, Resolved]
    applies: bool
    counted_in: str | None
    funds: tuple[str, ...]

    def figure(self, name: str) -> Resolved:
        """The figure of a table of this layer."""
        return self.figures.get(name, Missing(f"{self.layer.payer}.{name}"))


class Policy:
    """A pack on a day. Plans are worked out once for each situation and kept, for the hot path."""

    def __init__(self, pack: Pack, on: date, configured: Mapping[str, str] | None = None) -> None:
        self.pack = pack
        self.file = pack.file
        self.on = on
        self.configured = dict(configured or {})
        self._plans: dict[Situation, tuple[LayerPlan, ...]] = {}

    @property
    def policy_id(self) -> str:
        """The pack's id."""
        return self.pack.pack_id

    def plan(self, situation: Situation) -> tuple[LayerPlan, ...]:
        """The pack's layers in order, ready for a situation."""
        plan = self._plans.get(situation)
        if plan is None:
            plan = tuple(self._layer_plan(layer, situation) for layer in self.file.layers)
            self._plans[situation] = plan
        return plan

    def _layer_plan(self, layer: Layer, situation: Situation) -> LayerPlan:
        figures = {
            name: self._resolve(f"{layer.payer}.{name}", getattr(layer, name), situation, money=money)
            for name, money in _TABLES.items()
            if getattr(layer, name, ())
        }
        served = layer.everyone or situation.category is not None
        counted = (c.name for c in getattr(layer, "counted_in", ()) if applies(c.for_, situation))
        funds = (f.funds for f in layer.funding if applies(f.for_, situation))
        return LayerPlan(
            layer,
            figures,
            served and applies(layer.for_, situation),
            next(counted, None),
            next(funds, (layer.payer,)),
        )

    def _resolve(self, name: str, rows: tuple[Row, ...], situation: Situation, *, money: bool) -> Resolved:
        return resolve(name, rows, situation, self.on, self.configured, money=money)
