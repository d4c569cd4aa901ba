"""The rows of benefit years: settlements move them, and so does a join of two records' years."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Index, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import GUARDED, Change, put_of
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.events import SettlementConfirmed, SettlementRevoked, SettlementSupplemented, year_of
from settlement.years.domain import BenefitYearOpened, BenefitYearReopened, BenefitYearsJoined

TABLES: Final = MetaData()

benefit_years: Final = Table(
    "benefit_years",
    TABLES,
    *columns_of(BenefitYear, "person_id", "area", "year", leaving=("balances_fen",), year=SmallInteger),
    Column("balances", JSON, nullable=False),
    info=GUARDED,
)

_STANDINGS: Final = ("own_fen", "other_fen", "balances_fen")
#: Years of records that were merged away, and whose year they went into.
benefit_year_joins: Final = Table(
    "benefit_year_joins",
    TABLES,
    Column("other_id", Text, primary_key=True),
    *columns_of(BenefitYearsJoined, "area", "year", leaving=("other_id", *_STANDINGS), year=SmallInteger),
    Column("own_fen", JSON, nullable=False),
    Column("other_fen", JSON, nullable=False),
    Index("benefit_year_joins_person", "person_id"),
)


def _opened(recorded: RecordedEvent) -> Iterable[Change]:
    event: BenefitYearOpened = recorded.event
    yield put_of(event, benefit_years, balances=event.balances_fen, latest_settlement=None, version=1)


def _reopened(recorded: RecordedEvent) -> Iterable[Change]:
    event: BenefitYearReopened = recorded.event
    yield put_of(event, benefit_years, balances=event.balances_fen, latest_settlement=None)


def _settled(recorded: RecordedEvent) -> Iterable[Change]:
    event: SettlementConfirmed = recorded.event
    yield put_of(
        event,
        benefit_years,
        person_id=year_of(event),
        balances=event.adjudication.after_fen,
        latest_settlement=event.settlement_id,
        version=event.benefit_year_version,
    )


def _moved(recorded: RecordedEvent) -> Iterable[Change]:
    event: SettlementRevoked | SettlementSupplemented = recorded.event
    version, balances = event.benefit_year_version, event.balances_fen
    yield put_of(event, benefit_years, person_id=year_of(event), balances=balances, version=version)


def _joined(recorded: RecordedEvent) -> Iterable[Change]:
    """Both years move by one, so that whatever was decided on either of them before starts over."""
    event: BenefitYearsJoined = recorded.event
    for person_id, balances, version in (
        (event.person_id, event.balances_fen, event.own_version + 1),
        (event.other_id, {}, event.other_version + 1),
    ):
        moved = {"person_id": person_id, "balances": balances, "latest_settlement": None, "version": version}
        yield put_of(event, benefit_years, **moved)
    yield put_of(event, benefit_year_joins)


ROWS: Final[RowsByEvent] = {
    BenefitYearOpened: _opened,
    BenefitYearReopened: _reopened,
    SettlementConfirmed: _settled,
    SettlementRevoked: _moved,
    SettlementSupplemented: _moved,
    BenefitYearsJoined: _joined,
}
