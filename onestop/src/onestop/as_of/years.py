"""A person's yearly accumulators as they were known at a moment."""

from collections.abc import Iterator
from typing import Final

import msgspec

from kernel.values.refusals import not_found
from kernel.writing.event_store.stream import RecordedEvent
from onestop.as_of.moment import Moment, known_events
from onestop.picture import picture
from settlement.encounters.domain.events import SettlementConfirmed, SettlementRevoked, SettlementSupplemented, year_of
from settlement.years.domain import BenefitYearOpened, BenefitYearReopened, BenefitYearsJoined

# A year that went into another record's was moved for the last time in that one's stream.
_YEARS_SQL: Final = """
SELECT area, person_id FROM benefit_years WHERE person_id = $1 AND year = $2
UNION SELECT area, person_id FROM benefit_year_joins WHERE other_id = $1 AND year = $2 ORDER BY 1, 2
"""
_STAYS_SQL: Final = "SELECT DISTINCT encounter_id FROM settlements WHERE counted_for = $1 AND year = $2 ORDER BY 1"


class YearThen(msgspec.Struct, frozen=True, kw_only=True):
    """The year's accumulators in fen. ``version`` counts how often it had moved by then; 0 is a year without a bill."""

    area: str
    year: int
    version: int
    balances_fen: dict[str, int]


async def years_then(url: str, person_id: str, at: Moment) -> list[YearThen]:
    """The person's year that the day lies in, in every pooling area; raises Refused YEAR_UNKNOWN_THEN.

    A limit counts bills in the order in which they were settled, so the day only says which year is meant.
    """
    async with picture(url) as services:
        settled = await services.of("settlement")
        years = [f"{row[0]}/{row[1]}" for row in await settled.fetch(_YEARS_SQL, person_id, at.on.year)]
        stays = [row[0] for row in await settled.fetch(_STAYS_SQL, person_id, at.on.year)]
        streams = [f"benefit-year/{year}/{at.on.year}" for year in years]
        streams += [f"encounter/{encounter_id}" for encounter_id in stays]
        events = [one for stream in streams for one in await known_events(services, "settlement", stream, at.known_at)]
    moved = [year for one in events for year in _moved(one, person_id, at.on.year)]
    latest: dict[str, YearThen] = {}
    for year in sorted(moved, key=lambda year: year.version):
        latest[year.area] = year
    if not latest:
        said = f"no bill of person {person_id} was known in {at.on.year} at {at.known_at}"
        raise not_found("YEAR_UNKNOWN_THEN", said)
    return [latest[area] for area in sorted(latest)]


def _moved(recorded: RecordedEvent, person_id: str, year: int) -> Iterator[YearThen]:
    match recorded.event:
        case SettlementConfirmed() as event if year_of(event) == person_id and event.year == year:
            yield _at(event.area, year, event.benefit_year_version, event.adjudication.after_fen)
        case (SettlementSupplemented() | SettlementRevoked()) as event if (year_of(event), event.year) == (
            person_id,
            year,
        ):
            yield _at(event.area, year, event.benefit_year_version, event.balances_fen)
        case BenefitYearOpened() as event if event.person_id == person_id:
            yield _at(event.area, year, 1, event.balances_fen)
        case BenefitYearReopened() as event if event.person_id == person_id:
            yield _at(event.area, year, event.version, event.balances_fen)
        case BenefitYearsJoined() as event if event.person_id == person_id:
            yield _at(event.area, year, event.own_version + 1, event.balances_fen)
        case BenefitYearsJoined() as event if event.other_id == person_id:
            yield _at(event.area, year, event.other_version + 1, {})
        case _:
            pass


def _at(area: str, year: int, version: int, balances_fen: dict[str, int]) -> YearThen:
    return YearThen(area=area, year=year, version=version, balances_fen=dict(balances_fen))
