"""The sweep of what ran out: approvals whose last day is over are closed; one elected instance does it."""

import asyncio
from typing import Final

from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext
from kernel.writing.decision import Outcome, decided
from referral.config import Config
from referral.referrals.domain.commands import Expire
from referral.referrals.domain.referral import DECIDER
from referral.referrals.domain.standing import State
from referral.referrals.queries.referrals import ReferralQueries

_SWEPT_AT_ONCE: Final = 200


class ExpirySweep:
    """Looks every so often for approvals that ran out."""

    def __init__(self, runtime: Runtime, queries: ReferralQueries, config: Config, clock: Clock) -> None:
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
        context = CommandContext.of_service("referral", f"expiry/{referral_id}", self._clock())
        path, body = self._runtime.path, {"referral_id": referral_id}

        async def attempt() -> Outcome:
            stream, standing = await path.standing(DECIDER, f"referral/{referral_id}")
            if standing is None or standing.state is not State.AGENCY_APPROVED:
                # A stay has begun on it since it was looked for.
                return Outcome((), body, contended=referral_id)
            decision = decided(DECIDER, stream, standing, Expire(context.today))
            return decision.outcome(body, contended=referral_id)

        await path.run(context, attempt)
