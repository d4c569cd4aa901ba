"""What Guangxi's notice and rosters say: gathered of identity with the caller's own token, and kept nowhere."""

from datetime import UTC, date, datetime
from typing import Final

from kernel.values.divisions import prefix_of
from kernel.values.refusals import Refused, not_found
from operations.reports.domain.asked import Asked
from operations.reports.domain.coverage import NOTICE, ROSTERS, notice_of, roster_of
from operations.reports.domain.sheet import Filled
from operations.reports.queries.identity import Compared, PeopleQueries

#: Of each of them identity is asked for the household: a county's roster is far below it.
_PEOPLE_MAX: Final = 3_000
#: Of what was put away identity does not say the moment.
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class CoverageSheets:
    """Gathers what each of them says."""

    def __init__(self, people: PeopleQueries) -> None:
        self._people = people

    async def filled(self, asked: Asked, token: str) -> tuple[Filled, tuple[str, ...]]:
        """What it says, and its notes; of the month's newest comparison.

        Raises Refused NOTHING_COMPARED, REPORT_TOO_LONG, IDENTITY_REFUSED.
        """
        compared, year = await self._compared(asked, token), asked.period.last.year
        noted = f"比对日期：{compared.compared_on}"
        if asked.report == NOTICE:
            notice = await self._people.notice(compared, asked.area, token)
            return notice_of(notice.rows, notice.total, year), (f"通报对象：{notice.recipients}", noted)
        people = await self._people.found(compared, asked.area, ROSTERS[asked.report], _PEOPLE_MAX, token)
        if len(people) > _PEOPLE_MAX:
            raise Refused("REPORT_TOO_LONG", f"{asked.area} has more than {_PEOPLE_MAX} people on {asked.report}")
        return roster_of(asked.report, people, year), (noted,)

    async def _compared(self, asked: Asked, token: str) -> Compared:
        """The month's newest comparison of the area, or of the city or region that it lies in."""
        found = await self._people.comparisons(asked.period.name, token)
        fitting = [one for one in found if asked.area.startswith(prefix_of(one.area))]
        if not fitting:
            detail = f"nothing was compared for {asked.area} in {asked.period.name}; POST /v1/comparisons at identity"
            raise not_found("NOTHING_COMPARED", detail, area=asked.area, period=asked.period.name)
        return max(fitting, key=_newness)


def _newness(one: Compared) -> tuple[date, datetime]:
    return one.compared_on, one.made_at or _LONG_AGO
