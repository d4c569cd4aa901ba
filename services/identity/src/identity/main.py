"""Joins identity's topics into one application."""

from typing import Any, Final

import msgspec
from fastapi import FastAPI

from contracts.identity import CONTRACT
from identity.certification.api import CODES as OF_CERTIFICATION
from identity.certification.api import certifications, certifiers, chronic_diseases, filings
from identity.certification.commands import CertificationCommands
from identity.certification.queries import CertificationQueries
from identity.comparison.api.comparisons import comparisons
from identity.comparison.api.error_codes import CODES as OF_COMPARISON
from identity.comparison.api.notices import notices
from identity.comparison.api.payment_lists import payment_lists
from identity.comparison.api.work_list import townships, work_list
from identity.comparison.commands.comparison import ComparisonCommands
from identity.comparison.commands.payment_lists import PaymentListCommands
from identity.comparison.commands.work_list import WorkListCommands
from identity.comparison.commands.worker import PaymentListWorker
from identity.comparison.queries.comparison import ComparisonQueries
from identity.comparison.queries.payment_lists import PaymentListQueries
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
from identity.entries.commands import EntryCommands
from identity.entries.queries import EntryQueries
from identity.event_types import REGISTRY
from identity.facts.api.error_codes import CODES as OF_FACTS
from identity.facts.api.facts import facts
from identity.facts.api.handbooks import handbooks
from identity.facts.commands.facts import FactCommands
from identity.facts.commands.handbooks import HandbookCommands
from identity.facts.queries import FactQueries
from identity.feeds.api import CODES as OF_FEEDS
from identity.feeds.api import feed_batches
from identity.feeds.commands.batches import FeedCommands
from identity.feeds.commands.worker import FeedWorker
from identity.feeds.queries import FeedQueries
from identity.illnesses.api import CODES as OF_ILLNESSES
from identity.illnesses.api import exit_checks, exit_checks_of_person, illnesses, illnesses_of_person
from identity.illnesses.commands import IllnessCommands
from identity.illnesses.queries import IllnessQueries
from identity.intake.receiving import Receiving
from identity.intake.spool import Spool
from identity.integration_events import publish
from identity.memberships.api.as_of import as_of
from identity.memberships.api.error_codes import CODES as OF_MEMBERSHIPS
from identity.memberships.api.memberships import memberships, memberships_of_department
from identity.memberships.commands import MembershipCommands
from identity.memberships.domain import ApprovalRules
from identity.memberships.queries.as_of import AsOfQueries
from identity.memberships.queries.memberships import MembershipQueries
from identity.persons.api.corrections import corrections
from identity.persons.api.erasure import erasure, erasure_list
from identity.persons.api.error_codes import CODES as OF_PERSONS
from identity.persons.api.lookups import lookups
from identity.persons.api.persons import persons
from identity.persons.api.records import records
from identity.persons.commands.corrections import CorrectionCommands
from identity.persons.commands.erasure import ErasureCommands
from identity.persons.commands.persons import PersonCommands
from identity.persons.commands.records import RecordCommands
from identity.persons.domain.categories import Department
from identity.persons.domain.membership import membership_overlaps
from identity.persons.domain.person import person_already_registered
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.erasures import ErasureQueries
from identity.persons.queries.lookups import LookupQueries
from identity.persons.queries.persons import PersonQueries
from identity.persons.queries.vault import Vault
from identity.rows import READ_MODEL
from kernel.http import Router, of_division
from kernel.running.hosting import Host, application
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime, ServiceParts
from kernel.running.service import Service
from law.packs import PackLibrary

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


