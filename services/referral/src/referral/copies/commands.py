"""The command of the form's copies: one came to its keeper."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from referral.copies.domain import DECIDER, CopyDelivered, DeliverCopy, Delivered
from referral.referrals.queries.referrals import ReferralQueries


class CopyCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, referrals: ReferralQueries) -> None:
        self._runtime = runtime
        self._referrals = referrals

    async def deliver(self, context: CommandContext, delivery: CopyDelivered) -> Answered:
        """A copy of the form came to its keeper."""
        referral_id = delivery.referral_id
        body = {"referral_id": referral_id, "copy": delivery.copy.value, "delivered_on": delivery.delivered_on}

        async def gather(_delivered: Delivered) -> DeliverCopy:
            referral = await self._referrals.referral(referral_id)
            return DeliverCopy(delivery, None if referral is None else referral.approved_on, context.today)

        return await self._runtime.path.gather(
            context,
            DECIDER,
            f"referral-copies/{referral_id}",
            gather,
            lambda _decision: body,
            contended=referral_id,
        )
