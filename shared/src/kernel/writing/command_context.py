"""The context of a command: who asks, under which key, when; all that varies and is not in the request's body."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID, uuid5

import msgspec

from kernel.values.china_time import china_date

_COMMANDS: Final = UUID("6f0c1d4e-8f0b-4c55-9a53-0d6a1b9f7c11")


class Told(Protocol):
    """A message, as far as a command that it causes is concerned."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The CloudEvents attributes."""


class CommandContext(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, under which key, when.

    ``scope`` is the caller's organisation, within which ``key`` must be unique; ``request_hash`` tells a repeated
    request from another one under the same key; ``now`` is the moment that the decision counts with.
    """

    scope: str
    key: str
    request_hash: bytes
    actor: str
    now: datetime
    correlation_id: str = ""
    causation_id: str = ""
    #: The hash that the same request had when bodies were hashed as received; stored answers may carry it.
    received_hash: bytes | None = None
    #: Given where a message is the cause; else it follows from scope and key.
    id: UUID | None = None

    @classmethod
    def of_message(cls, message: Told, actor: str, about: str = "") -> "CommandContext":
        """The context of what ``actor``, the reacting service, does because of a message.

        ``about`` tells several commands of one message apart, such as the id of the thing that each is about.
        """
        headers = message.headers
        cause = UUID(headers["ce_id"])
        return cls(
            scope=actor,
            key="",
            request_hash=b"",
            actor=actor,
            now=datetime.fromisoformat(headers["ce_time"]),
            correlation_id=headers.get("ce_correlationid", ""),
            causation_id=headers["ce_id"],
            id=uuid5(cause, about) if about else cause,
        )

    @classmethod
    def of_service(cls, service: str, key: str, now: datetime, correlation_id: str = "") -> "CommandContext":
        """The context of what a service does by itself, such as a sweep; done twice under one key, it counts once."""
        return cls(scope=service, key=key, request_hash=b"", actor=service, now=now, correlation_id=correlation_id)

    @property
    def command_id(self) -> UUID:
        """The same for every repetition of the command; ids of what it creates derive from it."""
        return self.id or _command_id(self.scope, self.key)

    @property
    def stored_key(self) -> str:
        """What stands for the key beside the answer: a hash, because callers choose keys and some name people."""
        return stored_keys(self.scope, self.key)[0]

    @property
    def stored_keys(self) -> list[str]:
        """All that an answer may stand under: those of the releases before stand under the key itself."""
        return stored_keys(self.scope, self.key)

    @property
    def today(self) -> date:
        """The date in China at the command's moment."""
        return china_date(self.now)

    def about(self, what: str) -> "CommandContext":
        """The context of one of several commands that the same cause has, told apart by what each is about."""
        return msgspec.structs.replace(self, id=uuid5(self.command_id, what))

    def new_id(self, what: str) -> str:
        """The id of something that the command creates: the same for every repetition."""
        return str(uuid5(self.command_id, what))

    def meta(self) -> dict[str, str]:
        """What is stored beside each event of the command."""
        names = ("actor", "correlation_id", "causation_id")
        known = {name: value for name in names if (value := getattr(self, name))}
        return {**known, "command_id": self.command_id.hex}


def stored_keys(scope: str, key: str) -> list[str]:
    """All that an answer to a key may stand under, the form of today first."""
    return [hashlib.sha256(f"{scope}\n{key}".encode()).hexdigest(), key]


@lru_cache(maxsize=1024)
def _command_id(scope: str, key: str) -> UUID:
    return uuid5(_COMMANDS, f"{scope}\n{key}")
