"""Joins the ledger's parts into one application."""

from functools import partial
from typing import Final

import msgspec
from fastapi import FastAPI

from fund_ledger.api import CODES, accounts, journals, money, receivables
from fund_ledger.config import Config
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
    subscriptions=partial(subscriptions, config=Config()),
)


def build(host: Host, config: Config | None = None) -> FastAPI:
    """The fund ledger in the given surroundings; it starts with its lifespan."""
    config = config or Config()
    parts = msgspec.structs.replace(PARTS, subscriptions=partial(subscriptions, config=config))
    runtime = host.runtime(parts)
    queries, handlers = Queries(runtime), Handlers(runtime, host.clock, config)
    return application(
        runtime,
        host,
        description="The payers' money in double entry.",
        routers=[money(handlers), accounts(queries), journals(queries), receivables(handlers, queries)],
        error_codes=CODES,
    )
