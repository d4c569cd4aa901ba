"""Joins settlement's parts into one application."""

from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI

from contracts.settlement import CONTRACT
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import ServiceParts, Subscription
from kernel.writing.command_path import CommandPath
from settlement.admission_checks import api as admission_checks
from settlement.admission_checks.commands import AdmissionCheckCommands
from settlement.admission_checks.queries import AdmissionCheckQueries
from settlement.config import Config
from settlement.encounters.api import codes as encounters_codes
from settlement.encounters.api.catalogue_exceptions import catalogue_exceptions
from settlement.encounters.api.encounters import encounters
from settlement.encounters.api.settlements import settlements
from settlement.encounters.commands.catalogue_exceptions import CatalogueExceptionCommands
from settlement.encounters.commands.encounters import EncounterCommands
from settlement.encounters.queries.case_file import CaseFiles
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.event_types import REGISTRY
from settlement.institutions import api as institutions
from settlement.institutions.commands import InstitutionCommands
from settlement.institutions.queries import InstitutionQueries
from settlement.integration_events import publish
from settlement.payment_refusals.api import payment_refusals
from settlement.payment_refusals.commands import PaymentRefusals
from settlement.payment_refusals.queries import RefusalQueries
from settlement.people.queries import PersonQueries
from settlement.policies.commands import PolicyCommands
from settlement.reactions import identity, referral, settlement
from settlement.reviews import api as reviews
from settlement.reviews.commands.looking import Reviewing
from settlement.reviews.commands.reviews import ReviewCommands
from settlement.reviews.queries.reviews import ReviewQueries
from settlement.rows import READ_MODEL
from settlement.years import api as years
from settlement.years.commands import YearCommands
from settlement.years.queries import YearQueries

CODES: Final = (*institutions.CODES, *encounters_codes.CODES, *admission_checks.CODES, *years.CODES, *reviews.CODES)


def subscriptions(path: CommandPath) -> Sequence[Subscription]:
    """What settlement does on messages besides keeping rows of them."""
    reviewing, refusals = Reviewing(path), PaymentRefusals(path)
    return (
        identity.subscription(reviewing, refusals),
        referral.subscription(reviewing),
        settlement.subscription(reviewing, refusals),
    )


PARTS: Final = ServiceParts(
    name="settlement",
    schema="settlement",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    heard=(identity.HEARD, referral.HEARD),
    subscriptions=subscriptions,
)


def build(host: Host, config: Config) -> FastAPI:
    """The settlement service in the given surroundings; it starts with its lifespan."""
    runtime, requests, library = host.runtime(PARTS), Requests(host.clock), config.library
    files, of_encounters, of_years = CaseFiles(runtime), EncounterQueries(runtime), YearQueries(runtime)
    commands = EncounterCommands(runtime, library, files, of_encounters)
    checks = AdmissionCheckQueries(runtime)
    return application(
        runtime,
        host,
        description="Claims, and the waterfall of benefits as each policy document orders it.",
        routers=[
            encounters(commands, of_encounters, requests),
            admission_checks.admission_checks(AdmissionCheckCommands(runtime, checks), checks, of_encounters, requests),
            catalogue_exceptions(CatalogueExceptionCommands(runtime, library, files), of_encounters, requests),
            settlements(commands, of_encounters, requests),
            years.benefit_years(YearCommands(runtime, of_years), of_years, PersonQueries(runtime), requests),
            institutions.institutions(InstitutionCommands(runtime), InstitutionQueries(runtime), requests),
            reviews.reviews(ReviewCommands(runtime, of_years), ReviewQueries(runtime), requests),
            payment_refusals(RefusalQueries(runtime)),
        ],
        error_codes=CODES,
        on_start=PolicyCommands(runtime, library, requests).adopt,
    )
