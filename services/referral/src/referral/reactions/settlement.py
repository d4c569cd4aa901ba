"""What settlement tells: an admission that names a referral uses it up, and what became of the stay is kept."""

from collections.abc import Sequence
from typing import Final, TypeAlias, get_args

from contracts.settlement import CONTRACT, TOPIC, EncounterAdmitted, EncounterCancelled, EncounterReferred
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard, read
from kernel.running.runtime import Subscription
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection
from referral.referrals.domain.commands import GiveBack, Use
from referral.referrals.domain.referral import DECIDER
from referral.referrals.domain.standing import Standing
from referral.referrals.queries.applicants import of_one_person
from referral.referrals.rows.told import CONTRACT_ROWS, PLACE_ROWS, SETTLEMENT_ROWS

#: What tells that a stay rests on a referral: at its beginning, or later.
_Begun: TypeAlias = EncounterAdmitted | EncounterReferred
_Heard: TypeAlias = _Begun | EncounterCancelled

HEARD: Final = (
    Heard("referral-settled", CONTRACT, SETTLEMENT_ROWS),
    Heard("referral-contracts", CONTRACT, CONTRACT_ROWS),
    Heard("referral-places", CONTRACT, PLACE_ROWS),
)


def subscriptions(path: CommandPath) -> Sequence[Subscription]:
    """What referral listens to besides: admissions, which make events of its own."""

    async def effects(connection: Connection, messages: Sequence[Message]) -> None:
        told: list[tuple[Message, _Heard]] = [(message, read(CONTRACT, message)) for message in messages]
        begun = [(message, event) for message, event in told if event.referral_id is not None]
        within = path.within(connection)
        standings = await within.load(DECIDER, [_stream_id(event) for _, event in begun])
        for message, event in begun:
            context, stream_id = CommandContext.of_message(message, "referral"), _stream_id(event)
            if isinstance(event, EncounterCancelled):
                await within.react(context, DECIDER, stream_id, GiveBack(event.encounter_id))
                continue
            await within.react(context, DECIDER, stream_id, await _use(connection, event, standings[stream_id]))
        await within.flush()

    types = types_of(CONTRACT, *get_args(_Heard))
    return (Subscription(consumer="referral", topic=TOPIC, effects=effects, types=types),)


async def _use(connection: Connection, event: _Begun, standing: Standing | None) -> Use:
    # A referral that nobody filed here has no stream: then nothing happens, and settlement withholds the benefits.
    person_id = event.person_id
    if standing is not None and await of_one_person(connection, person_id, standing.form.person_id):
        person_id = standing.form.person_id
    return Use(event.encounter_id, person_id, event.hospital_id, event.admitted_on)


def _stream_id(event: _Heard) -> str:
    return f"referral/{event.referral_id}"
