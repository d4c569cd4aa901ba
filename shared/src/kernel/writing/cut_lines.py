"""Lines that were cut: both ends of a session notice within about ten seconds that nobody is there any more.

Without this a session to a host that lost its network lasts for two hours on either side, and with it every lock that
it holds. A Unix socket needs none of it: there the other end's death is seen at once.
"""

import asyncio
import socket
from typing import TYPE_CHECKING, Any, Final

import asyncpg
from typing_extensions import override

if TYPE_CHECKING:
    _Connection = asyncpg.Connection[asyncpg.Record]
else:  # asyncpg's classes are generic in their stubs only
    _Connection = asyncpg.Connection

_IDLE_SECONDS: Final = 5
_INTERVAL_SECONDS: Final = 2
_PROBES: Final = 3
_UNANSWERED_MS: Final = 10_000

#: For the server's end, as settings of a session.
SERVER_SETTINGS: Final = {
    "tcp_keepalives_idle": str(_IDLE_SECONDS),
    "tcp_keepalives_interval": str(_INTERVAL_SECONDS),
    "tcp_keepalives_count": str(_PROBES),
    "tcp_user_timeout": str(_UNANSWERED_MS),
}

#: For our end. Systems other than Linux have names of their own for some of these; there the system's own times hold.
_OPTIONS: Final = {
    "TCP_KEEPIDLE": _IDLE_SECONDS,
    "TCP_KEEPINTVL": _INTERVAL_SECONDS,
    "TCP_KEEPCNT": _PROBES,
    "TCP_USER_TIMEOUT": _UNANSWERED_MS,
}


class WatchedConnection(_Connection):
    """A session that ends when its server is out of reach, instead of waiting for an answer that never comes."""

    @override
    def __init__(self, protocol: Any, transport: asyncio.Transport, *rest: Any) -> None:
        super().__init__(protocol, transport, *rest)
        watch(transport.get_extra_info("socket"))


def watch(line: socket.socket) -> None:
    """Have the operating system try the other end now and then; a Unix socket is left alone."""
    if line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _OPTIONS.items():
        if (option := getattr(socket, name, None)) is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)
