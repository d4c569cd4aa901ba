"""Settlement's own messages, after which a person is looked at.

A settlement may have been decided on what identity or referral said before its last message, and committed after that
message was looked at: whoever comes second finds the other.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from contracts import settlement
from kernel.messaging.envelope import types_of
from kernel.messaging.event_log import Message
from kernel.running.runtime import Subscription
from kernel.writing.command_context import CommandContext
from kernel.writing.database import Connection
from settlement.encounters.domain.claim import CERTIFIED_KIND
from settlement.payment_refusals.commands import PaymentRefusals
from settlement.people.queries import told_of
from settlement.reviews.commands.looking import Reviewing
from settlement.reviews.queries.concerned import settled_meanwhile
from settlement.reviews.queries.looked_at import begin

_SETTLED: Final = types_of(settlement.CONTRACT, settlement.SettlementConfirmed, settlement.SettlementRevoked)
#: What may come for a bill after it was settled.
_CAME_LATER: Final = types_of(
    settlement.CONTRACT,
    settlement.CatalogueExceptionApproved,
    settlement.CauseFound,
    settlement.OuterAmountTold,
    settlement.EncounterReferred,
)
_BATCH_MAX: Final = 100
#: Nobody waits for this look: most bills are settled on all that is known.
_GATHER_SECONDS: Final = 0.1


class _Settlement(msgspec.Struct, frozen=True):
    """All that is asked of a message about a settlement; a revocation names no kind."""

    settlement_id: str
    encounter_kind: str = ""


_decoder: Final = msgspec.json.Decoder(_Settlement)


def subscription(reviewing: Reviewing, refusals: PaymentRefusals) -> Subscription:
    """The consumer of settlement's own topic."""

    async def settled(connection: Connection, messages: Sequence[Message]) -> None:
        bills = [(message, _decoder.decode(message.body)) for message in messages if message.type in _SETTLED]
        certified = _causes([message for message, bill in bills if bill.encounter_kind == CERTIFIED_KIND])
        if certified:
            await refusals.look_at(connection, certified, await told_of(connection, certified))
        of_bills = _causes([message for message, _ in bills])
        later = _causes([message for message in messages if message.type in _CAME_LATER])
        if of_bills:
            meanwhile = await settled_meanwhile(connection, of_bills, [bill.settlement_id for _, bill in bills])
            later |= {person: of_bills[person] for person in meanwhile - later.keys()}
        await reviewing.look_at(connection, later)
        if of_bills.keys() - later.keys():
            await begin(connection, of_bills.keys() - later.keys())

    return Subscription(
        consumer="settlement-review",
        topic=settlement.TOPIC,
        effects=settled,
        types=_SETTLED | _CAME_LATER,
        batch_max=_BATCH_MAX,
        gather_seconds=_GATHER_SECONDS,
    )


def _causes(messages: Sequence[Message]) -> dict[str, CommandContext]:
    """By person, the last of the messages as the cause of what is done."""
    return {message.key: CommandContext.of_message(message, "settlement") for message in messages}
