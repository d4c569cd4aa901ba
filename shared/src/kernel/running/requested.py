"""Commands that come as requests: who asks, under which key, and when."""

from collections.abc import Callable
from datetime import date

import msgspec

from kernel.http import Idempotency, current_correlation_id
from kernel.running.clock import Clock
from kernel.security import Principal
from kernel.values.china_time import china_date
from kernel.writing.command_context import CommandContext


class Requests(msgspec.Struct, frozen=True):
    """Makes the contexts of one service's commands, and is where its commands learn what time it is.

    ``hashed`` keys the hash of a request before it is stored, where a bare one could be tried out.
    """

    clock: Clock
    hashed: Callable[[bytes], bytes] = lambda request_hash: request_hash

    def by(self, caller: Principal, key: Idempotency) -> CommandContext:
        """The context of the request that is being served; its moment is read off the clock once, here."""
        return CommandContext(
            scope=key.scope,
            key=key.key,
            request_hash=self.hashed(key.request_hash),
            received_hash=self.hashed(key.received_hash),
            actor=caller.subject,
            now=self.clock(),
            correlation_id=current_correlation_id(),
        )

    @property
    def today(self) -> date:
        """Today's date in China."""
        return china_date(self.clock())
