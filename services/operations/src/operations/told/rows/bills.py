"""What settlement told: bills by settlement, what changed them later, stays, and the institutions.

A bill's row is never changed: what was taken back or supplemented stands beside it with its moment, so that a report
of a day can be made again as of that day.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Column, Date, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from contracts.settlement import (
    EncounterAdmitted,
    EncounterCancelled,
    InstitutionContracted,
    LayerPaid,
    PaymentRefused,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
    Stay,
)
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()


def _parts() -> tuple[Column[Any], ...]:
    """What each payer gives, in order: the payers, their part of the bill, and what goes to the person beside it."""
    return (
        Column("payers", ARRAY(Text), nullable=False),
        Column("amounts", ARRAY(BigInteger), nullable=False),
        Column("payouts", ARRAY(BigInteger), nullable=False),
    )


bills: Final = Table(
    "bills",
    TABLES,
    *columns_of(SettlementConfirmed, "settlement_id", leaving=("layers", "stay", "refund_to_patient_fen")),
    *_parts(),
    #: Empty for bills from before they were told.
    Column("admitted_on", Date),
    Column("place", Text),
    Column("level", Text),
    Column("compliant_fen", BigInteger),
    Column("out_of_catalogue_fen", BigInteger),
    Column("disease", Text),
    Column("diagnosis", Text),
    Column("reach", Text),
    Index("bills_county_discharged", "county", "discharged_on", "settlement_id"),
    Index("bills_county_settled", "county", "settled_at", "settlement_id"),
    Index("bills_person", "person_id", "discharged_on"),
    Index("bills_encounter", "encounter_id"),
)
bill_revocations: Final = Table(
    "bill_revocations",
    TABLES,
    *columns_of(SettlementRevoked, "settlement_id", leaving=("encounter_id", "refund_to_patient_fen")),
    Index("bill_revocations_at", "revoked_at"),
)
bill_supplements: Final = Table(
    "bill_supplements",
    TABLES,
    *columns_of(
        SettlementSupplemented,
        "supplement_id",
        leaving=("encounter_id", "area", "category", "policy_id", "layers"),
    ),
    *_parts(),
    Index("bill_supplements_bill", "settlement_id"),
    Index("bill_supplements_county", "county", "supplemented_at"),
)
#: What the hospital bears after all, because a certification did not hold.
refused_bills: Final = Table(
    "refused_bills", TABLES, *columns_of(PaymentRefused, "settlement_id", leaving=("encounter_id",))
)
stays: Final = Table(
    "stays",
    TABLES,
    *columns_of(EncounterAdmitted, "encounter_id"),
    Index("stays_person", "person_id", "admitted_on"),
    Index("stays_admitted", "admitted_on"),
)
cancelled_stays: Final = Table(
    "cancelled_stays", TABLES, *columns_of(EncounterCancelled, "encounter_id", leaving=("referral_id",))
)
institutions: Final = Table("institutions", TABLES, *columns_of(InstitutionContracted, "hospital_id"))


def parts_of(layers: Iterable[LayerPaid]) -> dict[str, tuple[object, ...]]:
    """The columns of what payers give."""
    told = tuple(layers)
    return {
        "payers": tuple(layer.payer for layer in told),
        "amounts": tuple(layer.amount_fen for layer in told),
        "payouts": tuple(layer.payout_fen for layer in told),
    }


def _bill(event: SettlementConfirmed) -> Iterable[Change]:
    fields = Stay.__struct_fields__
    stay = dict.fromkeys(fields) if event.stay is msgspec.UNSET else msgspec.structs.asdict(event.stay)
    known = {name: None if value is msgspec.UNSET else value for name, value in stay.items()}
    yield put_of(event, bills, **parts_of(event.layers), **known)


ROWS: Final[RowsByMessage] = {
    SettlementConfirmed: _bill,
    SettlementRevoked: lambda event: [put_of(event, bill_revocations)],
    SettlementSupplemented: lambda event: [put_of(event, bill_supplements, **parts_of(event.layers))],
    PaymentRefused: lambda event: [put_of(event, refused_bills)],
    EncounterAdmitted: lambda event: [put_of(event, stays)],
    EncounterCancelled: lambda event: [put_of(event, cancelled_stays)],
    InstitutionContracted: lambda event: [put_of(event, institutions)],
}
