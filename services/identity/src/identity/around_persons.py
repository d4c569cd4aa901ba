"""All routes around a person's record: corrections, mergers, entries, facts, and what was known when."""

from identity.entries.api.entries import entry_lists, entry_steps
from identity.entries.queries import EntryQueries
from identity.facts.api.facts import facts
from identity.facts.api.handbooks import handbooks
from identity.facts.commands.facts import FactHandlers
from identity.facts.commands.handbooks import HandbookHandlers
from identity.illnesses.api.exit_checks import exit_checks, exit_checks_of_person
from identity.illnesses.api.illnesses import illnesses, illnesses_of_person
from identity.illnesses.commands import IllnessHandlers
from identity.illnesses.queries import IllnessQueries
from identity.memberships.api.as_of import as_of
from identity.memberships.domain import ApprovalRules
from identity.memberships.queries import AsOfQueries
from identity.persons.api.corrections import corrections
from identity.persons.api.erasure import erasure, erasure_list
from identity.persons.api.lookups import lookups
from identity.persons.api.records import records
from identity.persons.commands.erasure import ErasureHandlers
from identity.persons.commands.persons import CorrectionHandlers, EntryHandlers, RecordHandlers, Vault
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.erasures import ErasureQueries
from identity.persons.queries.lookups import LookupQueries
from identity.persons.queries.persons import Queries
from kernel.http import Router
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from law.packs import PackLibrary


def around_persons(
    runtime: Runtime, vault: Vault, library: PackLibrary, rules: ApprovalRules, clock: Clock
) -> list[Router]:
    """The routers, over handlers and queries of their own."""
    queries, divisions = Queries(runtime), DivisionQueries(runtime)
    return [
        corrections(CorrectionHandlers(runtime, vault, clock), queries, divisions),
        records(RecordHandlers(runtime, vault, clock), divisions),
        entry_steps(EntryHandlers(runtime, vault, clock, rules), divisions),
        entry_lists(EntryQueries(runtime), divisions),
        facts(FactHandlers(runtime, vault, library, clock), divisions),
        *_illnesses(runtime, vault, divisions, clock),
        handbooks(HandbookHandlers(runtime, vault, clock)),
        erasure(ErasureHandlers(runtime, vault, clock), divisions),
        erasure_list(ErasureQueries(runtime)),
        lookups(LookupQueries(runtime), queries, divisions),
        as_of(AsOfQueries(runtime), queries, clock, divisions),
    ]


def _illnesses(runtime: Runtime, vault: Vault, divisions: DivisionQueries, clock: Clock) -> list[Router]:
    queries = IllnessQueries(runtime)
    handlers = IllnessHandlers(runtime, vault, queries, clock)
    return [
        illnesses_of_person(handlers, divisions),
        illnesses(handlers, queries),
        exit_checks_of_person(handlers, queries, divisions),
        exit_checks(queries),
    ]