class _Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What several topics are built on."""

    runtime: Runtime
    vault: Vault
    #: The stored hash of a request is keyed, because its body may hold an ID number.
    requests: Requests
    #: Of bodies that hold no ID number; their hashes were stored bare before, and keys are kept across an upgrade.
    bare_requests: Requests
    library: PackLibrary
    rules: ApprovalRules
    persons: PersonQueries
    divisions: DivisionQueries

    @property
    def of_person(self) -> Any:
        """Keeps a router's routes to people of the caller's divisions."""
        return of_division("person_id", self.divisions.of_person)


def build(host: Host, config: Config) -> FastAPI:
    """The identity service in the given surroundings; it starts with its lifespan."""
    runtime = host.runtime(PARTS)
    vault = Vault(runtime, config.keys, config.cipher)
    shared = _Shared(
        runtime=runtime,
        vault=vault,
        requests=Requests(host.clock, vault.hashed),
        bare_requests=Requests(host.clock),
        library=config.library,
        rules=_approval_rules(config),
        persons=PersonQueries(runtime),
        divisions=DivisionQueries(runtime),
    )
    spool = Spool(runtime, config.keys, config.cipher)
    receiving = Receiving(runtime, spool, config.feeds.file_bytes_max)
    worker = FeedWorker(runtime, vault, spool, shared.requests, config.feeds)
    payment_worker = PaymentListWorker(runtime, vault, spool, shared.requests)
    feeding = FeedCommands(runtime, receiving, spool, worker, shared.requests)

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
            *_persons(shared),
            *_facts(shared),
            *_memberships(shared),
            *_entries(shared),
            feed_batches(feeding, FeedQueries(runtime), shared.rules),
            *_certification(shared),
            *_illnesses(shared),
            *_enrolment(shared),
            *_comparison(shared),
            payment_lists(PaymentListCommands(receiving, payment_worker, shared.requests), PaymentListQueries(runtime)),
        ],
        error_codes=CODES,
        on_start=begin,
    )


def _persons(shared: _Shared) -> list[Router]:
    runtime, vault, requests, divisions = shared.runtime, shared.vault, shared.requests, shared.divisions
    erasing = ErasureCommands(runtime, vault, requests, FactQueries(runtime).handbook_tokens)
    return [
        persons(PersonCommands(runtime, vault, requests), shared.persons, vault, divisions),
        corrections(CorrectionCommands(runtime, vault, requests), shared.persons, divisions),
        records(RecordCommands(runtime, requests), divisions),
        erasure(erasing, divisions),
        erasure_list(ErasureQueries(runtime)),
        lookups(LookupQueries(runtime), shared.persons, divisions),
    ]


def _facts(shared: _Shared) -> list[Router]:
    runtime, vault, requests = shared.runtime, shared.vault, shared.requests
    return [
        facts(FactCommands(runtime, vault, shared.library, requests), shared.divisions),
        handbooks(HandbookCommands(runtime, vault, requests)),
    ]


def _memberships(shared: _Shared) -> list[Router]:
    commands = MembershipCommands(shared.runtime, shared.vault, shared.requests)
    queries = MembershipQueries(shared.runtime)
    return [
        memberships(commands, queries, shared.persons, shared.rules, shared.divisions),
        memberships_of_department(queries),
        as_of(AsOfQueries(shared.runtime), shared.persons, shared.requests.clock, shared.divisions),
    ]


def _entries(shared: _Shared) -> list[Router]:
    commands = EntryCommands(shared.runtime, shared.vault, shared.requests, shared.rules)
    queries = EntryQueries(shared.runtime)
    return [entry_steps(commands, queries, shared.divisions), entry_lists(queries)]


def _certification(shared: _Shared) -> list[Router]:
    commands = CertificationCommands(shared.runtime, shared.library, shared.bare_requests)
    queries = CertificationQueries(shared.runtime)
    return [
        certifications(commands, queries, shared.of_person),
        certifiers(commands, queries),
        chronic_diseases(commands),
        filings(commands, queries, shared.vault),
    ]


def _illnesses(shared: _Shared) -> list[Router]:
    queries = IllnessQueries(shared.runtime)
    commands = IllnessCommands(shared.runtime, queries, shared.requests)
    return [
        illnesses_of_person(commands, shared.of_person),
        illnesses(commands, queries),
        exit_checks_of_person(commands, queries, shared.of_person),
        exit_checks(queries),
    ]


def _enrolment(shared: _Shared) -> list[Router]:
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


def _comparison(shared: _Shared) -> list[Router]:
    commands = ComparisonCommands(shared.runtime, shared.library, shared.bare_requests)
    listing = WorkListCommands(shared.runtime, shared.library, shared.bare_requests)
    queries = ComparisonQueries(shared.runtime)
    return [
        notices(queries),
        comparisons(commands, queries),
        work_list(listing, WorkListQueries(shared.runtime), shared.of_person),
        townships(listing, shared.of_person),
    ]


def _approval_rules(config: Config) -> ApprovalRules:
    """Raises ValueError where a setting names a department that there is not."""
    departments = frozenset(Department(name) for name in config.approval_departments)
    return ApprovalRules(departments, config.administrators)


SERVICE: Final = Service(
    parts=PARTS,
    read_model=READ_MODEL,
    port=8001,
    codes=CODES,
    build=lambda host, environ: build(host, config_from(environ)),
)
