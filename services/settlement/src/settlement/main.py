"""Joins settlement's parts into one application."""

from typing import Final

from fastapi import FastAPI

from contracts.settlement import CONTRACT
from kernel.running.hosting import Host, application
from kernel.running.runtime import ServiceParts
from settlement.admission_checks.api import admission_checks
from settlement.admission_checks.commands import AdmissionCheckHandlers
from settlement.config import Config
from settlement.encounters.api.catalogue_exceptions import exceptions
from settlement.encounters.api.encounters import encounters
from settlement.encounters.api.settlements import settlements
from settlement.encounters.commands.catalogue_exceptions import ExceptionHandlers
from settlement.encounters.commands.encounters import Handlers
from settlement.encounters.queries.encounters import Queries
from settlement.encounters.rows.projection import project
from settlement.error_codes import CODES
from settlement.event_types import REGISTRY
from settlement.institutions.api import institutions
from settlement.integration_events import publish
from settlement.reactions.told import HEARD, subscriptions
from settlement.reviews.api.payment_refusals import payment_refusals
from settlement.reviews.api.reviews import reviews
from settlement.reviews.commands.reviews import ReviewHandlers
from settlement.years.api import benefit_years

PARTS: Final = ServiceParts(
    name="settlement",
    schema="settlement",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=project,
    publish=publish,
    heard=HEARD,
    subscriptions=subscriptions,
)


def build(host: Host, config: Config) -> FastAPI:
    """The settlement service in the given surroundings; it starts with its lifespan."""
    runtime = host.runtime(PARTS)
    queries = Queries(runtime)
    handlers = Handlers(runtime, config.library, queries, host.clock)
    return application(
        runtime,
        host,
        description="Claims, and the waterfall of benefits as each policy document orders it.",
        routers=[
            encounters(handlers, queries),
            admission_checks(AdmissionCheckHandlers(runtime, queries, host.clock), queries),
            exceptions(ExceptionHandlers(runtime, config.library, host.clock), queries),
            settlements(handlers, queries),
            benefit_years(handlers, queries),
            institutions(handlers, queries),
            reviews(ReviewHandlers(runtime, queries, host.clock), queries),
            payment_refusals(queries),
        ],
        error_codes=CODES,
        on_start=handlers.adopt_policies,
    )
