"""The one write path of every service: idempotency key, load, decide, append events and answer in one transaction.

``decide`` is the ordinary command on one stream; ``gather`` asks for more before it decides; ``run`` is for whatever
writes several streams; ``within`` is the same inside a transaction that somebody else has begun.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, TypeVar

import msgspec
from typing_extensions import override

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict
from kernel.writing import failpoints
from kernel.writing.command_context import CommandContext
from kernel.writing.database import Connection, SingleConnection
from kernel.writing.decision import Decision, Outcome, decided
from kernel.writing.event_store import Answer, ConcurrencyError, DuplicateKeyError, EventStore, Stream, Write
from kernel.writing.keyed_locks import KeyedLocks
from kernel.writing.tracing import Step, is_told, step

ATTEMPTS_MAX: Final = 8
_encoder: Final = msgspec.json.Encoder(order="deterministic")

CommandT = TypeVar("CommandT")
StateT = TypeVar("StateT")
EventT = TypeVar("EventT")


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

    def within(self, connection: Connection | SingleConnection) -> "Within":
        """The path inside the connection's transaction: a consumer's, or of a turn that holds what it decides by."""
        return Within(self.store, connection)

    async def decide(
        self,
        context: CommandContext,
        decider: Decider[CommandT, StateT, EventT],
        stream_id: str,
        command: CommandT,
        answer: Callable[[Decision[StateT, EventT]], Any],
        *,
        status: int = 200,
        contended: str = "",
        new: bool = False,
    ) -> Answered:
        """Decide a command on one stream; ``answer`` makes the body from the decision.

        ``new`` says that the stream cannot exist yet, because its id derives from this command, and saves the look.
        """

        async def gather(_state: StateT) -> CommandT:
            return command

        return await self.gather(
            context, decider, stream_id, gather, answer, status=status, contended=contended, new=new
        )

    async def gather(
        self,
        context: CommandContext,
        decider: Decider[CommandT, StateT, EventT],
        stream_id: str,
        gather: Callable[[StateT], Awaitable[CommandT]],
        answer: Callable[[Decision[StateT, EventT]], Any],
        *,
        status: int = 200,
        contended: str = "",
        new: bool = False,
    ) -> Answered:
        """Load the stream, then gather what the decision needs besides, then decide.

        The stream comes first: what changes after it was read is found at the commit, and all is read again.
        """

        async def attempt() -> Outcome:
            stream, state = (Stream(stream_id), decider.initial) if new else await self.standing(decider, stream_id)
            decision = decided(decider, stream, state, await gather(state))
            return decision.outcome(answer(decision), status, contended)

        return await self.run(context, attempt)

    async def standing(self, decider: Decider[Any, StateT, Any], stream_id: str) -> tuple[Stream, StateT]:
        """Where a stream stands, and the state that its events come to."""
        stream, events = await self.store.load(stream_id)
        return stream, decider.fold(events)

    async def run(self, context: CommandContext, attempt: Attempt) -> Answered:
        """Load and decide through ``attempt``, then commit; on a collision load and decide again.

        A key that was used before gives the first answer again. Raises Refused: the domain's own refusals,
        IDEMPOTENCY_KEY_REUSED for another request under a used key, TOO_CONTENDED when collisions do not end.
        """
        if not is_told(context.correlation_id):
            return await self._run(context, attempt)
        cause = f"message/{context.causation_id}" if context.causation_id else f"request/{context.correlation_id}"
        told = Step(name="command", kind="INTERNAL", correlation_id=context.correlation_id, after=cause)
        with step(told) as under_way:
            answered = await self._run(context, attempt)
            under_way.about["onestop.replayed"] = str(answered.replayed).lower()
            return answered

    async def _run(self, context: CommandContext, attempt: Attempt) -> Answered:
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
            first = await self._first_answer(context)
            if first is not None:
                return repeated(first, context)
            if isinstance(obstacle, DuplicateKeyError):
                detail = f"the key {context.key!r} was used so long ago that its answer is gone; use a new key"
                raise conflict("IDEMPOTENCY_KEY_REUSED", detail, idempotency_key=context.key) from obstacle
            raise

    async def _again(self, context: CommandContext, attempt: Attempt) -> Answered:
        for _ in range(ATTEMPTS_MAX - 1):
            outcome = await attempt()
            try:
                return await self._commit(context, outcome)
            except ConcurrencyError:
                continue
        tried = f"others kept changing the same thing during {ATTEMPTS_MAX} attempts"
        raise conflict("TOO_CONTENDED", f"{tried}; nothing was written, send it again")

    async def _commit(self, context: CommandContext, outcome: Outcome) -> Answered:
        body = outcome.body if isinstance(outcome.body, str) else _encoder.encode(outcome.body).decode()
        answer = Answer(context.scope, context.stored_key, context.request_hash, outcome.status, body)
        write = self._prepared(context, outcome, answer)
        failpoints.reach("command.before_append")
        await self._write(write)
        failpoints.reach("command.after_append")
        return Answered(outcome.status, body, replayed=False)

    def _prepared(self, context: CommandContext, outcome: Outcome, answer: Answer | None) -> Write:
        return self.store.prepare(
            outcome.appends,
            command_id=context.command_id,
            occurred_at=context.now,
            meta=context.meta(),
            answer=answer,
        )

    async def _first_answer(self, context: CommandContext) -> Answer | None:
        return await self.store.answer(context.scope, context.stored_keys)

    async def _write(self, write: Write) -> None:
        await self.store.commit(write)


class Within(CommandPath):
    """One transaction's worth of commands.

    Commands with an answer (``decide``, ``gather``, ``run``) are written at once, in a savepoint. What messages cause
    (``react``) is decided in memory, each on what the one before left, and written together by ``flush``.
    """

    def __init__(self, store: EventStore, connection: Connection | SingleConnection) -> None:
        super().__init__(store)
        self._connection = connection
        self._standings: dict[str, tuple[Stream, Any]] = {}
        self._writes: list[Write] = []

    async def load(self, decider: Decider[Any, StateT, Any], stream_ids: Iterable[str]) -> dict[str, StateT]:
        """The states of many streams, in one round trip for those that are not known here yet."""
        wanted = sorted(set(stream_ids))
        missing = [stream_id for stream_id in wanted if stream_id not in self._standings]
        if missing:
            for stream_id, (stream, events) in (await self.store.load_many(missing, self._connection)).items():
                self._standings[stream_id] = stream, decider.fold(events)
        return {stream_id: self._standings[stream_id][1] for stream_id in wanted}

    @override
    async def standing(self, decider: Decider[Any, StateT, Any], stream_id: str) -> tuple[Stream, StateT]:
        """Where a stream stands after all that was decided here."""
        await self.load(decider, [stream_id])
        return self._standings[stream_id]

    async def react(
        self,
        context: CommandContext,
        decider: Decider[CommandT, StateT, EventT],
        stream_id: str,
        command: CommandT,
    ) -> Decision[StateT, EventT]:
        """Decide what a message causes on one stream; nothing is written before ``flush``. Raises Refused."""
        stream, state = await self.standing(decider, stream_id)
        decision = decided(decider, stream, state, command)
        if decision.events:
            self.take(context, decision)
        return decision

    def take(self, context: CommandContext, decision: Decision[Any, Any]) -> None:
        """Put down a decision that was made elsewhere, to be written by ``flush``."""
        write = self._prepared(context, Outcome((decision.append,), None), None)
        last = write.events[-1]
        self._standings[last.stream_id] = Stream(last.stream_id, last.version, last.chain), decision.state
        self._writes.append(write)

    async def flush(self) -> None:
        """Write all that was put down, in one statement."""
        if self._writes:
            await self.store.commit_in(self._connection, self._writes)
            self._writes = []

    @override
    async def _first_answer(self, context: CommandContext) -> Answer | None:
        return await self.store.answer(context.scope, context.stored_keys, self._connection)

    @override
    async def _write(self, write: Write) -> None:
        # A refused write takes back itself only, so that the transaction can go on to find out why.
        self._standings.clear()
        async with self._connection.transaction():
            await self.store.commit_in(self._connection, [write])


def repeated(first: Answer, context: CommandContext) -> Answered:
    """What comes again under a key that was used: the first answer, or a conflict where something else was asked.

    Raises Refused IDEMPOTENCY_KEY_REUSED.
    """
    if first.request_hash not in (context.request_hash, context.received_hash):
        detail = f"the key {context.key!r} was used for another request before; use a new key for a new request"
        raise conflict("IDEMPOTENCY_KEY_REUSED", detail, idempotency_key=context.key)
    return Answered(first.status, first.response, replayed=True)
