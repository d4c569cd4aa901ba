"""Benefits: the waterfall of layers that a policy document orders, worked out to the fen."""

from settlement.domain.benefit.claim import Claim
from settlement.domain.benefit.favourable import most_favourable
from settlement.domain.benefit.standing import Membership, Standing, effective_category
from settlement.domain.benefit.statement import recalculated, statement
from settlement.domain.benefit.trace import Adjudication, LayerTrace
from settlement.domain.benefit.waterfall import adjudicate

__all__ = [
    "Adjudication",
    "Claim",
    "LayerTrace",
    "Membership",
    "Standing",
    "adjudicate",
    "effective_category",
    "most_favourable",
    "recalculated",
    "statement",
]
