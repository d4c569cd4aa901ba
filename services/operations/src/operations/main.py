"""Joins the parts of operations into one application."""

from typing import Final

from fastapi import FastAPI

from contracts.operations import CONTRACT
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import ServiceParts
from kernel.running.service import Service
from operations.config import Config, config_from
from operations.event_types import REGISTRY
from operations.indicators import api as indicators_api
from operations.indicators.queries import IndicatorQueries
from operations.integration_events import publish
from operations.reactions import fund_ledger, identity, referral, settlement
from operations.rows import READ_MODEL

CODES: Final = (*indicators_api.CODES,)

PARTS: Final = ServiceParts(
    name="operations",
    schema="operations",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    heard=(identity.HEARD, referral.HEARD, settlement.HEARD, fund_ledger.HEARD),
)


def build(host: Host, config: Config) -> FastAPI:
    """The operations service in the given surroundings; it starts with its lifespan."""
    runtime, requests = host.runtime(PARTS), Requests(host.clock)
    return application(
        runtime,
        host,
        description="What operations answers for: indicators, clocks, breaches and reports.",
        routers=[indicators_api.indicators(IndicatorQueries(runtime), config.library, requests)],
        error_codes=CODES,
    )


SERVICE: Final = Service(
    parts=PARTS,
    read_model=READ_MODEL,
    port=8005,
    codes=CODES,
    build=lambda host, environ: build(host, config_from(environ)),
)
