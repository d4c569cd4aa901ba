"""Sums of settled bills: by county, hospital or category, and by kind of care, as they were known at a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal

import msgspec

from kernel.running.runtime import Runtime
from kernel.values.china_time import CHINA
from kernel.values.divisions import prefix_of
from kernel.writing.reads import Reads
from law.packs import PackLibrary
from law.packs.rules import Indicator
from operations.follow_up.queries import FollowUpQueries
from operations.indicators.domain.measures import COUNTED, MEASURES, Line, Sums, line, sums_for
from operations.indicators.domain.watched import assessing, watched
from operations.periods.domain import Period

By = Literal["area", "county", "hospital", "category", "township"]
_GROUPS: Final[Mapping[By, str]] = {
    "area": "$8::text",
    "county": "b.county",
    "hospital": "b.hospital_id",
    "category": "COALESCE(b.category, 'NONE')",
    # Where somebody has said in which township the person lives; the others are under their county.
    "township": "COALESCE(t.township, b.county)",
}
#: Bills by their day of discharge, without those taken back, nor those that do not count for the assessment.
_CHOSEN: Final = """
WITH chosen AS (
  SELECT {group} AS of, b.settlement_id, b.encounter_kind AS kind, COALESCE(p.merged_into, b.person_id) AS person,
         b.total_fen, b.patient_pays_fen + COALESCE(s.patient_fen, 0) AS patient_fen, b.compliant_fen,
         b.out_of_catalogue_fen
  FROM bills b LEFT JOIN people p ON p.person_id = b.person_id
  LEFT JOIN responsible t ON t.person_id = COALESCE(p.merged_into, b.person_id)
  LEFT JOIN LATERAL (
    SELECT sum(x.patient_fen) AS patient_fen FROM bill_supplements x
    WHERE x.settlement_id = b.settlement_id AND x.supplemented_at < $5
  ) s ON true
  WHERE b.county >= $1 AND b.county < $2 AND b.discharged_on BETWEEN $3 AND $4 AND b.settled_at < $5
    AND NOT (b.policy_id = ANY($6::text[]) AND NOT $7 = ANY(b.flags))
    AND NOT EXISTS (
      SELECT FROM bill_revocations r WHERE r.settlement_id = b.settlement_id AND r.revoked_at < $5
    )
)
"""
_SUMS_SQL: Final = f"""{_CHOSEN}
SELECT of, kind, count(*) AS bills, count(DISTINCT person) AS persons, sum(total_fen)::bigint AS total_fen,
       sum(patient_fen)::bigint AS patient_fen,
       COALESCE(sum(total_fen) FILTER (WHERE out_of_catalogue_fen IS NOT NULL), 0)::bigint AS known_fen,
       COALESCE(sum(total_fen - patient_fen) FILTER (WHERE out_of_catalogue_fen IS NOT NULL), 0)::bigint
         AS known_reimbursed_fen,
       COALESCE(sum(compliant_fen), 0)::bigint AS compliant_fen,
       COALESCE(sum(out_of_catalogue_fen), 0)::bigint AS out_of_catalogue_fen
FROM chosen WHERE $8::text IS NOT NULL GROUP BY of, kind ORDER BY of, kind
"""
# The bills that keep an indicator down most; of what is counted beside bills there are none.
_SHORT_SQL: Final = f"""{_CHOSEN}
SELECT settlement_id FROM chosen WHERE $8::text IS NOT NULL AND of = $9 AND kind = ANY($10::text[])
ORDER BY COALESCE({{short}}, 0) DESC, settlement_id LIMIT $11
"""
#: What of a bill is missing in an indicator's part; in the others' it is what the patient pays.
_SHORT: Final = {"in_catalogue_share": "out_of_catalogue_fen", "reimbursable_share": "total_fen - compliant_fen"}
# Stays of a place's people that began in the period and were not taken back, and of these the settled ones.
_HANDLED_SQL: Final = """
SELECT count(*) AS accepted, count(*) FILTER (WHERE EXISTS (
         SELECT FROM bills b WHERE b.encounter_id = s.encounter_id AND b.settled_at < $5 AND NOT EXISTS (
           SELECT FROM bill_revocations r WHERE r.settlement_id = b.settlement_id AND r.revoked_at < $5)
       )) AS handled
FROM stays s JOIN people p ON p.person_id = s.person_id
WHERE s.admitted_on BETWEEN $3 AND $4 AND p.county >= $1 AND p.county < $2
  AND NOT EXISTS (SELECT FROM cancelled_stays c WHERE c.encounter_id = s.encounter_id AND c.cancelled_at < $5)
