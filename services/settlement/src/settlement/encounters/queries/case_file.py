"""The case file: everything that a decision about an encounter needs, many encounters in one round trip."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from contracts.identity import Enrolment as EnrolmentTold
from contracts.identity import Membership as MembershipTold
from kernel.running.runtime import Runtime
from kernel.writing.coalescer import Coalescer
from kernel.writing.event_store import Stream
from law import Membership, Standing
from law.certificate import Certificate
from law.standing import Enrolment
from settlement.encounters.domain import refusals
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.state import Open, Settled, State
from settlement.institutions.domain.institution import Institution
from settlement.years.domain.benefit_year import BenefitYear

# What goes on under a record that was merged away counts in the surviving record's years, and rests on what identity
# said last of either. The year of a bill is that of its discharge, which only the stream knows: so all years of the
# person's last two are brought along, which are at most a handful of rows.
_LOAD_SQL: Final = """
SELECT e.encounter_id, s.types, s.schema_versions, s.data, s.version, s.chain,
       COALESCE(o.county, p.county) AS county, COALESCE(o.person_id, e.person_id) AS year_of,
       CASE WHEN o.revision >= p.revision THEN o.entitlement ELSE p.entitlement END AS entitlement,
       GREATEST(o.revision, p.revision) AS revision,
       i.name, i.level, i.division, i.contract_from, i.contract_to, i.majors, i.major_diseases,
       r.state AS referral_state, r.person_id AS referral_person, r.receiving_hospital, r.approved_on,
       r.emergency_admitted_on, y.years
FROM encounters e
JOIN LATERAL (
  SELECT array_agg(type ORDER BY version) AS types, array_agg(schema_version ORDER BY version) AS schema_versions,
         array_agg(data::text ORDER BY version) AS data, max(version) AS version,
         (array_agg(chain ORDER BY version DESC))[1] AS chain
  FROM events WHERE stream_id = 'encounter/' || e.encounter_id
) s ON true
LEFT JOIN people p ON p.person_id = e.person_id
LEFT JOIN people o ON o.person_id = p.merged_into
LEFT JOIN institutions i ON i.hospital_id = e.hospital_id
LEFT JOIN referrals r ON r.referral_id = e.referral_id
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(year, version, latest_settlement, balances)) AS years FROM benefit_years b
  WHERE b.person_id = COALESCE(p.merged_into, e.person_id) AND b.area = e.area
) y ON true
WHERE e.encounter_id = ANY($1::text[])
"""


class EntitlementTold(msgspec.Struct, frozen=True):
    """What identity last told of a person, as it lies in the read table."""

    memberships: tuple[MembershipTold, ...] = ()
    enrolments: tuple[EnrolmentTold, ...] = ()
    deceased_on: date | None = None
    merged_into: str | None = None
    certifications: tuple[Certificate, ...] = ()


class Referral(msgspec.Struct, frozen=True):
    """The referral that an encounter names, as referral last told of it."""

    state: str
    person_id: str
    receiving_hospital: str
    approved_on: date | None
    emergency_admitted_on: date | None = None

    @property
    def approved(self) -> bool:
        """Whether the agency's approval stands."""
        return self.state in ("AGENCY_APPROVED", "USED")


class CaseFile(msgspec.Struct, frozen=True):
    """One encounter with its surroundings, in one consistent picture."""

    stream: Stream
    state: State
    county: str
    standing: Standing
    institution: Institution
    referral: Referral | None
    years: dict[int, BenefitYear]
    #: Whose years they are: the person's, or those of the record that the person's was merged into.
    year_of: str
    identity_revision: int | None = None
    certificates: tuple[Certificate, ...] = ()

    @property
    def opened(self) -> Open:
        """The encounter before settlement, whether it is settled or not."""
        match self.state:
            case Settled(before=before):
                return before
            case Open():
                return self.state
            case _:
                raise AssertionError("an encounter in the read table was admitted")

    def year(self, year: int) -> BenefitYear:
        """The person's benefit year, standing at zero where nothing has happened yet."""
        return self.years.get(year) or BenefitYear(self.year_of, self.opened.admission.area, year)


