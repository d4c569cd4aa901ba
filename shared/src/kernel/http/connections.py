"""Connections: one whose caller does not finish a request's head in time is closed (slow attacks, dead callers)."""

import asyncio
from typing import Final

from typing_extensions import override

from kernel.http.one_write import OneWriteProtocol

#: How long a head may take, from the first byte of the connection or of the next request; uvicorn has no bound.
HEAD_SECONDS: Final = 10.0


class BoundedConnection(OneWriteProtocol):
    """uvicorn's protocol with a clock that runs while a head is awaited.

    A whole head in one piece, as nearly every caller sends it, costs a look at a flag and no timer.
    """

    head_seconds = HEAD_SECONDS
    _clock: asyncio.TimerHandle | None = None
    _head_awaited = True

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._clock = self.loop.call_later(self.head_seconds, self._close)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    @override
    def on_message_begin(self) -> None:
        self._head_awaited = True
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._head_awaited = False
        self._stop_clock()
        super().on_headers_complete()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # The rest of a head that has begun: bytes one at a time do not wind the clock up again.
        if self._head_awaited and self._clock is None and not self.transport.is_closing():
            self._clock = self.loop.call_later(self.head_seconds, self._close)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _close(self) -> None:
        self.transport.close()


def bounded_connection(head_seconds: float) -> type[BoundedConnection]:
    """The protocol with another bound."""
    seconds = head_seconds

    class Bounded(BoundedConnection):
        head_seconds = seconds

    return Bounded
