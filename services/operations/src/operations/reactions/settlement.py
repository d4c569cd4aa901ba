"""What settlement tells becomes rows."""

from typing import Final

from contracts.settlement import CONTRACT
from kernel.messaging.heard import Heard
from operations.told.rows import bills, cases

HEARD: Final = Heard("operations", CONTRACT, {**bills.ROWS, **cases.ROWS})
