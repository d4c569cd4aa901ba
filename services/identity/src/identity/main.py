"""Joins identity's parts into one application."""

from typing import Final

from fastapi import FastAPI

from identity.api import (
    CODES,
    around_enrolment,
    around_persons,
    feed_batches,
    feeds,
    memberships,
    payment_lists,
    persons,
)
from identity.config import Config
from identity.domain.approval import ApprovalRules
from identity.domain.categories import Department
from identity.domain.membership import membership_overlaps
from identity.domain.person import person_already_registered
from identity.event_types import REGISTRY
from identity.handlers import Handlers, Vault
from identity.handlers.feeding.spool import Spool
from identity.handlers.feeding.worker import FeedWorker
from identity.handlers.feeds import FeedHandlers
from identity.handlers.payment_lists.receiving import PaymentListHandlers
from identity.handlers.payment_lists.worker import PaymentListWorker
from identity.integration_events import publish
from identity.projections import project
from identity.queries import Queries
from identity.queries.divisions import DivisionQueries
from identity.queries.feeds import FeedQueries
from identity.queries.payment_lists import PaymentListQueries
from kernel.contracts.identity import TOPIC
from kernel.hosting import Host, application
from kernel.runtime import ServiceParts

PARTS: Final = ServiceParts(
    name="identity",
    schema="identity",
    topic=TOPIC,
    registry=REGISTRY,
    project=project,
    publish=publish,
    refusals={
        "personal_data_number_token": person_already_registered,
        "memberships_no_overlap": membership_overlaps,
    },
)


def build(host: Host, config: Config) -> FastAPI:
    """The identity service in the given surroundings; it starts with its lifespan."""
    runtime = host.runtime(PARTS)
    vault = Vault(runtime, config.keys, config.cipher)
    handlers = Handlers(runtime, vault, host.clock)
    queries, divisions = Queries(runtime), DivisionQueries(runtime)
    rules = _approval_rules(config)
    spool = Spool(runtime, config.keys, config.cipher)
    worker = FeedWorker(runtime, vault, spool, host.clock, config.feeds)
    payment_worker = PaymentListWorker(runtime, vault, spool, host.clock)
    paying = PaymentListHandlers(runtime, spool, payment_worker, host.clock, config.feeds)
    feeding = FeedHandlers(runtime, vault, spool, worker, host.clock, config.feeds)

    async def begin() -> None:
        # An erasure was confirmed and we were killed before the key was gone: it goes now.
        await vault.forget()
        runtime.elect("feeds", worker.run)
        runtime.elect("payment-lists", payment_worker.run)

    return application(
        runtime,
        host,
        description="Who is entitled, since when, according to whom.",
        routers=[
            persons(handlers, queries, vault, divisions),
            memberships(handlers, queries, rules, divisions),
            feeds(queries),
            *around_persons(runtime, vault, config.library, rules, host.clock),
            *around_enrolment(runtime, vault, config.library, host.clock),
            feed_batches(feeding, FeedQueries(runtime), rules),
            payment_lists(paying, PaymentListQueries(runtime)),
        ],
        error_codes=CODES,
        on_start=begin,
    )


def _approval_rules(config: Config) -> ApprovalRules:
    """Raises ValueError where a setting names a department that there is not."""
    departments = frozenset(Department(name) for name in config.approval_departments)
    return ApprovalRules(departments, config.administrators)
