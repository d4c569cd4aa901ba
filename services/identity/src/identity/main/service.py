"""Joins identity's topics into one application."""

from typing import Final

from fastapi import FastAPI

from contracts.identity import CONTRACT
from identity.certification.api import CODES as OF_CERTIFICATION
from identity.certification.api import certifications, certifiers, chronic_diseases, filing_papers, filings
from identity.certification.commands import CertificationCommands
from identity.certification.queries import CertificationQueries
from identity.comparison.api.comparisons import comparisons
from identity.comparison.api.error_codes import CODES as OF_COMPARISON
from identity.comparison.api.notices import notices
from identity.comparison.api.statistics import statistics
from identity.comparison.api.work_list import townships, work_list
from identity.comparison.commands.comparison import ComparisonCommands
from identity.comparison.commands.work_list import WorkListCommands
from identity.comparison.queries.comparison import ComparisonQueries
from identity.comparison.queries.statistics import StatisticsQueries
from identity.comparison.queries.work_list import WorkListQueries
from identity.config import Config, config_from
from identity.enrolment.api.enrolments import enrolments
from identity.enrolment.api.error_codes import CODES as OF_ENROLMENT
from identity.enrolment.api.exemptions import exemptions, exemptions_of_person
from identity.enrolment.api.premiums import premium_batches, premium_of_person, premiums
from identity.enrolment.commands import EnrolmentCommands
from identity.enrolment.queries import EnrolmentQueries
from identity.entries.api.entries import entry_lists, entry_steps
from identity.entries.api.error_codes import CODES as OF_ENTRIES
from identity.entries.api.proposing import Proposing
from identity.entries.commands.effects import Effects
from identity.entries.commands.entries import EntryCommands
from identity.entries.queries import EntryQueries
from identity.event_types import REGISTRY
from identity.facts.api.error_codes import CODES as OF_FACTS
from identity.facts.api.facts import facts
from identity.facts.api.handbooks import handbooks
from identity.facts.commands.facts import FactCommands
from identity.facts.commands.handbooks import HandbookCommands
from identity.facts.queries.details import FactDetails
from identity.feeds.api.error_codes import CODES as OF_FEEDS
from identity.feeds.api.figures import ConfirmationCollector
from identity.feeds.queries.sender_keys import SenderKeys
from identity.illnesses.api import CODES as OF_ILLNESSES
from identity.illnesses.api import exit_checks, exit_checks_of_person, illnesses, illnesses_of_person
from identity.illnesses.commands import IllnessCommands
from identity.illnesses.queries import IllnessQueries
from identity.integration_events import publish
from identity.main.erasing import erasing
from identity.main.files import taking_files_in
from identity.main.shared import Shared
from identity.memberships.api.as_of import as_of
from identity.memberships.api.error_codes import CODES as OF_MEMBERSHIPS
from identity.memberships.api.handovers import handovers
from identity.memberships.api.memberships import memberships, memberships_of_department
from identity.memberships.commands import HandoverCommands, MembershipCommands
from identity.memberships.queries.as_of import AsOfQueries
from identity.memberships.queries.handovers import HandoverQueries
from identity.memberships.queries.memberships import MembershipQueries
from identity.persons.api.corrections import corrections
from identity.persons.api.erasure import erasure, erasure_list
from identity.persons.api.error_codes import CODES as OF_PERSONS
from identity.persons.api.holder_notes import holder_notes
from identity.persons.api.lookups import looks_at_person, lookups
from identity.persons.api.persons import Seeing, persons
from identity.persons.api.records import records
from identity.persons.commands.corrections import CorrectionCommands
from identity.persons.commands.erasure import Forget
from identity.persons.commands.persons import PersonCommands
from identity.persons.commands.records import RecordCommands
from identity.persons.domain.approval import ApprovalRules
from identity.persons.domain.categories import Department
from identity.persons.domain.membership import membership_overlaps
from identity.persons.domain.person import person_already_registered
from identity.persons.queries.correcting import Correcting
from identity.persons.queries.direct import DirectChanges
from identity.persons.queries.erasures import ErasureQueries
from identity.persons.queries.feed_access import FeedAccess
from identity.persons.queries.lookups import LookupQueries
from identity.persons.queries.persons import PersonQueries
from identity.persons.queries.places import Places
from identity.persons.queries.seeing import Looks
from identity.persons.queries.unnamed import PersonDivisions
from identity.persons.queries.vault import Vault
from identity.persons.rows import IN_CHECKPOINTS
from identity.rows import READ_MODEL
from kernel.http import Router
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import ServiceParts
from kernel.running.service import Service

