"""Rows of what others told: the applicants, the institutions, and what became of the stays."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from contracts.identity import EntitlementChanged
from contracts.settlement import InstitutionContracted, SettlementConfirmed, SettlementRevoked
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

#: People as identity last told of them.
applicants: Final = Table(
    "applicants",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("memberships", JSON, nullable=False),
    Column("deceased_on", Date),
    Column("merged_into", Text),
    Column("county", Text),
)

#: What institutions are called, as settlement's registry has them.
institutions: Final = Table(
    "institutions",
    TABLES,
    Column("hospital_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

#: The days of their contracts: a consumer of its own reads them, so that a database of before is filled from the topic.
contracts: Final = Table(
    "contracts",
    TABLES,
    Column("hospital_id", Text, primary_key=True),
    Column("contract_from", Date, nullable=False),
    Column("contract_to", Date),
)

#: Where they stand: told to a consumer of its own for the same reason.
places: Final = Table(
    "places",
    TABLES,
    Column("hospital_id", Text, primary_key=True),
    Column("division", Text, nullable=False),
)

#: What settlement made of the stays that rest on referrals, as it told.
settled_stays: Final = Table(
    "settled_stays",
    TABLES,
    Column("settlement_id", Text, primary_key=True),
    Column("referral_id", Text, nullable=False),
    Column("encounter_id", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=False),
    Column("with_benefits", Boolean, nullable=False),
    Index("settled_stays_of_referral", "referral_id", "settled_at"),
)
revoked_settlements: Final = Table(
    "revoked_settlements",
    TABLES,
    Column("settlement_id", Text, primary_key=True),
    Column("revoked_at", DateTime(timezone=True), nullable=False),
)

#: What settlement raises where a stay out of the county has its benefits (001 二(六)).
_BENEFITS: Final = "hpa_benefits"


def _settled(event: SettlementConfirmed) -> Iterable[Change]:
    if event.referral_id is not None:
        yield put_of(event, settled_stays, with_benefits=_BENEFITS in event.flags)


#: Of a person the newest message is the whole truth.
IDENTITY_ROWS: Final[RowsByMessage] = {EntitlementChanged: lambda event: [put_of(event, applicants)]}
SETTLEMENT_ROWS: Final[RowsByMessage] = {
    SettlementConfirmed: _settled,
    SettlementRevoked: lambda event: [put_of(event, revoked_settlements)],
    InstitutionContracted: lambda event: [put_of(event, institutions)],
}
CONTRACT_ROWS: Final[RowsByMessage] = {InstitutionContracted: lambda event: [put_of(event, contracts)]}
PLACE_ROWS: Final[RowsByMessage] = {InstitutionContracted: lambda event: [put_of(event, places)]}
