"""The questions about the yearly confirmation: whom departments have to confirm, and which lists did."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from identity.feeds.domain.confirming import Expected, FullList, Season, stage_of
from identity.intake.queries import file_as
from kernel.http import Wire
from kernel.values.china_time import CHINA
from kernel.writing.reads import Reads

_LINES_MAX: Final = 5_000
_EXPECTED_SQL: Final = f"""
SELECT m.department, m.category, m."group", p.county, count(DISTINCT m.person_id)::int AS people
FROM memberships m JOIN persons p USING (person_id)
WHERE m.department = ANY($1::text[]) AND p.county LIKE ANY($2::text[]) AND p.deceased_on IS NULL
  AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to >= $3)
GROUP BY 1, 2, 3, 4 ORDER BY p.county, m.department, m.category, m."group" LIMIT {_LINES_MAX}
"""
_LISTS_SQL: Final = """
SELECT b.department, b.number, b.category, b.area, b.as_of, b.received_at, r.told->'groups' AS groups
FROM feed_batches b JOIN feed_endings e USING (batch_id) JOIN feed_readings r USING (batch_id)
WHERE b.department = ANY($1::text[]) AND b.kind = 'full' AND e.status = 'APPLIED' AND b.as_of >= $2 AND b.as_of < $3
  AND NOT EXISTS (SELECT FROM feed_batches u JOIN feed_endings n USING (batch_id)
                  WHERE u.department = b.department AND u.undoes = b.number AND n.status = 'APPLIED')
"""


class ConfirmationAnswer(Wire, frozen=True, kw_only=True):
    """How far a department is with the people of a county; ``number`` is the list that confirms them."""

    year: int
    due: date
    department: str
    category: str
    group: str | None
    county: str
    people: int
    stage: str
    number: str | None = None
    received_at: datetime | None = None


class ConfirmationQueries(Reads):
    """Reads of who has confirmed."""

    async def confirmations(
        self, season: Season, today: date, departments: Sequence[str], counties: list[str]
    ) -> list[ConfirmationAnswer]:
        """A line for each county, category and group that departments support today, the counties in their order."""
        until = season.opens.replace(year=season.opens.year + 1)
        lists = await self.many(file_as(FullList), _LISTS_SQL, departments, _began(season.opens), _began(until))
        found: list[ConfirmationAnswer] = []
        for expected in await self.many(Expected, _EXPECTED_SQL, departments, counties, today):
            stage, by = stage_of(expected, lists, season, today)
            found.append(
                ConfirmationAnswer(
                    year=season.year,
                    due=season.due,
                    department=expected.department,
                    category=expected.category,
                    group=expected.group,
                    county=expected.county,
                    people=expected.people,
                    stage=stage,
                    number=None if by is None else by.number,
                    received_at=None if by is None else by.received_at,
                )
            )
        return found


def _began(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)
