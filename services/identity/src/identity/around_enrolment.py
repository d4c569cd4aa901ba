"""All routes around enrolment: exemptions, premiums, certification, and how far a person's insurance has come."""

from identity.certification.api.certifications import certifications, certifiers, chronic_diseases
from identity.certification.api.filings import filings
from identity.certification.commands import CertificationHandlers
from identity.certification.queries import CertificationQueries
from identity.comparison.api.comparisons import comparisons
from identity.comparison.api.notices import notices
from identity.comparison.api.work_list import townships, work_list
from identity.comparison.commands.comparison import ComparisonHandlers
from identity.comparison.queries.comparison import ComparisonQueries
from identity.comparison.queries.work_list import WorkListQueries
from identity.enrolment.api.enrolments import enrolments
from identity.enrolment.api.exemptions import exemptions, exemptions_of_person
from identity.enrolment.api.premium_batches import premium_batches
from identity.enrolment.api.premiums import premium_of_person, premiums
from identity.enrolment.commands import EnrolmentHandlers
from identity.enrolment.queries import EnrolmentQueries
from identity.persons.commands.persons import Vault
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.persons import Queries
from kernel.http import Router
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from law.packs import PackLibrary


def around_enrolment(runtime: Runtime, vault: Vault, library: PackLibrary, clock: Clock) -> list[Router]:
    """The routers, over handlers and queries of their own."""
    handlers, queries = EnrolmentHandlers(runtime, library, clock), EnrolmentQueries(runtime)
    divisions = DivisionQueries(runtime)
    return [
        enrolments(handlers, queries, Queries(runtime), divisions),
        exemptions_of_person(handlers, queries, divisions),
        exemptions(handlers, queries),
        premium_of_person(handlers, divisions),
        premiums(handlers, queries),
        premium_batches(handlers, queries, divisions),
        *_certification(runtime, vault, library, clock),
        *_comparison(runtime, library, clock),
    ]


def _certification(runtime: Runtime, vault: Vault, library: PackLibrary, clock: Clock) -> list[Router]:
    handlers, queries = CertificationHandlers(runtime, library, clock), CertificationQueries(runtime)
    return [
        certifications(handlers, queries, DivisionQueries(runtime)),
        certifiers(handlers, queries),
        chronic_diseases(handlers),
        filings(handlers, queries, vault),
    ]


def _comparison(runtime: Runtime, library: PackLibrary, clock: Clock) -> list[Router]:
    handlers, queries = ComparisonHandlers(runtime, library, clock), ComparisonQueries(runtime)
    divisions = DivisionQueries(runtime)
    return [
        notices(queries),
        comparisons(handlers, queries),
        work_list(handlers, WorkListQueries(runtime), divisions),
        townships(handlers, divisions),
    ]
