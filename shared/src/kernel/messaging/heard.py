"""What a service hears from another and only keeps as read rows, which replay can rebuild from the other's events."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kernel.messaging.envelope import decode, types_of
from kernel.messaging.event_log import Message
from kernel.messaging.inbox import PoisonError
from kernel.values.contract import Contract
from kernel.writing.database import Connection
from kernel.writing.event_registry import UnknownEventTypeError
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, write


class Heard(msgspec.Struct, frozen=True):
    """A topic whose messages a consumer turns into read rows and nothing else.

    ``rows`` says which rows each kind of message leaves; of kinds that are not in it nothing is kept.
    """

    consumer: str
    contract: Contract
    rows: RowsByMessage

    @property
    def types(self) -> frozenset[str]:
        """The CloudEvents types of the messages that leave rows."""
        return types_of(self.contract, *self.rows)

    def project(self, event: Any) -> Iterable[Change]:
        """The rows of a message's event."""
        rows = self.rows.get(type(event))
        return () if rows is None else rows(event)

    def rows_of(self, messages: Sequence[Message]) -> list[Change]:
        """The rows of a batch of messages; raises PoisonError."""
        return [change for message in messages for change in self.project(read(self.contract, message))]

    async def effects(self, connection: Connection, messages: Sequence[Message]) -> None:
        """The same rows, written in the inbox's transaction."""
        await write(connection, self.rows_of(messages))


def read(contract: Contract, message: Message) -> Any:
    """A message's event; raises PoisonError where it cannot be read."""
    try:
        return decode(contract, message.type, message.body)
    except (msgspec.DecodeError, UnknownEventTypeError) as error:
        raise PoisonError(f"{message.topic}: {error}") from error
