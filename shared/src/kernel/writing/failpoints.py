"""Named places where a test may kill the process, to prove that nothing is lost or doubled there."""

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

_name, _, _count = os.environ.get("ONESTOP_FAILPOINT", "").partition(":")
assert not _name or _name in FAILPOINTS, f"ONESTOP_FAILPOINT={_name} is not one of {', '.join(FAILPOINTS)}"
_passes_left = int(_count or "1")


def reach(name: str) -> None:
    """Die here as by ``kill -9`` if this point was armed; otherwise do nothing.

    ``ONESTOP_FAILPOINT=relay.after_send:3`` arms a point for its third pass.
    """
    global _passes_left  # noqa: PLW0603 - the process dies with it
    if name != _name:
        return
    _passes_left -= 1
    if _passes_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
