"""What identity tells becomes rows; then bills that rest on something else are decided again, or are not paid."""

from collections.abc import Iterable, Sequence
from typing import Final

from contracts import identity
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard
from kernel.running.runtime import Subscription
from kernel.running.scans.rows import erased_rows
from kernel.writing.command_context import CommandContext
from kernel.writing.database import Connection
from kernel.writing.read_tables import Change
from settlement.payment_refusals.commands import PaymentRefusals
from settlement.people.queries import told_of
from settlement.people.rows import ROWS
from settlement.reviews.commands.looking import Reviewing
from settlement.reviews.queries.concerned import settled_otherwise

HEARD: Final = Heard("settlement", identity.CONTRACT, ROWS)


def _erased(event: identity.EntitlementChanged) -> Iterable[Change]:
    return erased_rows(event.person_id) if event.change == "ERASED" else ()


#: Scans do not follow from events, so neither does what is left of them: these rows are not for replay.
_SCANS: Final = Heard("settlement-scans", identity.CONTRACT, {identity.EntitlementChanged: _erased})
ERASURES: Final = Subscription(
    consumer=_SCANS.consumer,
    topic=identity.TOPIC,
    effects=_SCANS.effects,
    types=_SCANS.types,
    rows_of=_SCANS.rows_of,
)
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
