"""Whose data a department sees: of people whom it holds a membership of, and not of those whom it has just claimed."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Final

from identity.persons.domain.categories import Department
from identity.persons.queries.divisions import own_department
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.china_time import CHINA, china_date
from kernel.values.refusals import Refused, forbidden
from kernel.writing.reads import Reads

_HELD: Final = "m.department = {department} AND (m.valid_to IS NULL OR m.valid_to >= {today})"
#: A condition on ``{person}``. {approved}: three people stand behind each membership of the department. Otherwise one
#: counts from the day after it was said; at once for who brought the person's data.
OPENS: Final = f"""EXISTS (
  SELECT FROM memberships m WHERE m.person_id = {{person}} AND {_HELD}
    AND ({{approved}}
         OR EXISTS (SELECT FROM membership_versions v
                    WHERE v.membership_id = m.membership_id AND v.recorded_at < {{midnight}})
         OR EXISTS (SELECT FROM personal_data d
                    WHERE d.person_id = m.person_id AND d.registered_by = {{department}})))"""
_OPENS_SQL: Final = "SELECT " + OPENS.format(
    person="$1", department="$2", today="$3::date", midnight="$4::timestamptz", approved="$5::boolean"
)
_HOLDS_SQL: Final = f"""
SELECT EXISTS (SELECT FROM memberships m WHERE m.person_id = $1 AND {_HELD.format(department="$2", today="$3::date")})
    OR EXISTS (SELECT FROM personal_data WHERE person_id = $1 AND registered_by = $2)
"""


class FeedAccess(Reads):
    """Answers for one department at a time. ``approved`` are those whose changes three people handle."""

    def __init__(self, runtime: Runtime, clock: Clock, approved: Collection[Department]) -> None:
        super().__init__(runtime)
        self._clock = clock
        self._approved = frozenset(approved)

    def asked(self, department: Department) -> tuple[object, ...]:
        """What ``OPENS`` is asked with: the department, today, midnight, and whether three people stand behind it."""
        today = china_date(self._clock())
        return department.value, today, datetime.combine(today, time(), CHINA), department in self._approved

    async def opens(self, person_id: str, department: Department) -> bool:
        """Whether a department sees a person's data whole."""
        found: bool = await self.pool.fetchval(_OPENS_SQL, person_id, *self.asked(department))
        return found

    async def must_hold(self, caller: Principal, person_id: str | None) -> None:
        """Refuse a department that neither holds a membership of a person nor brought them: PERSON_NOT_IN_FEED.

        An unknown person may pass.
        """
        department = own_department(caller)
        if department is None or person_id is None:
            return
        if not await self.pool.fetchval(_HOLDS_SQL, person_id, department.value, china_date(self._clock())):
            raise not_in_feed(department)


def not_in_feed(department: Department) -> Refused:
    """The refusal of somebody of whom a department has said nothing."""
    detail = f"{department} has said nothing of this person, and sees only its own feed"
    return forbidden("PERSON_NOT_IN_FEED", detail)