class CaseFiles:
    """Loads case files; requests that wait at the same moment share one query."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._coalescer: Coalescer[str, CaseFile | None] = Coalescer(self._load, workers=3, batch_max=64)

    async def of(self, encounter_id: str, hospital_id: str | None) -> CaseFile:
        """The case file; raises Refused ENCOUNTER_UNKNOWN, also for another hospital's encounter."""
        found = await self._coalescer.submit(encounter_id)
        if found is None or (hospital_id is not None and found.opened.admission.hospital_id != hospital_id):
            raise refusals.encounter_unknown(encounter_id)
        return found

    async def _load(self, encounter_ids: Sequence[str]) -> list[CaseFile | BaseException | None]:
        rows = await self._runtime.store.pool.fetch(_LOAD_SQL, list(set(encounter_ids)))
        by_id = {row["encounter_id"]: row for row in rows}
        return [self._file(by_id[i]) if i in by_id else None for i in encounter_ids]

    def _file(self, row: Any) -> CaseFile | BaseException:
        registry = self._runtime.store.registry
        events = (
            registry.decode(name, version, data)
            for name, version, data in zip(row["types"], row["schema_versions"], row["data"], strict=True)
        )
        state = DECIDER.fold(events)
        assert isinstance(state, Open | Settled)
        admission = (state.before if isinstance(state, Settled) else state).admission
        if row["name"] is None:
            return refusals.hospital_unknown(admission.hospital_id)
        return CaseFile(
            Stream(f"encounter/{admission.encounter_id}", row["version"], row["chain"]),
            state,
            row["county"] or admission.county,
            standing_told(row["entitlement"]),
            institution_of(admission.hospital_id, row),
            referral_of(row),
            _years(row["year_of"], admission.area, row["years"]),
            row["year_of"],
            row["revision"],
            () if row["entitlement"] is None else entitlement_told(row["entitlement"]).certifications,
        )


def standing_told(entitlement: str | None) -> Standing:
    """The standing that decisions use, from what identity told."""
    if entitlement is None:
        return Standing()
    return standing_of(entitlement_told(entitlement))


def entitlement_told(entitlement: str) -> EntitlementTold:
    """What identity last told of a person, from the read table's text."""
    return _entitlement_decoder.decode(entitlement)


def standing_of(told: EntitlementTold) -> Standing:
    """The part of it that decisions about money use."""
    return Standing(
        tuple(
            Membership(
                category=m.category,
                valid_from=m.valid_from,
                valid_to=m.valid_to,
                group=m.group,
                poverty_status=m.poverty_status,
                exit_date=m.exit_date,
            )
            for m in told.memberships
        ),
        tuple(Enrolment(e.scheme, e.year, e.registered_on, e.marked_on) for e in told.enrolments),
    )


_entitlement_decoder: Final = msgspec.json.Decoder(EntitlementTold)


def institution_of(hospital_id: str, row: Any) -> Institution:
    """An institution from a row of the registry."""
    return Institution(
        hospital_id,
        row["name"],
        row["level"],
        row["division"],
        row["contract_from"],
        row["contract_to"],
        row["majors"],
        tuple(row["major_diseases"]),
    )


def referral_of(row: Any) -> Referral | None:
    """What referral last told, from a row; None where the encounter names none, or referral told of none."""
    if row["referral_state"] is None:
        return None
    return Referral(
        row["referral_state"],
        row["referral_person"],
        row["receiving_hospital"],
        row["approved_on"],
        row["emergency_admitted_on"],
    )


def _years(person_id: str, area: str, years: str | None) -> dict[int, BenefitYear]:
    told = msgspec.json.decode(years, type=list[tuple[int, int, str | None, dict[str, int]]]) if years else []
    return {
        year: BenefitYear(person_id, area, year, balances, version, latest) for year, version, latest, balances in told
    }
