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

_armed: Final = os.environ.get("ONESTOP_FAILPOINT", "")
assert not _armed or _armed in FAILPOINTS, f"ONESTOP_FAILPOINT={_armed} is not one of {', '.join(FAILPOINTS)}"


def reach(name: str) -> None:
    """Die here as by ``kill -9`` if this point was armed through ONESTOP_FAILPOINT; otherwise do nothing."""
    if name == _armed:
        os.kill(os.getpid(), signal.SIGKILL)
