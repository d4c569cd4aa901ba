"""Commands: gather what each decision needs, decide, and commit; and the sweep of what ran out."""

import asyncio
from collections.abc import Callable
from datetime import date
from uuid import uuid5

from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import requested_by
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend
from referral.config import Config
from referral.copies import domain as delivery
from referral.referrals.domain.form import Form
from referral.referrals.domain.referral import DECIDER, Apply, Approve, Cancel, Command, Endorse, Expire, Reject
from referral.referrals.domain.standing import Opinion, Standing, State
from referral.referrals.queries.referrals import Queries

_CREATED = 201
_SWEPT_AT_ONCE = 200


class Handlers:
    """Referral's commands, one method each."""

    def __init__(self, runtime: Runtime, queries: Queries, config: Config, clock: Clock) -> None:
        self._runtime = runtime
        self._queries = queries
        self._config = config
        self._clock = clock

    async def apply(
        self, caller: Principal, key: Idempotency, person_id: str, form_of: Callable[[str], Form]
    ) -> Answered:
        """File a form; ``form_of`` takes the new referral's id."""
        context = self._context(caller, key)
        form = form_of(str(uuid5(context.command_id, "referral")))

        async def attempt() -> Outcome:
            command = Apply(form, await self._queries.applicant(person_id), self._today, self._config.emergency_days)
            events = tuple(DECIDER.decide(command, None))
            append = StreamAppend(Stream(f"referral/{form.referral_id}"), events)
            return Outcome((append,), _answer(events[-1].standing), _CREATED)

        return await self._runtime.path.run(context, attempt)

    async def endorse(
        self, caller: Principal, key: Idempotency, referral_id: str, opinion: Opinion, *, agreed: bool
    ) -> Answered:
        """The sending hospital agrees, or not."""
        command = Endorse(_hospital(caller), agreed, opinion, self._today)
        return await self._move(caller, key, referral_id, command)

    async def approve(self, caller: Principal, key: Idempotency, referral_id: str, opinion: Opinion) -> Answered:
        """The agency approves, for as long as is configured."""
        command = Approve(opinion, self._today, self._config.validity_days)
        return await self._move(caller, key, referral_id, command)

    async def reject(self, caller: Principal, key: Idempotency, referral_id: str, opinion: Opinion) -> Answered:
        """The agency rejects."""
        return await self._move(caller, key, referral_id, Reject(opinion, self._today))

    async def cancel(
        self, caller: Principal, key: Idempotency, referral_id: str, reason: str, *, by_agency: bool
    ) -> Answered:
        """The sending hospital or the agency takes the referral back."""
        hospital_id = None if by_agency else _hospital(caller)
        return await self._move(caller, key, referral_id, Cancel(hospital_id, reason))

    async def expire(self, caller: Principal, key: Idempotency, referral_id: str) -> Answered:
        """Close an approval whose last day is over."""
        return await self._move(caller, key, referral_id, Expire(self._today))

    async def deliver(
        self, caller: Principal, key: Idempotency, referral_id: str, copy: delivery.Copy, on: date, recorded_by: str
    ) -> Answered:
        """A copy of the form came to its keeper."""

        async def attempt() -> Outcome:
            row = await self._queries.referral(referral_id)
            approved_on = None if row is None else row.approved_on
            command = delivery.DeliverCopy(referral_id, copy, on, recorded_by, approved_on, self._today)
            stream, past = await self._runtime.store.load(f"referral-copies/{referral_id}")
            events = tuple(delivery.DECIDER.decide(command, delivery.DECIDER.fold(past)))
            body = {"referral_id": referral_id, "copy": copy.value, "delivered_on": on}
            appends = (StreamAppend(stream, events),) if events else ()
            return Outcome(appends, body, contended=referral_id)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    @property
    def _today(self) -> date:
        return china_date(self._clock())

    async def _move(self, caller: Principal, key: Idempotency, referral_id: str, command: Command) -> Answered:
        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"referral/{referral_id}")
            events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
            body = _answer(events[-1].standing)
            return Outcome((StreamAppend(stream, events),), body, contended=referral_id)

        return await self._runtime.path.run(self._context(caller, key), attempt)

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return requested_by(caller, key, self._clock)


class ExpirySweep:
    """Looks every so often for approvals whose last day is over, and closes them; one elected instance does."""

    def __init__(self, runtime: Runtime, queries: Queries, config: Config, clock: Clock) -> None:
        self._runtime = runtime
        self._queries = queries
        self._seconds = config.sweep_seconds
        self._clock = clock

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            while found := await self._queries.run_out(china_date(self._clock()), _SWEPT_AT_ONCE):
                for referral_id in found:
                    await self._close(referral_id)
            await asyncio.sleep(self._seconds)

    async def _close(self, referral_id: str) -> None:
        now = self._clock()
        command = Expire(china_date(now))
        context = CommandContext.of_service("referral", f"expiry/{referral_id}", now)

        async def attempt() -> Outcome:
            stream, past = await self._runtime.store.load(f"referral/{referral_id}")
            standing = DECIDER.fold(past)
            # A stay may have begun on it since it was looked for.
            waits = standing is not None and standing.state is State.AGENCY_APPROVED
            events = tuple(DECIDER.decide(command, standing)) if waits else ()
            return Outcome((StreamAppend(stream, events),), {"referral_id": referral_id}, contended=referral_id)

        await self._runtime.path.run(context, attempt)


def _hospital(caller: Principal) -> str:
    assert caller.organisation is not None, "a hospital's token names the hospital"
    return caller.organisation


def _answer(standing: Standing) -> dict[str, object]:
    return {
        "referral_id": standing.form.referral_id,
        "state": standing.state.value,
        "revision": standing.revision,
        "expires_on": standing.expires_on,
    }
