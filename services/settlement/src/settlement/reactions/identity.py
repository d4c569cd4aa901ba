"""What identity tells becomes rows; then bills that rest on something else are decided again, or are not paid."""

from collections.abc import Sequence
from typing import Final

from contracts import identity
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard
from kernel.running.runtime import Subscription
from kernel.writing.command_context import CommandContext
from kernel.writing.database import Connection
from settlement.payment_refusals.commands import PaymentRefusals
from settlement.people.queries import told_of
from settlement.people.rows import ROWS
from settlement.reviews.commands.looking import Reviewing
from settlement.reviews.queries.concerned import settled_otherwise

HEARD: Final = Heard("settlement", identity.CONTRACT, ROWS)
#: Deciding a person's years again takes some milliseconds, and every message of a list may concern somebody settled.
_BATCH_MAX: Final = 25


def subscription(reviewing: Reviewing, refusals: PaymentRefusals) -> Subscription:
    """Off the message path: a consumer of its own, which goes on behind the one that writes the rows."""

    async def told(connection: Connection, messages: Sequence[Message]) -> None:
        causes = {message.key: CommandContext.of_message(message, "settlement") for message in messages}
        persons = await told_of(connection, causes)
        await refusals.look_at(connection, causes, persons)
        merged = {person for person, of_person in persons.items() if of_person.merged_into is not None}
        concerned = merged | await settled_otherwise(connection, causes)
        await reviewing.look_at(connection, {person: causes[person] for person in concerned}, told_only=True)

    return Subscription(
        consumer="settlement-review",
        topic=identity.TOPIC,
        effects=told,
        types=types_of(identity.CONTRACT, identity.EntitlementChanged),
        follows="settlement",
        batch_max=_BATCH_MAX,
    )
