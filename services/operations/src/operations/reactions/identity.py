"""What identity tells becomes rows; a certified disease has a file, so that its follow-up is seen to be missing."""

from collections.abc import Sequence
from typing import Final

from contracts.identity import CONTRACT, TOPIC, EntitlementChanged
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard, read
from kernel.running.runtime import Subscription
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath, Within
from kernel.writing.database import Connection
from operations.follow_up.domain.file import DECIDER, CarryOver, CloseFile, OpenFile
from operations.follow_up.queries import open_illnesses, standing_record
from operations.told.rows.people import ROWS

HEARD: Final = Heard("operations", CONTRACT, ROWS)


def subscription(path: CommandPath) -> Subscription:
    """Certifications that hold: who has none of them costs nothing here."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        within = path.within(connection)
        for message in messages:
            told: EntitlementChanged = read(CONTRACT, message)
            if told.merged_into is not None:
                await _carry_over(connection, within, message, told)
                continue
            for disease in sorted({one.disease for one in told.certifications if one.cancelled_from is None}):
                context = CommandContext.of_message(message, "operations", disease)
                opened = OpenFile(told.person_id, disease, told.county, context.today, again=True)
                await within.react(context, DECIDER, f"file/{told.person_id}/{disease}", opened)
        await within.flush()

    types = types_of(CONTRACT, EntitlementChanged)
    return Subscription(consumer="operations-files", topic=TOPIC, effects=effects, types=types)


async def _carry_over(connection: Connection, within: Within, message: Message, told: EntitlementChanged) -> None:
    """Files of a record that was merged go on at the record that stands for the person, and end at the merged one.

    Told again it changes nothing: what was carried over is closed here. That record may itself be merged by now.
    """
    await within.flush()
    stands, county = await standing_record(connection, str(told.merged_into))
    for illness in await open_illnesses(connection, told.person_id):
        merged = f"file/{told.person_id}/{illness}"
        file = (await within.load(DECIDER, [merged]))[merged]
        assert file is not None, "a row has its events"
        carried = CarryOver(of=file, person_id=stands, county=county or told.county)
        context = CommandContext.of_message(message, "operations", f"{illness}/carried")
        await within.react(context, DECIDER, f"file/{stands}/{illness}", carried)
        context = CommandContext.of_message(message, "operations", f"{illness}/closed")
        await within.react(context, DECIDER, merged, CloseFile(context.today))