PARTS: Final = ServiceParts(
    name="identity",
    schema="identity",
    publishes=CONTRACT,
    registry=REGISTRY,
    project=READ_MODEL.project,
    publish=publish,
    sources=IN_CHECKPOINTS,
    refusals={
        "personal_data_number_token": person_already_registered,
        "memberships_no_overlap": membership_overlaps,
    },
)
CODES: Final = (
    *OF_PERSONS,
    *OF_FACTS,
    *OF_MEMBERSHIPS,
    *OF_ENTRIES,
    *OF_FEEDS,
    *OF_CERTIFICATION,
    *OF_ILLNESSES,
    *OF_ENROLMENT,
    *OF_COMPARISON,
)


def build(host: Host, config: Config) -> FastAPI:
    """The identity service in the given surroundings; it starts with its lifespan."""
    shared = _shared(host, config)
    runtime = shared.runtime
    files = taking_files_in(shared, config)

    async def begin() -> None:
        # An erasure was confirmed and we were killed before the key was gone: it goes now.
        await files.forget()
        for name, worker in files.workers.items():
            runtime.elect(name, worker.run)
        runtime.elect("confirmations", files.confirming.run)

    app = application(
        runtime,
        host,
        description="Who is entitled, since when, according to whom.",
        routers=[
            *_persons(shared, files.forget, host),
            *_facts(shared),
            *_memberships(shared),
            *_entries(shared),
            *files.routers,
            *_certification(shared),
            *_illnesses(shared),
            *_enrolment(shared),
            *_comparison(shared),
        ],
        error_codes=CODES,
        on_start=begin,
        collectors=(ConfirmationCollector(files.confirming),),
    )
    app.state.sender_keys = shared.sender_keys
    app.state.confirming = files.confirming
    return app


def _shared(host: Host, config: Config) -> Shared:
    runtime = host.runtime(PARTS)
    vault = Vault(runtime, config.keys, config.cipher, tells_birth_years=config.tells_birth_years)
    places, divisions = Places(config.library), PersonDivisions(runtime, vault)
    rules = _approval_rules(config, places)
    return Shared(
        runtime=runtime,
        vault=vault,
        requests=Requests(host.clock, vault.hashed),
        bare_requests=Requests(host.clock),
        library=config.library,
        rules=rules,
        places=places,
        direct=DirectChanges(rules, divisions, host.clock),
        details=FactDetails(runtime, vault, config.library),
        persons=PersonQueries(runtime),
        divisions=divisions,
        looks=Looks(runtime, host.clock),
        sender_keys=SenderKeys(runtime, host.clock),
        access=FeedAccess(runtime, host.clock, rules.departments),
        tells_doctors=config.tells_doctors,
        tells_pushes=config.tells_pushes,
    )


def _persons(shared: Shared, forget: Forget, host: Host) -> list[Router]:
    seeing = Seeing(shared.vault, shared.access, shared.looks)
    runtime, vault, requests, divisions = shared.runtime, shared.vault, shared.requests, shared.divisions
    return [
        persons(PersonCommands(runtime, vault, requests), shared.persons, seeing, divisions, shared.direct),
        corrections(CorrectionCommands(runtime, vault, requests), shared.persons, divisions, shared.direct),
        records(RecordCommands(runtime, requests), divisions, shared.direct),
        erasure(erasing(shared, forget), divisions),
        erasure_list(ErasureQueries(runtime)),
        lookups(LookupQueries(runtime), shared.persons, divisions),
        holder_notes(PersonCommands(runtime, vault, requests), vault, divisions, host.keys.own, host.clock),
        looks_at_person(shared.looks, shared.persons, divisions),
    ]


