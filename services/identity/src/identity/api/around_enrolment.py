"""All routes around enrolment: exemptions, premiums, certification, and how far a person's insurance has come."""

from identity.api.certifications import certifications, certifiers, chronic_diseases
from identity.api.comparisons import comparisons
from identity.api.enrolments import enrolments
from identity.api.exemptions import exemptions, exemptions_of_person
from identity.api.filings import filings
from identity.api.notices import notices
from identity.api.premium_batches import premium_batches
from identity.api.premiums import premium_of_person, premiums
from identity.api.work_list import townships, work_list
from identity.handlers import Vault
from identity.handlers.certification import CertificationHandlers
from identity.handlers.comparison import ComparisonHandlers
from identity.handlers.enrolment import EnrolmentHandlers
from identity.queries import Queries
from identity.queries.certification import CertificationQueries
from identity.queries.comparison import ComparisonQueries
from identity.queries.divisions import DivisionQueries
from identity.queries.enrolment import EnrolmentQueries
from identity.queries.work_list import WorkListQueries
from kernel.hosting import Clock
from kernel.http import Router
from kernel.policy_packs import PackLibrary
from kernel.runtime import Runtime


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
