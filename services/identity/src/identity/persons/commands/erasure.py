"""Commands that erase a person's data: asked by one, confirmed by another, and then the keys are destroyed."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from identity.facts.domain.facts import FactCorrected, FactTold, Handbook
from identity.persons.domain.corrections import IdNumberCorrected
from identity.persons.domain.erasure import (
    DECIDER,
    AskErasure,
    Command,
    ConfirmErasure,
    DeclineErasure,
    Erasure,
    ErasureReason,
    PersonErased,
    erase,
)
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import PersonRegistered, person_unknown
from identity.persons.queries.request_context import context_of
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import StreamAppend

_RECORDS_SQL: Final = "SELECT person_id FROM persons WHERE person_id = $1 OR merged_into = $1 ORDER BY person_id"


class ErasureHandlers:
    """The commands about erasure."""

    def __init__(self, runtime: Runtime, vault: Vault, clock: Clock) -> None:
        self._runtime = runtime
        self._vault = vault
        self._clock = clock

    async def ask(self, caller: Principal, key: Idempotency, person_id: str, reason: ErasureReason) -> Answered:
        """Ask that a person's data be erased; aliases go with the record that stands."""
        context = context_of(self._vault, self._clock, caller, key)

        async def attempt() -> Outcome:
            await self._standing(person_id)
            return await self._outcome(person_id, AskErasure(person_id, reason, context.actor, context.now))

        return await self._runtime.path.run(context, attempt)

    async def decline(self, caller: Principal, key: Idempotency, person_id: str) -> Answered:
        """Decline an erasure, or take it back."""
        context = context_of(self._vault, self._clock, caller, key)
        return await self._runtime.path.run(
            context, lambda: self._outcome(person_id, DeclineErasure(context.actor, context.now))
        )

    async def confirm(self, caller: Principal, key: Idempotency, person_id: str) -> Answered:
        """Confirm an erasure and destroy the keys. Sent again after a failure it destroys them again."""
        context = context_of(self._vault, self._clock, caller, key)

        async def attempt() -> Outcome:
            await self._standing(person_id)
            rows = await self._runtime.store.pool.fetch(_RECORDS_SQL, person_id)
            loaded = [await self._runtime.store.load(f"person/{row['person_id']}") for row in rows]
            facts = [(await self._runtime.store.load(f"facts/{row['person_id']}"))[1] for row in rows]
            pasts = (*(past for _, past in loaded), *facts)
            tokens = tuple(sorted({token for past in pasts for token in _tokens(past)}))
            records = tuple(row["person_id"] for row in rows)
            decided = await self._outcome(person_id, ConfirmErasure(records, tokens, context.actor, context.now))
            erased = [StreamAppend(stream, (_erased(past, tokens),)) for stream, past in loaded]
            return Outcome((*decided.appends, *erased), decided.body, contended=person_id)

        done = await self._runtime.path.run(context, attempt)
        await self._vault.forget()
        return done

    async def _outcome(self, person_id: str, command: Command) -> Outcome:
        stream, past = await self._runtime.store.load(f"erasure/{person_id}")
        state = DECIDER.fold(past)
        events: tuple[Any, ...] = tuple(DECIDER.decide(command, state))
        after = DECIDER.fold(events, state)
        assert after is not None, "an accepted command leaves an erasure"
        return Outcome((StreamAppend(stream, events),), _body(after), contended=stream.stream_id)

    async def _standing(self, person_id: str) -> None:
        _, past = await self._runtime.store.load(f"person/{person_id}")
        person = PERSONS.fold(past)
        if person is None:
            raise person_unknown()
        person.check_not_merged()


def _body(erasure: Erasure) -> dict[str, Any]:
    return {"person_id": erasure.person_id, "state": erasure.state, "revision": erasure.revision}


def _tokens(past: Iterable[Any]) -> Iterator[str]:
    """The tokens of all ID and handbook numbers a record ever had, whatever the read tables still know of it."""
    for event in past:
        match event:
            case PersonRegistered(number_token=token):
                yield token
            case IdNumberCorrected(record=record, former_token=former):
                yield from (record.number_token, former)
            case FactTold(fact=fact) | FactCorrected(fact=fact) if isinstance(fact.detail, Handbook):
                yield fact.detail.token
            case _:
                pass


def _erased(past: Iterable[Any], tokens: tuple[str, ...]) -> PersonErased:
    person = PERSONS.fold(past)
    assert person is not None, "a record in the read table was registered"
    return erase(person, tokens)
