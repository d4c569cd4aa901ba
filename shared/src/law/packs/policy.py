"""A policy: a pack as it is in force on one day, with every figure resolved for the situation at hand."""

from collections.abc import Mapping
from datetime import date

from law.figures import Resolved, Situation, applies, in_force, resolve
from law.methods.declared import Table
from law.methods.layer import Layer
from law.packs.model import Pack
from law.plan import Citation, LayerPlan
from law.rows import For

__all__ = ["LayerPlan", "Policy", "Situation"]


class Policy:
    """A pack on a day. Plans are worked out once for each situation and kept, for the hot path."""

    def __init__(self, pack: Pack, on: date, configured: Mapping[str, str] | None = None) -> None:
        self.pack = pack
        self.file = pack.file
        self.on = on
        self.configured = _configured(pack, on) | dict(configured or {})
        self.readings = pack.file.read_as
        self.accumulators = tuple(accumulator.name for accumulator in pack.file.accumulators)
        self.citation = Citation(pack.pack_id, pack.file.document.cited_as, on)
        #: Payers who work their amount out themselves and tell it with the claim.
        self.outer_payers = tuple(layer.payer for layer in pack.file.layers if layer.TOLD)
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

    def premium_funds(self, category: str) -> tuple[str, ...] | None:
        """The funds that pay the personal premium of a category, in order; None where nobody does (004 七(一))."""
        situation = Situation(category, "premium", "in_county", None)
        rows = self.file.premium.rows if self.file.premium else ()
        return next((row.funds for row in rows if self._applies(row.for_, situation)), None)

    def _layer_plan(self, layer: Layer, situation: Situation) -> LayerPlan:
        served = layer.everyone or situation.category is not None
        counted = (c.name for c in layer.counters if self._applies(c.for_, situation))
        funds = (f.funds for f in layer.funding if self._applies(f.for_, situation))
        return LayerPlan(
            payer=layer.payer,
            method=layer.method,
            clause=layer.clause,
            lessens_own_cost=layer.lessens_own_cost,
            figures={table.name: self._resolve(layer, table, situation) for table in layer.TABLES},
            applies=served and self._applies(layer.for_, situation),
            counted_in=next(counted, None),
            funds=next(funds, (layer.payer,)),
            needs_referral=layer.needs_referral and self._applies(layer.referral_for, situation),
        )

    def _applies(self, to: For, situation: Situation) -> bool:
        return applies(to, situation, self.readings)

    def _resolve(self, layer: Layer, table: Table, situation: Situation) -> Resolved:
        name = f"{layer.payer}.{table.name}"
        row = next((row for row in layer.rows(table) if self._applies(row.for_, situation)), None)
        return resolve(name, row, self.on, self.configured, money=table.is_money)


def _configured(pack: Pack, on: date) -> dict[str, str]:
    values = {name: in_force(dated, on) for name, dated in pack.settings.configured.items()}
    return {name: dated.value for name, dated in values.items() if dated is not None and dated.value is not None}
