"""What is left of the year's limits: gathered as a settlement would be, and nothing is written."""

from kernel.running.clock import Clock
from kernel.values.china_time import china_date
from law.packs import PackLibrary
from settlement.encounters.domain.limits import Limit, limits
from settlement.encounters.queries.case_file import CaseFiles
from settlement.institutions.domain import locality


class LimitsOfEncounter:
    """Reads an encounter's case and asks the law in force on the day of discharge, or today."""

    def __init__(self, library: PackLibrary, files: CaseFiles, clock: Clock) -> None:
        self._library = library
        self._files = files
        self._clock = clock

    async def of(self, encounter_id: str, hospital_id: str | None) -> tuple[int, list[Limit]]:
        """The year and its limits; raises Refused ENCOUNTER_UNKNOWN, also for another hospital's."""
        file = await self._files.of(encounter_id, hospital_id)
        admission, discharge = file.opened.admission, file.opened.discharge
        ended = discharge.discharged_on if discharge else china_date(self._clock())
        found = limits(
            self._library.newest(file.county, ended),
            file.who.standing,
            file.year(ended.year).balances_fen,
            kind=admission.kind,
            place=locality(file.county, file.institution.division),
            level=file.institution.level,
            begins_on=admission.admitted_on,
            ends_on=ended,
        )
        return ended.year, list(found)
