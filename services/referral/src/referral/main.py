"""Joins referral's parts into one application."""

from typing import Final

from fastapi import FastAPI

from kernel.contracts.referral import TOPIC
from kernel.hosting import Host, application
from kernel.runtime import ServiceParts
from referral.api import CODES, referrals
from referral.consumers import subscriptions
from referral.event_types import REGISTRY
from referral.handlers import Handlers
from referral.integration_events import publish
from referral.projections import project
from referral.queries import Queries

PARTS: Final = ServiceParts(
    name="referral",
    schema="referral",
    topic=TOPIC,
    registry=REGISTRY,
    project=project,
    publish=publish,
    subscriptions=subscriptions,
)


def build(host: Host) -> FastAPI:
    """The referral service in the given surroundings; it starts with its lifespan."""
    runtime = host.runtime(PARTS)
    return application(
        runtime,
        host,
        description="Referral filing for care outside the county.",
        routers=[referrals(Handlers(runtime, host.clock), Queries(runtime))],
        error_codes=CODES,
    )