def _facts(shared: Shared) -> list[Router]:
    runtime, vault, requests = shared.runtime, shared.vault, shared.requests
    return [
        facts(FactCommands(runtime, vault, requests), shared.details, shared.divisions, shared.direct),
        handbooks(HandbookCommands(runtime, vault, requests)),
    ]


def _memberships(shared: Shared) -> list[Router]:
    commands = MembershipCommands(shared.runtime, shared.vault, shared.requests, shared.places)
    queries = MembershipQueries(shared.runtime)
    return [
        memberships(commands, queries, shared.persons, shared.direct, shared.divisions),
        memberships_of_department(queries),
        handovers(HandoverCommands(shared.runtime, shared.requests, shared.places), HandoverQueries(shared.runtime)),
        as_of(AsOfQueries(shared.runtime), shared.persons, shared.requests.clock, shared.divisions),
    ]


def _entries(shared: Shared) -> list[Router]:
    runtime, vault, clock = shared.runtime, shared.vault, shared.requests.clock
    effects = Effects(runtime, vault, shared.places)
    commands = EntryCommands(runtime, shared.requests, effects, shared.rules)
    proposing = Proposing(
        persons=shared.persons,
        details=shared.details,
        correcting=Correcting(runtime, vault),
        vault=vault,
        rules=shared.rules,
        clock=clock,
    )
    queries = EntryQueries(runtime)
    return [entry_steps(commands, queries, shared.divisions, proposing), entry_lists(queries, vault, shared.looks)]


def _certification(shared: Shared) -> list[Router]:
    here = shared.runtime, shared.library, shared.bare_requests
    commands = CertificationCommands(*here, tells_doctors=shared.tells_doctors)
    queries = CertificationQueries(shared.runtime)
    return [
        certifications(commands, queries, shared.of_person),
        certifiers(commands, queries),
        chronic_diseases(commands),
        filing_papers(commands, queries, shared.vault, shared.looks),
        filings(commands, queries, shared.vault, shared.looks),
    ]


def _illnesses(shared: Shared) -> list[Router]:
    queries = IllnessQueries(shared.runtime)
    commands = IllnessCommands(shared.runtime, queries, shared.requests)
    return [
        illnesses_of_person(commands, shared.access, shared.of_person),
        illnesses(commands, queries, shared.access),
        exit_checks_of_person(commands, queries, shared.access, shared.of_person),
        exit_checks(queries),
    ]


def _enrolment(shared: Shared) -> list[Router]:
    commands = EnrolmentCommands(shared.runtime, shared.library, shared.requests)
    queries = EnrolmentQueries(shared.runtime)
    return [
        enrolments(commands, queries, shared.persons, shared.of_person),
        exemptions_of_person(commands, queries, shared.of_person),
        exemptions(commands, queries),
        premium_of_person(commands, shared.of_person),
        premiums(commands, queries),
        premium_batches(commands, queries),
    ]


def _comparison(shared: Shared) -> list[Router]:
    here, queries = (shared.runtime, shared.library, shared.bare_requests), ComparisonQueries(shared.runtime)
    commands, listing = ComparisonCommands(*here, tells_pushes=shared.tells_pushes), WorkListCommands(*here)
    return [
        notices(queries),
        statistics(StatisticsQueries(shared.runtime), shared.requests.clock),
        comparisons(commands, queries),
        work_list(listing, WorkListQueries(shared.runtime), shared.of_person),
        townships(listing, shared.of_person),
    ]


def _approval_rules(config: Config, places: Places) -> ApprovalRules:
    """Raises ValueError where a setting names a department that there is not."""
    return ApprovalRules(
        departments=frozenset(Department(name) for name in config.approval_departments),
        administrators=config.administrators,
        machine_feeds=frozenset(Department(name) for name in config.machine_feeds),
        demanded=places.three_steps,
        agency_enters=places.agency_enters,
    )


SERVICE: Final = Service(
    parts=PARTS,
    read_model=READ_MODEL,
    port=8001,
    codes=CODES,
    build=lambda host, environ: build(host, config_from(environ)),
    ends=("feed", "lookup", "handbook-check", "comparison"),
)
