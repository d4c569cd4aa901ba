"""Joins the ledger's parts into one application."""

from functools import partial
from typing import Final

import msgspec
from fastapi import FastAPI

from contracts.fund_ledger import CONTRACT
from fund_ledger.config import Config
from fund_ledger.error_codes import CODES
from fund_ledger.event_types import REGISTRY
from fund_ledger.integration_events import publish
from fund_ledger.journals.api.accounts import accounts
from fund_ledger.journals.api.journals import journals
from fund_ledger.journals.queries.books import Queries
from fund_ledger.journals.rows import project
from fund_ledger.payments.api.money import money
from fund_ledger.payments.api.receivables import receivables
from fund_ledger.payments.commands import Handlers
from fund_ledger.reactions.told import subscriptions
from kernel.running.hosting import Host, application
from kernel.running.runtime import ServiceParts

PARTS: Final = ServiceParts(
    name="fund-ledger",
    schema="fund_ledger",
    publishes=CONTRACT,
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
