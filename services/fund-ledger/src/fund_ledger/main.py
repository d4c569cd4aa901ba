"""Joins the ledger's parts into one application."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec
from fastapi import FastAPI

from contracts.fund_ledger import CONTRACT
from fund_ledger.advances import api as advances_api
from fund_ledger.config import Config
from fund_ledger.event_types import REGISTRY
from fund_ledger.funds import api as funds_api
from fund_ledger.integration_events import publish
from fund_ledger.journals.api import codes as journals_codes
from fund_ledger.journals.api.accounts import accounts
from fund_ledger.journals.api.journals import journals
from fund_ledger.journals.api.receivables import receivables
from fund_ledger.journals.queries.books import Books
from fund_ledger.payments import api as payments_api
from fund_ledger.payments.commands import PaymentCommands
from fund_ledger.reactions.identity import premiums
from fund_ledger.reactions.settlement import settlements
from fund_ledger.rows import READ_MODEL
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import ServiceParts, Subscription
from kernel.writing.command_path import CommandPath

CODES: Final = (*journals_codes.CODES, *funds_api.CODES, *payments_api.CODES, *advances_api.CODES)


def subscriptions(path: CommandPath, config: Config) -> Sequence[Subscription]:
    """What the ledger listens to."""
    return settlements(path, config), premiums(path, config)


PARTS: Final = ServiceParts(
    name="fund-ledger",
    schema="fund_ledger",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    subscriptions=partial(subscriptions, config=Config()),
)


def build(host: Host, config: Config | None = None) -> FastAPI:
    """The fund ledger in the given surroundings; it starts with its lifespan."""
    config = config or Config()
    runtime = host.runtime(msgspec.structs.replace(PARTS, subscriptions=partial(subscriptions, config=config)))
    requests, books = Requests(host.clock), Books(runtime)
    return application(
        runtime,
        host,
        description="The payers' money in double entry.",
        routers=[
            payments_api.money(PaymentCommands(runtime, config), requests),
            accounts(books),
            journals(books),
            receivables(books, requests),
        ],
        error_codes=CODES,
    )
