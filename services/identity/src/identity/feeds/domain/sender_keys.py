"""The key with which a department's machine signs: registered by one, confirmed by another, revoked by either side."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from identity.persons.domain.categories import Department
from kernel.values.decider import Decider
from kernel.values.refusals import conflict, forbidden, not_found

#: What a key without divisions speaks for.
EVERYWHERE: Final = ("000000",)


class SenderKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key and for whom it speaks; ``divisions`` as of a department's token, None for all.

    Until somebody else has confirmed it, what it signs waits for three people as a clerk's word does: nobody makes
    alone a machine whose word is approved beforehand.
    """

    key_id: str
    department: Department
    divisions: tuple[str, ...] | None
    public_key: str
    registered_by: str
    registered_at: datetime
    revoked_by: str | None = None
    revoked_at: datetime | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None


class RegisterKey(msgspec.Struct, frozen=True):
    """Let a machine speak for a department."""

    key: SenderKey


class ConfirmKey(msgspec.Struct, frozen=True):
    """It is the key of the department's own system."""

    department: Department
    by: str
    at: datetime


class RevokeKey(msgspec.Struct, frozen=True):
    """What is signed with the key counts no more."""

    department: Department
    by: str
    at: datetime


class SenderKeyRegistered(msgspec.Struct, frozen=True):
    key: SenderKey


class SenderKeyConfirmed(msgspec.Struct, frozen=True):
    key: SenderKey


class SenderKeyRevoked(msgspec.Struct, frozen=True):
    key: SenderKey


Command: TypeAlias = RegisterKey | ConfirmKey | RevokeKey
Event: TypeAlias = SenderKeyRegistered | SenderKeyConfirmed | SenderKeyRevoked
State: TypeAlias = SenderKey | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command brings about; raises Refused SENDER_KEY_UNKNOWN, SENDER_KEY_KNOWN, SENDER_KEY_SAME_PERSON."""
    if isinstance(command, RegisterKey):
        if state is not None:
            raise conflict("SENDER_KEY_KNOWN", "this key was registered before; a machine makes itself a new one")
        return [SenderKeyRegistered(command.key)]
    if state is None or state.department is not command.department:
        raise not_found("SENDER_KEY_UNKNOWN", "this department has no such key")
    if state.revoked_at is not None:
        return []
    if isinstance(command, ConfirmKey):
        return _confirmed(command, state)
    return [SenderKeyRevoked(msgspec.structs.replace(state, revoked_by=command.by, revoked_at=command.at))]


def _confirmed(command: ConfirmKey, state: SenderKey) -> Sequence[Event]:
    if command.by == state.registered_by:
        raise forbidden("SENDER_KEY_SAME_PERSON", "who registered a key does not confirm it: another person does")
    if state.confirmed_by is not None:
        return []
    return [SenderKeyConfirmed(msgspec.structs.replace(state, confirmed_by=command.by, confirmed_at=command.at))]


DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, lambda _state, event: event.key)
