"""What identity tells: who the applicants are."""

from typing import Final

from contracts.identity import CONTRACT
from kernel.messaging.heard import Heard
from referral.referrals.rows.told import IDENTITY_ROWS

HEARD: Final = Heard("referral", CONTRACT, IDENTITY_ROWS)
