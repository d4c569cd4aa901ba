"""Ports for services that somebody else must know before they run."""

import os
import socket
from typing import Final

#: Below what operating systems give to outgoing connections, which could otherwise take one of them meanwhile.
_FIRST: Final = 20_000
_COUNT: Final = 9_000
_APART: Final = 16


def first_of_free_ports(count: int) -> int:
    """The first of ``count`` consecutive free ports of this machine; raises OSError where there are none.

    Processes look from different places on, so that two that look at once find different ones.
    """
    begin = os.getpid() * _APART % _COUNT
    for step in range(0, _COUNT, _APART):
        port = _FIRST + (begin + step) % _COUNT
        if all(_is_free(port + i) for i in range(count)):
            return port
    raise OSError(f"no {count} consecutive ports are free from {_FIRST} to {_FIRST + _COUNT}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
