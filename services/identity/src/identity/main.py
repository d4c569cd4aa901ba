"""Joins identity's parts into one application."""

from typing import Final

from fastapi import FastAPI

from contracts.identity import CONTRACT
from identity.around_enrolment import around_enrolment
from identity.around_persons import around_persons
from identity.comparison.api.payment_lists import payment_lists
from identity.comparison.commands.receiving import PaymentListHandlers
from identity.comparison.commands.worker import PaymentListWorker
from identity.comparison.queries.payment_lists import PaymentListQueries
from identity.config import Config
from identity.error_codes import CODES
from identity.event_types import REGISTRY
from identity.feeds.api import feed_batches
from identity.feeds.commands.batches import FeedHandlers
from identity.feeds.commands.worker import FeedWorker
from identity.feeds.queries import FeedQueries
from identity.intake.spool import Spool
from identity.integration_events import publish
from identity.memberships.api.memberships import feeds, memberships
from identity.memberships.domain import ApprovalRules
from identity.persons.api.persons import persons
from identity.persons.commands.persons import Handlers, Vault
from identity.persons.domain.categories import Department
from identity.persons.domain.membership import membership_overlaps
from identity.persons.domain.person import person_already_registered
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.persons import Queries
from identity.rows import READ_MODEL
from kernel.running.hosting import Host, application
from kernel.running.runtime import ServiceParts

PARTS: Final = ServiceParts(
    name="identity",
    schema="identity",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
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
