"""What fund-ledger tells becomes rows."""

from typing import Final

from contracts.fund_ledger import CONTRACT
from kernel.messaging.heard import Heard
from operations.told.rows.money import ROWS

HEARD: Final = Heard("operations", CONTRACT, ROWS)
