"""Named places where a test may kill or freeze the process, to prove that nothing is lost or doubled there."""

import os
import signal
from typing import Final

#: Every point that exists, in the order in which one settlement passes them.
FAILPOINTS: Final = (
    "command.before_append",
    "command.after_append",
    "sequencer.after_commit",
    "relay.before_send",
    "relay.after_send",
    "relay.after_cursor",
    "inbox.before_effects",
    "inbox.after_effects",
    "inbox.after_commit",
)

_name, _count, _signal = (*os.environ.get("ONESTOP_FAILPOINT", "").split(":"), "", "")[:3]
assert not _name or _name in FAILPOINTS, f"ONESTOP_FAILPOINT={_name} is not one of {', '.join(FAILPOINTS)}"
_passes_left = int(_count or "1")
_signal_number = signal.Signals[_signal or "SIGKILL"]


def reach(name: str) -> None:
    """Die here as by ``kill -9`` if this point was armed; otherwise do nothing.

    ``ONESTOP_FAILPOINT=relay.after_send:3`` arms a point for its third pass; ``relay.after_send:3:SIGSTOP`` freezes the
    process there instead, until somebody wakes it.
    """
    global _passes_left  # noqa: PLW0603 - the process dies with it
    if name != _name:
        return
    _passes_left -= 1
    if _passes_left == 0:
        os.kill(os.getpid(), _signal_number)
