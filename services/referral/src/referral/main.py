"""Joins referral's parts into one application."""

from typing import Final

from fastapi import FastAPI

from contracts.referral import CONTRACT
from kernel.running.hosting import Host, application
from kernel.running.runtime import ServiceParts
from referral.config import Config
from referral.copies.api import copies
from referral.error_codes import CODES
from referral.event_types import REGISTRY
from referral.integration_events import publish
from referral.printing.api.printing import printing
from referral.reactions.told import HEARD, subscriptions
from referral.referrals.api.filing import filing
from referral.referrals.api.reading import reading
from referral.referrals.api.waiting import work_list
from referral.referrals.commands import ExpirySweep, Handlers
from referral.referrals.queries.referrals import Queries
from referral.referrals.rows.projection import project

PARTS: Final = ServiceParts(
    name="referral",
    schema="referral",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=project,
    publish=publish,
    subscriptions=subscriptions,
    heard=HEARD,
)


def build(host: Host, config: Config) -> FastAPI:
    """The referral service in the given surroundings; it starts with its lifespan."""
    runtime = host.runtime(PARTS)
    queries = Queries(runtime)
    handlers = Handlers(runtime, queries, config, host.clock)
    sweep = ExpirySweep(runtime, queries, config, host.clock)

    async def start_sweeping() -> None:
        runtime.elect("expiry", sweep.run)

    return application(
        runtime,
        host,
        description="Referral filing for care outside the county.",
        routers=[
            filing(handlers, queries),
            copies(handlers, queries),
            work_list(queries, host.clock),
            reading(queries),
            printing(queries, host.clock),
        ],
        error_codes=CODES,
        on_start=start_sweeping,
    )
