"""The case file: everything that a decision about an encounter needs, many encounters in one round trip."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel.running.runtime import Runtime
from kernel.writing.coalescer import Coalescer
from kernel.writing.event_store import Stream
from kernel.writing.event_store.inside_queries import Emptied, lateral_stream, stream_in
from settlement.encounters.domain import refusals
from settlement.encounters.domain.benefit_year import BenefitYear
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.events import EncounterAdmitted
from settlement.encounters.domain.state import Cancelled, Open, Settled, State
from settlement.institutions.domain import Institution, hospital_unknown
from settlement.institutions.queries import INSTITUTION, institution_in
from settlement.people.domain import Who, person_told
from settlement.referrals.domain import Referral
from settlement.referrals.queries import REFERRAL, referral_in

# What goes on under a record that was merged away counts in the surviving record's years, and rests on what identity
# said last of either. The year of a bill is that of its discharge, which only the stream knows: so all years of the
# person's last two are brought along, which are at most a handful of rows.
#: A bill may have 20,000 lines; what is decided about it rests on their sums.
_LINES: Final = Emptied("FeeLinesUploaded", "lines", ("encounter_id", "batch", "sums"))
_STREAM: Final = lateral_stream("'encounter/' || e.encounter_id", emptied=_LINES)
_LOAD_SQL: Final = f"""
SELECT e.encounter_id, stream.*, COALESCE(o.county, p.county) AS county, COALESCE(o.person_id, e.person_id) AS year_of,
       CASE WHEN o.revision >= p.revision THEN o.entitlement ELSE p.entitlement END AS entitlement,
       GREATEST(o.revision, p.revision) AS revision, {INSTITUTION}, {REFERRAL}, y.years
FROM encounters e {_STREAM}
LEFT JOIN people p ON p.person_id = e.person_id
LEFT JOIN people o ON o.person_id = p.merged_into
LEFT JOIN institutions i ON i.hospital_id = e.hospital_id
LEFT JOIN referrals r ON r.referral_id = e.referral_id
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(
    COALESCE(o.person_id, e.person_id), b.area, b.year, b.balances, b.version, b.latest_settlement)) AS years
  FROM benefit_years b WHERE b.person_id = COALESCE(p.merged_into, e.person_id) AND b.area = e.area
) y ON true
WHERE e.encounter_id = ANY($1::text[])
"""
_years_decoder: Final = msgspec.json.Decoder(list[BenefitYear])


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """One encounter with its surroundings, in one consistent picture."""

    stream: Stream
    state: State
    county: str
    who: Who
    institution: Institution
    referral: Referral | None
    years: dict[int, BenefitYear]
    #: Whose years they are: the person's, or those of the record that the person's was merged into.
    year_of: str

    @property
    def opened(self) -> Open:
        """The encounter before settlement, whether it is settled or not."""
        match self.state:
            case Settled(before=before) | Cancelled(before=before):
                return before
            case Open():
                return self.state
            case _:
                raise AssertionError("an encounter in the read table was admitted")

    def year(self, year: int) -> BenefitYear:
        """The person's benefit year, standing at zero where nothing has happened yet."""
        begun = self.years.get(year)
        return begun or BenefitYear(person_id=self.year_of, area=self.opened.admission.area, year=year)


def _is_of(admission: EncounterAdmitted, hospital_id: str) -> bool:
    return admission.hospital_id == hospital_id and admission.route == "HOSPITAL"


class CaseFiles:
    """Loads case files; requests that wait at the same moment share one query."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._coalescer: Coalescer[str, CaseFile | None] = Coalescer(self._load, workers=3, batch_max=64)

    async def of(self, encounter_id: str, hospital_id: str | None) -> CaseFile:
        """The case file; raises Refused ENCOUNTER_UNKNOWN, also for another hospital's encounter.

        What was settled on papers at the agency is no hospital's to change, not even that of the one that treated.
        """
        found = await self._coalescer.submit(encounter_id)
        if found is None or (hospital_id is not None and not _is_of(found.opened.admission, hospital_id)):
            raise refusals.encounter_unknown(encounter_id)
        return found

    async def _load(self, encounter_ids: Sequence[str]) -> list[CaseFile | BaseException | None]:
        rows = await self._runtime.store.pool.fetch(_LOAD_SQL, list(set(encounter_ids)))
        by_id = {row["encounter_id"]: row for row in rows}
        return [self._file(by_id[i]) if i in by_id else None for i in encounter_ids]

    def _file(self, row: Any) -> CaseFile | BaseException:
        stream, events = stream_in(row, f"encounter/{row['encounter_id']}", self._runtime.store.registry)
        state = DECIDER.fold(events)
        assert isinstance(state, Open | Settled | Cancelled)
        admission = (state if isinstance(state, Open) else state.before).admission
        institution = institution_in(row)
        if institution is None:
            return hospital_unknown(admission.hospital_id)
        told = person_told(row["entitlement"])
        return CaseFile(
            stream=stream,
            state=state,
            county=row["county"] or admission.county,
            who=Who(told.standing, told.certifications, row["revision"], told.deceased_on),
            institution=institution,
            referral=referral_in(row),
            years={year.year: year for year in _years_decoder.decode(row["years"] or "[]")},
            year_of=row["year_of"],
        )
