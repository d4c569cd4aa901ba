"""What referral tells becomes rows; then bills of stays that rest on the referral are decided again."""

from collections.abc import Sequence
from typing import Final

import msgspec

from contracts import referral
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard
from kernel.running.runtime import Subscription
from kernel.writing.command_context import CommandContext
from kernel.writing.database import Connection
from settlement.referrals.rows import ROWS
from settlement.reviews.commands.looking import Reviewing
from settlement.reviews.queries.concerned import resting_on

HEARD: Final = Heard("settlement", referral.CONTRACT, ROWS)


class _Referral(msgspec.Struct, frozen=True):
    """All that is asked of a message about a referral; the rest of it is not even read."""

    referral_id: str


_decoder: Final = msgspec.json.Decoder(_Referral)


def subscription(reviewing: Reviewing) -> Subscription:
    """A consumer of its own, which goes on behind the one that writes the rows."""

    async def told(connection: Connection, messages: Sequence[Message]) -> None:
        last = {_decoder.decode(message.body).referral_id: message for message in messages}
        resting = {person: last[referral_id] for referral_id, person in await resting_on(connection, last)}
        causes = {person: CommandContext.of_message(message, "settlement") for person, message in resting.items()}
        await reviewing.look_at(connection, causes)

    return Subscription(
        consumer="settlement-review",
        topic=referral.TOPIC,
        effects=told,
        types=types_of(referral.CONTRACT, referral.ReferralChanged),
        follows="settlement",
    )
