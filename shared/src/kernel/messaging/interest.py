"""Which messages a consumer wants: what it does not know it passes over, what is too new for it stops it."""

from collections.abc import Sequence

from kernel.messaging.event_log import Message
from kernel.messaging.stops import StoppedError


class NewerVersionError(StoppedError):
    """A message of a known kind is in a version that this program cannot read yet; consuming stops before it."""


class Interest:
    """The CloudEvents types that a consumer reads, such as ``onestop.identity.PremiumsPaid.v1``; None means all."""

    def __init__(self, consumer: str, types: frozenset[str] | None) -> None:
        self._consumer = consumer
        # Of several versions of a type the newest comes last, and stays.
        self._newest = None if types is None else dict(sorted(map(_parts, types)))
        #: Messages that were passed over since the start; for metrics.
        self.passed_over = 0

    def cut(self, messages: Sequence[Message]) -> tuple[list[Message], list[Message], NewerVersionError | None]:
        """The messages before one that is too new, the wanted ones among them, and what is too new."""
        wanted: list[Message] = []
        for at, message in enumerate(messages):
            try:
                if self.has(message):
                    wanted.append(message)
            except NewerVersionError as error:
                return list(messages[:at]), wanted, error
        return list(messages), wanted, None

    def has(self, message: Message) -> bool:
        """Whether the message is wanted; raises NewerVersionError."""
        if self._newest is None:
            return True
        name, version = _parts(message.type)
        newest = self._newest.get(name)
        if newest is None:
            self.passed_over += 1
            return False
        if version > newest:
            raise NewerVersionError(
                f"{self._consumer}: {message.type} on topic {message.topic} is newer than this program, which reads it "
                f"up to version {newest}; start the newer program, which goes on from message {message.pseq}"
            )
        return True


def _parts(type_name: str) -> tuple[str, int]:
    name, _, version = type_name.rpartition(".v")
    return name, int(version) if version.isdecimal() else 0
