"""Commands that erase a person's data: asked by one, confirmed by another, and then the keys are destroyed."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

from identity.persons.domain.corrections import IdNumberCorrected
from identity.persons.domain.erasure import (
    DECIDER,
    AskErasure,
    ConfirmErasure,
    DeclineErasure,
    ErasureReason,
    State,
    erase,
)
from identity.persons.domain.person import DECIDER as PERSONS
from identity.persons.domain.person import PersonRegistered, known
from identity.persons.queries.people import PeopleCommands
from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision, Outcome, decided
from kernel.writing.event_store import StreamAppend

#: The tokens of numbers that another topic keeps of a person, such as those of handbooks.
TokensElsewhere = Callable[[str], Awaitable[Iterable[str]]]
#: Throws away what else may name who was erased, such as files that are kept for their receipts.
Forget = Callable[[], Awaitable[None]]


class ErasureCommands(PeopleCommands):
    """The commands about erasure."""

    def __init__(
        self, runtime: Runtime, vault: Vault, requests: Requests, tokens_elsewhere: TokensElsewhere, forget: Forget
    ) -> None:
        super().__init__(runtime, vault, requests)
        self._tokens_elsewhere = tokens_elsewhere
        self._forget = forget

    async def ask(self, caller: Principal, key: Idempotency, person_id: str, reason: ErasureReason) -> Answered:
        """Ask that a person's data be erased; aliases go with the record that stands."""
        context = self._requests.by(caller, key)

        async def gather(_state: State) -> AskErasure:
            await self._check_known_whole(person_id)
            return AskErasure(person_id, reason, context.actor, context.now)

        return await self._runtime.path.gather(context, DECIDER, f"erasure/{person_id}", gather, _changed)

    async def decline(self, caller: Principal, key: Idempotency, person_id: str) -> Answered:
        """Decline an erasure, or take it back."""
        context = self._requests.by(caller, key)
        command = DeclineErasure(context.actor, context.now)
        return await self._runtime.path.decide(context, DECIDER, f"erasure/{person_id}", command, _changed)

    async def confirm(self, caller: Principal, key: Idempotency, person_id: str) -> Answered:
        """Confirm an erasure and destroy the keys. Sent again after a failure it destroys them again."""
        context = self._requests.by(caller, key)

        async def attempt() -> Outcome:
            await self._check_known_whole(person_id)
            records = await self._records.with_aliases(person_id)
            loaded = [await self._runtime.store.load(f"person/{record}") for record in records]
            numbers = {token for _, past in loaded for token in _number_tokens(past)}
            numbers.update(*[await self._tokens_elsewhere(record) for record in records])
            tokens = tuple(sorted(numbers))
            stream, state = await self._runtime.path.standing(DECIDER, f"erasure/{person_id}")
            command = ConfirmErasure(tuple(records), tokens, context.actor, context.now)
            confirmed = decided(DECIDER, stream, state, command)
            erased = [StreamAppend(stream, (erase(known(PERSONS.fold(past)), tokens),)) for stream, past in loaded]
            return Outcome((confirmed.append, *erased), _changed(confirmed), contended=person_id)

        done = await self._runtime.path.run(context, attempt)
        await self._forget()
        return done

    async def _check_known_whole(self, person_id: str) -> None:
        _, state = await self._runtime.path.standing(PERSONS, f"person/{person_id}")
        known(state).check_not_merged()


def _changed(decision: Decision[State, Any]) -> dict[str, Any]:
    after = decision.after
    return {"person_id": after.person_id, "state": after.state, "revision": after.revision}


def _number_tokens(past: Iterable[Any]) -> Iterator[str]:
    """The tokens of all ID numbers a record ever had, whatever the read tables still know of it."""
    for event in past:
        match event:
            case PersonRegistered(number_token=token):
                yield token
            case IdNumberCorrected(record=record, former_token=former):
                yield from (record.number_token, former)
            case _:
                pass
