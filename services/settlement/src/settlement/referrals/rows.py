"""The rows of what referral tells: how far each referral has come."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text

from contracts.referral import ReferralChanged
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

referrals: Final = Table(
    "referrals",
    TABLES,
    Column("referral_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("receiving_hospital", Text, nullable=False),
    Column("approved_on", Date),
    Column("emergency_admitted_on", Date),
)


def _referral(event: ReferralChanged) -> Iterable[Change]:
    yield put_of(event, referrals)


ROWS: Final[RowsByMessage] = {ReferralChanged: _referral}
