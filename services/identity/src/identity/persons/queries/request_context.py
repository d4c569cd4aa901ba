"""The context of a command that came as a request: who asks, under which key, and when."""

from identity.persons.queries.vault import Vault
from kernel.http import Idempotency
from kernel.running.clock import Clock
from kernel.running.requested import Requests
from kernel.security import Principal
from kernel.writing.command_context import CommandContext


def context_of(vault: Vault, clock: Clock, caller: Principal, key: Idempotency) -> CommandContext:
    """The context of a request; goes when every class of commands is given its ``Requests``."""
    return Requests(clock, vault.hashed).by(caller, key)
