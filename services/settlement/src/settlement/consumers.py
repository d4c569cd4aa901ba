"""Consumers: what identity and referral tell becomes rows, and what it changes for settled bills is found out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from kernel.contracts import identity, referral, settlement
from kernel.contracts.envelope import type_name
from kernel.database import Connection
from kernel.event_log import Message
from kernel.event_store import EventStore
from kernel.heard import Heard
from kernel.runtime import Subscription
from settlement.handlers.refusing import Refusing
from settlement.handlers.reviewing import Cause, Reviewing
from settlement.projections import project_entitlement, project_referral

HEARD: Final = (
    Heard("settlement", identity.TOPIC, identity.REGISTRY, project_entitlement),
    Heard("settlement", referral.TOPIC, referral.REGISTRY, project_referral),
)
#: Its own messages after which a person is looked at. A settlement may have been decided on what identity said before
#: its last message, and committed after that message was looked at: whoever comes second finds the other.
_OWN: Final = frozenset(
    type_name(settlement.TOPIC, kind)
    for kind in (settlement.SettlementConfirmed, settlement.SettlementRevoked, settlement.CatalogueExceptionApproved)
)
_CONFIRMED: Final = type_name(settlement.TOPIC, settlement.SettlementConfirmed)
_APPROVAL: Final = type_name(settlement.TOPIC, settlement.CatalogueExceptionApproved)


def subscriptions(store: EventStore) -> Sequence[Subscription]:
    """What settlement listens to besides: changes after which settled bills are decided again. Off the message path:
    a consumer of its own, which goes on behind the one that writes the rows."""
    reviewing = Reviewing(store)

    async def entitled_otherwise(connection: Connection, messages: Sequence[Message]) -> None:
        await reviewing.look_at(connection, _causes(messages))

    async def settled_meanwhile(connection: Connection, messages: Sequence[Message]) -> None:
        mine = [message for message in messages if message.type in _OWN]
        approved = {message.key for message in mine if message.type == _APPROVAL}
        if mine:
            await reviewing.look_at(connection, _causes(mine), surely=approved)

    refusing = Refusing(store)

    async def certified_otherwise(connection: Connection, messages: Sequence[Message]) -> None:
        await refusing.look_at(connection, _causes(messages))

    async def certified_meanwhile(connection: Connection, messages: Sequence[Message]) -> None:
        settled = [message for message in messages if message.type == _CONFIRMED]
        if settled:
            await refusing.look_at(connection, _causes(settled))

    return (
        Subscription("settlement-refusal", identity.TOPIC, certified_otherwise, follows="settlement"),
        Subscription("settlement-refusal", settlement.TOPIC, certified_meanwhile),
        Subscription("settlement-review", identity.TOPIC, entitled_otherwise, follows="settlement"),
        Subscription("settlement-review", settlement.TOPIC, settled_meanwhile),
    )


def _causes(messages: Sequence[Message]) -> dict[str, Cause]:
    """The last message of each person."""
    return {
        message.key: Cause(
            message.headers["ce_id"],
            datetime.fromisoformat(message.headers["ce_time"]),
            message.headers.get("ce_correlationid", ""),
        )
        for message in messages
    }
