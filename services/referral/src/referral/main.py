"""Joins referral's parts into one application."""

from typing import Final

from fastapi import FastAPI

from kernel.contracts.referral import TOPIC
from kernel.hosting import Host, application
from kernel.runtime import ServiceParts
from referral.api import CODES, copies, filing, printing, reading, work_list
from referral.config import Config
from referral.consumers import HEARD, subscriptions
from referral.event_types import REGISTRY
from referral.handlers import ExpirySweep, Handlers
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
