"""All routes around a person's record: corrections, mergers, entries, facts, and what was known when."""

from identity.api.as_of import as_of
from identity.api.corrections import corrections
from identity.api.entries import entry_lists, entry_steps
from identity.api.erasure import erasure, erasure_list
from identity.api.exit_checks import exit_checks, exit_checks_of_person
from identity.api.facts import facts
from identity.api.handbooks import handbooks
from identity.api.illnesses import illnesses, illnesses_of_person
from identity.api.lookups import lookups
from identity.api.records import records
from identity.domain.approval import ApprovalRules
from identity.handlers import CorrectionHandlers, EntryHandlers, RecordHandlers, Vault
from identity.handlers.erasure import ErasureHandlers
from identity.handlers.facts import FactHandlers
from identity.handlers.handbooks import HandbookHandlers
from identity.handlers.illnesses import IllnessHandlers
from identity.queries import Queries
from identity.queries.as_of import AsOfQueries
from identity.queries.divisions import DivisionQueries
from identity.queries.entries import EntryQueries
from identity.queries.erasures import ErasureQueries
from identity.queries.illnesses import IllnessQueries
from identity.queries.lookups import LookupQueries
from kernel.hosting import Clock
from kernel.http import Router
from kernel.policy_packs import PackLibrary
from kernel.runtime import Runtime


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
