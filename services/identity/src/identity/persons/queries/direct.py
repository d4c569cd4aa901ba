"""Changes that take effect at once: refused where three people must handle them (004 七(四))."""

from identity.persons.domain.approval import ApprovalRules
from identity.persons.queries.divisions import DivisionQueries, own_department
from kernel.running.clock import Clock
from kernel.security import Principal
from kernel.values.china_time import china_date


class DirectChanges:
    """Asks before a direct change whether it must be entered; who is unknown may pass, and is found unknown."""

    def __init__(self, rules: ApprovalRules, divisions: DivisionQueries, clock: Clock) -> None:
        self._rules = rules
        self._divisions = divisions
        self._clock = clock

    async def check(self, caller: Principal, person_id: str) -> None:
        """Refuse what the caller would say of a person by itself: ENTRY_REQUIRED, DEPARTMENT_UNKNOWN."""
        department, county = own_department(caller), await self._divisions.of_person(person_id)
        if county is not None:
            self._rules.check_direct(department, county, china_date(self._clock()))