"""
#: What a bill out of county without referral does not have (001 三(三)).
COUNTS: Final = "counts_in_assessment"


class _Named(msgspec.Struct, frozen=True):
    settlement_id: str


class _Row(Sums, frozen=True, kw_only=True):
    of: str
    kind: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose bills, of which period, as known before a moment; ``assessing`` are policies that leave some out."""

    area: str
    by: By
    period: Period
    known_before: datetime
    assessing: Sequence[str] = ()


class IndicatorQueries(Reads):
    """Read-only questions, each bounded by its period and area."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._follow_up = FollowUpQueries(runtime)

    async def sums(self, asked: Asked) -> dict[str, dict[str, Sums]]:
        """The sums by group, and in it by kind of care."""
        rows = await self.over_lists(_Row, _SUMS_SQL.format(group=_GROUPS[asked.by]), *_chosen_by(asked))
        found: dict[str, dict[str, Sums]] = {}
        for row in rows:
            sums = Sums(**{name: getattr(row, name) for name in Sums.__struct_fields__})
            found.setdefault(row.of, {})[row.kind] = sums
        return found

    async def counted(self, asked: Asked) -> Sums:
        """Stays accepted and handled, patients and treated, of a place and period."""
        low, high = bounds_of(asked.area)
        span = asked.period.first, asked.period.last
        (stays,) = await self.over_lists(Sums, _HANDLED_SQL, low, high, *span, asked.known_before)
        patients, treated = await self._follow_up.treated(low, high, asked.period.last, asked.known_before)
        return msgspec.structs.replace(stays, patients=patients, treated=treated)

    async def lines(self, library: PackLibrary, asked: Asked) -> list[Line]:
        """Each group's lines, in order; the groups are those that have bills in either year."""
        year_before = msgspec.structs.replace(asked, period=asked.period.year_before)
        now, before = await self.sums(asked), await self.sums(year_before)
        if asked.by == "area":
            now.setdefault(asked.area, {})[COUNTED] = await self.counted(asked)
            before.setdefault(asked.area, {})[COUNTED] = await self.counted(year_before)
        lines = []
        for of in sorted({*now, *before, *([asked.area] if asked.by == "area" else ())}):
            place = of if asked.by == "county" else asked.area
            for one, document in watched(library, place, asked.period.last):
                sums = [sums_for(one.name, kinds.get(of, {}).items()) for kinds in (now, before)]
                lines.append(line(of, one, document, *sums))
        return sorted(lines, key=lambda each: (each.of, each.indicator))

    async def asked_for(
        self, library: PackLibrary, county: str, of: Period, names: Sequence[Indicator]
    ) -> dict[tuple[str, str], Line]:
        """Some indicators of a county, and of each of its hospitals and townships, in a period as known at its end."""
        asked = _at_end(library, county, of, "hospital")
        groups = await self.sums(asked)
        groups |= await self.sums(msgspec.structs.replace(asked, by="township"))
        whole = await self.sums(msgspec.structs.replace(asked, by="area"))
        groups[county] = {**whole.get(county, {}), COUNTED: await self.counted(asked)}
        return {
            (of_group, one.name): line(of_group, one, "", sums_for(one.name, kinds.items()), Sums())
            for of_group, kinds in groups.items()
            for one in names
        }

    async def of_period(
        self, library: PackLibrary, county: str, period: Period, by: Literal["area", "hospital"] = "area"
    ) -> list[Line]:
        """The lines of a county, or of each hospital that treated its people, as they were known at a period's end."""
        return await self.lines(library, _at_end(library, county, period, by))

    async def bills_below(
        self, library: PackLibrary, county: str, period: Period, line: Line, limit: int
    ) -> tuple[str, ...]:
        """The settlements that keep a line of ``of_period`` down most."""
        asked = _at_end(library, county, period, "area" if line.of == county else "hospital")
        sql = _SHORT_SQL.format(group=_GROUPS[asked.by], short=_SHORT.get(line.indicator, "patient_fen"))
        kinds = list(MEASURES[line.indicator].kinds)
        rows = await self.over_lists(_Named, sql, *_chosen_by(asked), line.of, kinds, limit)
        return tuple(row.settlement_id for row in rows)


def _at_end(library: PackLibrary, county: str, period: Period, by: By) -> Asked:
    end = datetime.combine(period.last + timedelta(days=1), time.min, CHINA)
    return Asked(area=county, by=by, period=period, known_before=end, assessing=assessing(library, COUNTS))


def _chosen_by(asked: Asked) -> tuple[object, ...]:
    """The first eight arguments of what asks for the chosen bills."""
    span = asked.period.first, asked.period.last
    return (*bounds_of(asked.area), *span, asked.known_before, list(asked.assessing), COUNTS, asked.area)


def bounds_of(area: str) -> tuple[str, str]:
    """The codes between which those of an area lie: from the first on, and before the second."""
    prefix = prefix_of(area)
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)
