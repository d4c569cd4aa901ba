"""The context of a command that came as a request: who asks, under which key, and when."""

import msgspec

from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import requested_by
from kernel.security import Principal
from kernel.writing.command_context import CommandContext


def context_of(vault: Vault, clock: Clock, caller: Principal, key: Idempotency) -> CommandContext:
    """The context of a request. Its hash is keyed: a bare one of a body with an ID number could be tried out."""
    request_hash = bytes.fromhex(vault.hash_of(key.request_hash.hex()))
    return msgspec.structs.replace(requested_by(caller, key, clock), request_hash=request_hash)


def name_of(caller: Principal) -> str:
    """Whom an event names as its source: the organisation, or the user where there is none."""
    return caller.organisation or caller.subject
