"""Joins what erases a person: the tokens of handbooks go, too, wherever they were told or only proposed."""

from identity.entries.queries import EntryQueries
from identity.facts.queries.facts import FactQueries
from identity.main.shared import Shared
from identity.persons.commands.erasure import ErasureCommands, Forget


def erasing(shared: Shared, forget: Forget) -> ErasureCommands:
    """The commands about erasure; ``forget`` throws away what else may name who was erased."""
    facts, entries = FactQueries(shared.runtime), EntryQueries(shared.runtime)

    async def handbooks(person_id: str) -> set[str]:
        return await facts.handbook_tokens(person_id) | await entries.handbook_tokens(person_id)

    return ErasureCommands(shared.runtime, shared.vault, shared.requests, handbooks, forget)
