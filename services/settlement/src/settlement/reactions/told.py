"""Consumers: what identity and referral tell becomes rows, and what it changes for settled bills is found out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from contracts import identity, referral, settlement
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.messaging.heard import Heard
from kernel.running.runtime import Subscription
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Connection
from settlement.encounters.rows.projection import ENTITLEMENT_ROWS, REFERRAL_ROWS
from settlement.reviews.commands.looking import Reviewing
from settlement.reviews.commands.payment_refusals import Refusing
from settlement.years.commands import Cause

HEARD: Final = (
    Heard("settlement", identity.CONTRACT, ENTITLEMENT_ROWS),
    Heard("settlement", referral.CONTRACT, REFERRAL_ROWS),
)
#: Its own messages after which a person is looked at. A settlement may have been decided on what identity said before
#: its last message, and committed after that message was looked at: whoever comes second finds the other.
_SETTLED: Final = types_of(settlement.CONTRACT, settlement.SettlementConfirmed, settlement.SettlementRevoked)
#: Deciding a person's years again takes some milliseconds, and every message of a list may concern somebody settled.
_TOLD_MAX: Final = 25
_SETTLED_MAX: Final = 100
_CONFIRMED: Final = types_of(settlement.CONTRACT, settlement.SettlementConfirmed)
#: What may come for a bill after it was settled.
_CAME_LATER: Final = types_of(settlement.CONTRACT, settlement.CatalogueExceptionApproved, settlement.EncounterReferred)


class _Settlement(msgspec.Struct, frozen=True):
    """All that is asked of a message about a settlement; the rest of it is not even read."""

    settlement_id: str


class _Referral(msgspec.Struct, frozen=True):
    """All that is asked of a message about a referral."""

    referral_id: str


_decoder: Final = msgspec.json.Decoder(_Settlement)
_referral_decoder: Final = msgspec.json.Decoder(_Referral)


def subscriptions(path: CommandPath) -> Sequence[Subscription]:
    """What settlement listens to besides: changes after which settled bills are decided again, or are not paid. Off
    the message path: a consumer of its own, which goes on behind the one that writes the rows."""
    reviewing, refusing = Reviewing(path.store), Refusing(path.store)

    async def told_otherwise(connection: Connection, messages: Sequence[Message]) -> None:
        last = {message.key: message for message in messages}
        await refusing.look_at(connection, _causes(last, last))
        await reviewing.look_at(connection, _causes(last, await reviewing.entitled_otherwise(connection, last)))

    async def settled_meanwhile(connection: Connection, messages: Sequence[Message]) -> None:
        settled = {message.key: message for message in messages if message.type in _SETTLED}
        later = {message.key: message for message in messages if message.type in _CAME_LATER}
        if not settled and not later:
            return
        confirmed = {message.key: message for message in messages if message.type in _CONFIRMED}
        await refusing.look_at(connection, _causes(confirmed, confirmed))
        ids = [_decoder.decode(message.body).settlement_id for message in messages if message.type in _SETTLED]
        persons = await reviewing.settled_meanwhile(connection, settled, ids)
        await reviewing.look_at(connection, _causes(settled | later, persons | later.keys()))

    async def referral_decided(connection: Connection, messages: Sequence[Message]) -> None:
        told = {_referral_decoder.decode(message.body).referral_id: message for message in messages}
        resting = {person: told[referral_id] for referral_id, person in await reviewing.resting_on(connection, told)}
        await reviewing.look_at(connection, _causes(resting, resting))

    return (
        Subscription(
            consumer="settlement-review",
            topic=identity.TOPIC,
            effects=told_otherwise,
            follows="settlement",
            batch_max=_TOLD_MAX,
        ),
        Subscription(
            consumer="settlement-review", topic=referral.TOPIC, effects=referral_decided, follows="settlement"
        ),
        Subscription(
            consumer="settlement-review", topic=settlement.TOPIC, effects=settled_meanwhile, batch_max=_SETTLED_MAX
        ),
    )


def _causes(messages: Mapping[str, Message], persons: Iterable[str]) -> dict[str, Cause]:
    return {
        person: Cause(
            message.headers["ce_id"],
            datetime.fromisoformat(message.headers["ce_time"]),
            message.headers.get("ce_correlationid", ""),
        )
        for person in persons
        for message in [messages[person]]
    }
