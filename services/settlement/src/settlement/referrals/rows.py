"""The rows of what referral tells: how far each referral has come."""

from typing import Final

from sqlalchemy import MetaData, Table

from contracts.referral import ReferralChanged
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import put_of

TABLES: Final = MetaData()

_NOT_ASKED: Final = ("sending_hospital", "applied_on", "endorsed_on", "expires_on")
referrals: Final = Table("referrals", TABLES, *columns_of(ReferralChanged, "referral_id", leaving=_NOT_ASKED))

ROWS: Final[RowsByMessage] = {ReferralChanged: lambda event: [put_of(event, referrals)]}
