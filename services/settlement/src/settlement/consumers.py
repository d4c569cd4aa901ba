"""Consumers: what identity and referral tell becomes rows that decisions are made with."""

from typing import Final

from kernel.contracts import identity, referral
from kernel.heard import Heard
from settlement.projections import project_entitlement, project_referral

HEARD: Final = (
    Heard("settlement", identity.TOPIC, identity.REGISTRY, project_entitlement),
    Heard("settlement", referral.TOPIC, referral.REGISTRY, project_referral),
)
