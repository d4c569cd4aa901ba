"""A command that came as a request: who asks, under which key, and when."""

from kernel.http import Idempotency, current_correlation_id
from kernel.running.hosting import Clock
from kernel.security import Principal
from kernel.writing.command_path import CommandContext


def requested_by(caller: Principal, key: Idempotency, clock: Clock) -> CommandContext:
    """The context of the request that is being served; its moment is read off ``clock`` once, here."""
    return CommandContext(key.scope, key.key, key.request_hash, caller.subject, clock(), current_correlation_id())
