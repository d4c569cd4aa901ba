"""What referral told: how far filings for care outside the county have come."""

from typing import Final

from sqlalchemy import Index, MetaData, Table

from contracts.referral import ReferralChanged
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import put_of

TABLES: Final = MetaData()

referrals: Final = Table(
    "referrals",
    TABLES,
    *columns_of(ReferralChanged, "referral_id"),
    Index("referrals_state", "state", "applied_on"),
)

ROWS: Final[RowsByMessage] = {ReferralChanged: lambda event: [put_of(event, referrals)]}
