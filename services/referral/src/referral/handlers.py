"""Commands: gather what each decision needs, decide, and commit."""

from collections.abc import Callable
from datetime import date
from uuid import uuid5

from kernel.china_time import china_date
from kernel.command_path import Answered, CommandContext, Outcome
from kernel.event_store import Stream, StreamAppend
from kernel.hosting import Clock
from kernel.http import Idempotency, current_correlation_id
from kernel.runtime import Runtime
from kernel.security import Principal
from referral.domain.referral import DECIDER, Apply, Cancel, Endorse, Review, State

CommandOf = Callable[[str], Apply]


class Handlers:
    """Referral's commands."""

    def __init__(self, runtime: Runtime, clock: Clock) -> None:
        self._runtime = runtime
        self._clock = clock

    @property
    def today(self) -> date:
        """Today's date in China."""
        return china_date(self._clock())

    async def apply(self, caller: Principal, key: Idempotency, command_of: CommandOf) -> Answered:
        """File a referral under a new id."""
        context = self._context(caller, key)
        referral_id = str(uuid5(context.command_id, "referral"))

        async def attempt() -> Outcome:
            events = tuple(DECIDER.decide(command_of(referral_id), State()))
            append = StreamAppend(Stream(f"referral/{referral_id}"), events)
            return Outcome((append,), {"referral_id": referral_id, "state": "APPLIED"}, 201)

        return await self._runtime.path.run(context, attempt)

    async def move(
        self, caller: Principal, key: Idempotency, referral_id: str, command: Endorse | Review | Cancel
    ) -> Answered:
        """Endorse, review or cancel."""

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"referral/{referral_id}")
            state = DECIDER.fold(past)
            events = tuple(DECIDER.decide(command, state))
            body = {"referral_id": referral_id, "state": DECIDER.fold(events, state).name}
            return Outcome((StreamAppend(stream, events),), body)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return CommandContext(
            key.scope, key.key, key.request_hash, caller.subject, self._clock(), current_correlation_id()
        )
