"""Joins the ledger's parts into one application."""

from typing import Final

from fastapi import FastAPI

from fund_ledger.api import CODES, accounts, journals, receipts
from fund_ledger.consumers import subscriptions
from fund_ledger.event_types import REGISTRY
from fund_ledger.handlers import Handlers
from fund_ledger.integration_events import publish
from fund_ledger.projections import project
from fund_ledger.queries import Queries
from kernel.contracts.fund_ledger import TOPIC
from kernel.hosting import Host, application
from kernel.runtime import ServiceParts

PARTS: Final = ServiceParts(
    name="fund-ledger",
    schema="fund_ledger",
    topic=TOPIC,
    registry=REGISTRY,
    project=project,
    publish=publish,
    subscriptions=subscriptions,
)


def build(host: Host) -> FastAPI:
    """The fund ledger in the given surroundings; it starts with its lifespan."""
    runtime = host.runtime(PARTS)
    queries = Queries(runtime)
    handlers = Handlers(runtime, queries, host.clock)
    return application(
        runtime,
        host,
        description="The payers' money in double entry.",
        routers=[receipts(handlers), accounts(queries), journals(queries)],
        error_codes=CODES,
    )
