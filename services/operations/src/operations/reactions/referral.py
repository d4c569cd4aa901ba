"""What referral tells becomes rows."""

from typing import Final

from contracts.referral import CONTRACT
from kernel.messaging.heard import Heard
from operations.told.rows.referrals import ROWS

HEARD: Final = Heard("operations", CONTRACT, ROWS)
