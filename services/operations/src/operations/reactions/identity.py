"""What identity tells becomes rows; a certified disease has a file, so that its follow-up is seen to be missing."""

from collections.abc import Sequence
from typing import Final

from contracts.identity import CONTRACT, TOPIC, EntitlementChanged
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard, read
from kernel.running.runtime import Subscription
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection
from operations.follow_up.domain.file import DECIDER, OpenFile
from operations.told.rows.people import ROWS

HEARD: Final = Heard("operations", CONTRACT, ROWS)


def subscription(path: CommandPath) -> Subscription:
    """Certifications that hold: who has none of them costs nothing here."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        within = path.within(connection)
        for message in messages:
            told: EntitlementChanged = read(CONTRACT, message)
            for disease in sorted({one.disease for one in told.certifications if one.cancelled_from is None}):
                context = CommandContext.of_message(message, "operations", disease)
                opened = OpenFile(told.person_id, disease, told.county, context.today, again=True)
                await within.react(context, DECIDER, f"file/{told.person_id}/{disease}", opened)
        await within.flush()

    types = types_of(CONTRACT, EntitlementChanged)
    return Subscription(consumer="operations-files", topic=TOPIC, effects=effects, types=types)
