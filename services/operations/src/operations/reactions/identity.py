"""What identity tells becomes rows."""

from typing import Final

from contracts.identity import CONTRACT
from kernel.messaging.heard import Heard
from operations.told.rows.people import ROWS

HEARD: Final = Heard("operations", CONTRACT, ROWS)
