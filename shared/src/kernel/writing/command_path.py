"""The one write path of every service: idempotency key, load, decide, append events and answer in one transaction."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from kernel.values.refusals import RefusalKind, Refused
from kernel.writing import failpoints
from kernel.writing.event_store import Answer, ConcurrencyError, DuplicateKeyError, EventStore, StreamAppend
from kernel.writing.keyed_locks import KeyedLocks

ATTEMPTS_MAX: Final = 8
_COMMANDS: Final = UUID("6f0c1d4e-8f0b-4c55-9a53-0d6a1b9f7c11")
_encoder: Final = msgspec.json.Encoder(order="deterministic")


class CommandContext(msgspec.Struct, frozen=True):
    """Who asks, under which key, when: all that varies and is not in the request's body.

    ``scope`` is the caller's organisation, within which ``key`` must be unique; ``request_hash`` tells a repeated
    request from another one under the same key; ``now`` is the moment that the decision counts with.
    """

    scope: str
    key: str
    request_hash: bytes
    actor: str
    now: datetime
    correlation_id: str = ""
    causation_id: str = ""

    @property
    def command_id(self) -> UUID:
        """The same for every repetition of the command; ids of what it creates derive from it."""
        return _command_id(self.scope, self.key)

    def meta(self) -> dict[str, str]:
        """What is stored beside each event of the command."""
        known = {
            "actor": self.actor,
            "command_id": self.command_id.hex,
            "correlation_id": self.correlation_id,
            "causation_id": self.causation_id,
        }
        return {name: value for name, value in known.items() if value}


@lru_cache(maxsize=1024)
def _command_id(scope: str, key: str) -> UUID:
    return uuid5(_COMMANDS, f"{scope}\n{key}")


class Outcome(msgspec.Struct, frozen=True):
    """What a decision came to: events for streams, and the answer for the caller as JSON text or plain values.

    ``contended`` names what concurrent commands may collide on, such as a person; empty where they cannot.
    """

    appends: tuple[StreamAppend, ...]
    body: Any
    status: int = 200
    contended: str = ""


class Answered(msgspec.Struct, frozen=True):
    """The answer as sent: JSON text, and whether it is the first one or its repetition."""

    status: int
    body: str
    replayed: bool


Attempt = Callable[[], Awaitable[Outcome]]


class CommandPath:
    """Runs commands against one service's event store, each effect exactly once."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self._locks = KeyedLocks()

    async def run(self, context: CommandContext, attempt: Attempt) -> Answered:
        """Load and decide through ``attempt``, then commit; on a collision load and decide again.

        A key that was used before gives the first answer again. Raises Refused: the domain's own refusals,
        IDEMPOTENCY_KEY_REUSED for another request under a used key, TOO_CONTENDED when collisions do not end.
        """
        try:
            outcome = await attempt()
            try:
                return await self._commit(context, outcome)
            except ConcurrencyError:
                async with self._locks.hold(outcome.contended or context.command_id.hex):
                    return await self._again(context, attempt)
        except (Refused, DuplicateKeyError) as obstacle:
            # A repetition usually finds its own first effect in the way, so look for the answer only now:
            # the first run of a command pays no round trip for this.
            first = await self.store.answer(context.scope, context.key)
            if first is not None:
                return _repeated(first, context)
            assert isinstance(obstacle, Refused), f"command {context.command_id} collided with no stored answer"
            raise

    async def _again(self, context: CommandContext, attempt: Attempt) -> Answered:
        for _ in range(ATTEMPTS_MAX - 1):
            outcome = await attempt()
            try:
                return await self._commit(context, outcome)
            except ConcurrencyError:
                continue
        raise Refused(
            "TOO_CONTENDED",
            f"others kept changing the same thing during {ATTEMPTS_MAX} attempts; nothing was written, send it again",
            kind=RefusalKind.CONFLICT,
        )

    async def _commit(self, context: CommandContext, outcome: Outcome) -> Answered:
        body = outcome.body if isinstance(outcome.body, str) else _encoder.encode(outcome.body).decode()
        write = self.store.prepare(
            outcome.appends,
            command_id=context.command_id,
            occurred_at=context.now,
            meta=context.meta(),
            answer=Answer(context.scope, context.key, context.request_hash, outcome.status, body),
        )
        failpoints.reach("command.before_append")
        await self.store.commit(write)
        failpoints.reach("command.after_append")
        return Answered(outcome.status, body, replayed=False)


def _repeated(first: Answer, context: CommandContext) -> Answered:
    if first.request_hash != context.request_hash:
        raise Refused(
            "IDEMPOTENCY_KEY_REUSED",
            f"the key {context.key!r} was used for another request before; use a new key for a new request",
            kind=RefusalKind.CONFLICT,
            about={"idempotency_key": context.key},
        )
    return Answered(first.status, first.response, replayed=True)
