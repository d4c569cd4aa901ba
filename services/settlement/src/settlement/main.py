"""Joins settlement's parts into one application."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from fastapi import FastAPI

from contracts.settlement import CONTRACT
from kernel.http import Router
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime, ServiceParts, Subscription
from kernel.running.scans import api as scans_api
from kernel.running.scans.store import ScanStore
from kernel.running.service import Service
from kernel.writing.command_path import CommandPath
from settlement.admission_checks import api as admission_checks
from settlement.admission_checks.commands import AdmissionCheckCommands
from settlement.admission_checks.queries import AdmissionCheckQueries
from settlement.cases.api import codes as cases_codes
from settlement.cases.api.cases import cases
from settlement.cases.api.scans import case_scans
from settlement.cases.commands import CaseCommands
from settlement.cases.domain.case import invoice_known
from settlement.cases.domain.papers import needed_of
from settlement.cases.domain.seconded import seconded_of
from settlement.cases.queries import CaseQueries
from settlement.config import Config, WebhookSettings, config_from
from settlement.encounters.api import codes as encounters_codes
from settlement.encounters.api.catalogue_exceptions import catalogue_exceptions
from settlement.encounters.api.changes import changes
from settlement.encounters.api.corrections import corrections
from settlement.encounters.api.encounters import encounters
from settlement.encounters.api.fees import fees
from settlement.encounters.api.found_causes import found_causes
from settlement.encounters.api.listing import listing
from settlement.encounters.api.reading import reading
from settlement.encounters.api.settlements import settlements
from settlement.encounters.api.told_amounts import told_amounts
from settlement.encounters.commands.catalogue_exceptions import CatalogueExceptionCommands
from settlement.encounters.commands.corrections import CorrectionCommands
from settlement.encounters.commands.encounters import EncounterCommands
from settlement.encounters.commands.fees import FeeCommands
from settlement.encounters.commands.found_causes import FoundCauseCommands
from settlement.encounters.commands.limits import LimitsOfEncounter
from settlement.encounters.commands.told_amounts import ToldAmountCommands
from settlement.encounters.domain.commands import Tells
from settlement.encounters.domain.refusals import number_taken
from settlement.encounters.queries.case_file import CaseFiles
from settlement.encounters.queries.changes import ChangeQueries
from settlement.encounters.queries.encounters import EncounterQueries
from settlement.encounters.queries.listing import ListingQueries
from settlement.encounters.queries.reading import ReadingQueries
from settlement.encounters.queries.told_amounts import ToldAmountQueries
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
from settlement.printing.api.printing import printing
from settlement.reactions import identity, referral, settlement
from settlement.reviews import api as reviews
from settlement.reviews.commands.looking import Reviewing
from settlement.reviews.commands.reviews import ReviewCommands
from settlement.reviews.queries.reviews import ReviewQueries
from settlement.revocations import api as revocations
from settlement.revocations.commands import RevocationCommands
from settlement.rows import READ_MODEL
from settlement.visit_records.api import CODES as RECORD_CODES
from settlement.visit_records.api import visit_records
from settlement.visit_records.commands import VisitRecordCommands
from settlement.visit_records.queries import VisitQueries
from settlement.webhooks.api.figures import WebhookCollector
from settlement.webhooks.api.webhooks import CODES as WEBHOOK_CODES
from settlement.webhooks.api.webhooks import webhooks
from settlement.webhooks.commands.delivering import Delivering
from settlement.webhooks.commands.failing import FailingWatch
from settlement.webhooks.commands.sending import Sender
from settlement.webhooks.commands.webhooks import WebhookCommands
from settlement.webhooks.queries.positions import PositionQueries
from settlement.years import api as years
from settlement.years.commands import YearCommands
from settlement.years.queries import YearQueries

CODES: Final = (
    *institutions.CODES,
    *encounters_codes.CODES,
    *admission_checks.CODES,
    *years.CODES,
    *reviews.CODES,
    *revocations.CODES,
    *cases_codes.CODES,
    *scans_api.CODES,
    *WEBHOOK_CODES,
    *RECORD_CODES,
)


def subscriptions(path: CommandPath) -> Sequence[Subscription]:
    """What settlement does on messages besides keeping rows of them."""
    reviewing, refusals = Reviewing(path), PaymentRefusals(path)
    return (
        identity.subscription(reviewing, refusals),
        identity.ERASURES,
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
    refusals={"hospital_numbers_once": number_taken, "case_invoices_once": invoice_known},
)


def build(host: Host, config: Config) -> FastAPI:
    """The settlement service in the given surroundings; it starts with its lifespan."""
    runtime, requests, library = host.runtime(PARTS), Requests(host.clock), config.library
    files, of_encounters, of_years = CaseFiles(runtime), EncounterQueries(runtime), YearQueries(runtime)
    commands, checks = (
        EncounterCommands(runtime, library, files, tells=_tells(config)),
        AdmissionCheckQueries(runtime),
    )
    failing = FailingWatch(PositionQueries(runtime))
    return application(
        runtime,
        host,
        description="Claims, and the waterfall of benefits as each policy document orders it.",
        routers=[
            listing(ListingQueries(runtime)),
            encounters(commands, requests),
            corrections(CorrectionCommands(runtime, library, files), requests),
            fees(FeeCommands(runtime, files, ReadingQueries(runtime)), requests),
            admission_checks.admission_checks(AdmissionCheckCommands(runtime, checks), checks, of_encounters, requests),
            catalogue_exceptions(CatalogueExceptionCommands(runtime, library, files), of_encounters, requests),
            found_causes(FoundCauseCommands(runtime, files), of_encounters, requests),
            _told_amounts(runtime, config, files, requests),
            settlements(of_encounters),
            revocations.revocations(RevocationCommands(runtime, files, of_encounters), of_encounters, requests),
            reading(ReadingQueries(runtime), of_encounters, LimitsOfEncounter(library, files, host.clock)),
            changes(ChangeQueries(runtime)),
            years.benefit_years(YearCommands(runtime, of_years, library), of_years, PersonQueries(runtime), requests),
            institutions.institutions(InstitutionCommands(runtime), InstitutionQueries(runtime), requests),
            reviews.reviews(ReviewCommands(runtime, of_years), ReviewQueries(runtime), requests),
            reviews.reviews_of_settlement(ReviewQueries(runtime), of_encounters),
            payment_refusals(RefusalQueries(runtime)),
            *_of_cases(runtime, config, files, requests),
            _visit_records(runtime, config, requests),
            _webhooks(runtime, host, config.webhooks, requests),
            printing(of_encounters, InstitutionQueries(runtime), host.clock),
        ],
        error_codes=CODES,
        on_start=partial(_start, runtime, host, config, requests, failing),
        collectors=(WebhookCollector(failing, host.clock),),
    )


def _told_amounts(runtime: Runtime, config: Config, files: CaseFiles, requests: Requests) -> Router:
    commands = ToldAmountCommands(runtime, config.library, files)
    return told_amounts(commands, ToldAmountQueries(runtime), EncounterQueries(runtime), requests)


def _tells(config: Config) -> Tells:
    return Tells(stays=config.tells_stays, cases=config.tells_cases)


async def _start(runtime: Runtime, host: Host, config: Config, requests: Requests, failing: FailingWatch) -> None:
    await PolicyCommands(runtime, config.library, requests).adopt()
    if host.keys.own is not None:
        settings = config.webhooks
        sender = Sender(host.keys.own, settings.networks, plain=settings.plain, trusted=settings.trusted)
        positions, changes = PositionQueries(runtime), ChangeQueries(runtime)
        delivering = Delivering(positions, changes, sender, host.clock, failing, settings.look_seconds)
        runtime.elect("webhooks", delivering.run)


def _visit_records(runtime: Runtime, config: Config, requests: Requests) -> Router:
    queries = VisitQueries(runtime)
    return visit_records(VisitRecordCommands(runtime, config.library, queries, tells=_tells(config)), queries, requests)


def _webhooks(runtime: Runtime, host: Host, settings: WebhookSettings, requests: Requests) -> Router:
    own, positions = host.keys.own, PositionQueries(runtime)
    commands = WebhookCommands(runtime, positions, settings.networks, signs=own is not None, plain=settings.plain)
    public_key = "" if own is None else own.public.text
    return webhooks(commands, positions, ChangeQueries(runtime), requests, public_key)


def _of_cases(runtime: Runtime, config: Config, files: CaseFiles, requests: Requests) -> list[Router]:
    papers, queries = needed_of(config.case_papers), CaseQueries(runtime)
    seconded = seconded_of(config.seconded)
    commands = CaseCommands(
        runtime, config.library, files, queries, papers, seconded, tells=_tells(config), windows=config.case_windows
    )
    store = ScanStore(runtime, config.scan_keys, config.scan_cipher)
    return [
        cases(commands, queries, PersonQueries(runtime), requests, papers),
        case_scans(runtime, store, queries, requests, papers),
    ]


SERVICE: Final = Service(
    parts=PARTS,
    read_model=READ_MODEL,
    port=8003,
    codes=CODES,
    build=lambda host, environ: build(host, config_from(environ)),
    ends=("encounter", "review", "case"),
)
