"""Joins settlement's parts into one application."""

from typing import Final

from fastapi import FastAPI

from kernel.contracts.settlement import TOPIC
from kernel.hosting import Host, application
from kernel.runtime import ServiceParts
from settlement.api import (
    CODES,
    admission_checks,
    benefit_years,
    encounters,
    exceptions,
    institutions,
    payment_refusals,
    reviews,
    settlements,
)
from settlement.config import Config
from settlement.consumers import HEARD, subscriptions
from settlement.event_types import REGISTRY
from settlement.handlers import Handlers
from settlement.handlers.admission_checks import AdmissionCheckHandlers
from settlement.handlers.exceptions import ExceptionHandlers
from settlement.handlers.reviews import ReviewHandlers
from settlement.integration_events import publish
from settlement.projections import project
from settlement.queries import Queries

PARTS: Final = ServiceParts(
    name="settlement",
    schema="settlement",
    topic=TOPIC,
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
