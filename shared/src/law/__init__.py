"""Benefits: the waterfall of layers that a policy document orders, worked out to the fen."""

from law.claim import Claim
from law.favourable import most_favourable
from law.standing import Membership, Standing, effective_category
from law.statement import recalculated, statement
from law.trace import Adjudication, LayerTrace
from law.waterfall import adjudicate

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
