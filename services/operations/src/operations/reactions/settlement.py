"""What settlement tells becomes rows."""

from typing import Final

from contracts.settlement import CONTRACT
from kernel.messaging.heard import Heard
from operations.told.rows.bills import ROWS

HEARD: Final = Heard("operations", CONTRACT, ROWS)
