"""The rows of a join: the surviving record's year holds both, the other's nothing any more."""

from collections.abc import Iterable

from kernel.writing.read_tables import Change, put
from settlement.encounters.rows.tables import benefit_year_joins, benefit_years
from settlement.years.domain.joining import BenefitYearsJoined


def project_join(event: BenefitYearsJoined) -> Iterable[Change]:
    """Both years move by one, so that whatever was decided on either of them before starts over."""
    for person_id, balances, version in (
        (event.person_id, event.balances_fen, event.own_version),
        (event.other_id, {}, event.other_version),
    ):
        yield put(
            benefit_years,
            person_id=person_id,
            area=event.area,
            year=event.year,
            balances=balances,
            latest_settlement=None,
            version=version + 1,
        )
    yield put(
        benefit_year_joins,
        other_id=event.other_id,
        area=event.area,
        year=event.year,
        person_id=event.person_id,
        own_fen=event.own_fen,
        own_version=event.own_version,
        other_fen=event.other_fen,
        other_version=event.other_version,
    )
