"""Questions about chronic certification: who may certify, what was certified, what is on no list."""

from datetime import date, datetime
from typing import Final

import msgspec

from identity.certification.domain.certifiers import Certifier
from kernel.http import Wire
from kernel.writing.reads import Reads

_CERTIFIERS: Final = "SELECT hospital_id, name, grade, since, until FROM certifiers"
_CERTIFIER_SQL: Final = f"{_CERTIFIERS} WHERE hospital_id = $1"
_CERTIFIERS_SQL: Final = f"{_CERTIFIERS} WHERE hospital_id > $1 ORDER BY hospital_id LIMIT $2"
# What was taken over from the system before counts from another day than that of its entry, and was filed there.
_ENTERED_HERE: Final = "c.effective_from = (c.certified_at AT TIME ZONE 'Asia/Shanghai')::date"
_SELECT: Final = """
SELECT c.certification_id, c.person_id, c.hospital_id, c.disease, c.certified_at, c.effective_from, c.cancelled_from,
       c.reason, f.filed_on, f.sealed_on
FROM certifications c LEFT JOIN certification_filings f USING (certification_id)
"""
_OF_PERSON_SQL: Final = f"{_SELECT} WHERE c.person_id = $1 ORDER BY c.certified_at, c.certification_id LIMIT 500"
_OF_MONTH_SQL: Final = f"""{_SELECT}
WHERE ($1::text IS NULL OR c.hospital_id = $1) AND c.effective_from >= $2 AND c.effective_from < $2 + interval '1 month'
AND {_ENTERED_HERE} AND ($3::bool IS NULL OR (f.filed_on IS NOT NULL) = $3) AND c.certification_id > $4
AND EXISTS (SELECT FROM persons p WHERE p.person_id = c.person_id AND p.county LIKE ANY($6::text[]))
ORDER BY c.certification_id LIMIT $5
"""
_IDS_OF_MONTH_SQL: Final = f"""
SELECT certification_id FROM certifications c
WHERE hospital_id = $1 AND effective_from >= $2 AND effective_from < $2 + interval '1 month' AND {_ENTERED_HERE}
"""


class CertifierAnswer(Wire, frozen=True):
    """A certifying institution."""

    hospital_id: str
    name: str
    grade: int
    since: date
    until: date | None


class CertificationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A certification; without ``filed_on`` it is on no monthly list, which takes nothing from the benefits."""

    certification_id: str
    person_id: str
    hospital_id: str
    disease: str
    certified_at: datetime
    effective_from: date
    cancelled_from: date | None
    reason: str | None
    filed_on: date | None
    sealed_on: date | None


class CertificationQueries(Reads):
    """Reads about chronic certification, each bounded."""

    async def certifier(self, hospital_id: str) -> Certifier | None:
        """An institution as it is registered."""
        return await self.one(Certifier, _CERTIFIER_SQL, hospital_id)

    async def certifiers(self, after: str, limit: int) -> list[CertifierAnswer]:
        """The registry of certifying institutions."""
        return await self.many(CertifierAnswer, _CERTIFIERS_SQL, after, limit)

    async def of_person(self, person_id: str) -> list[CertificationAnswer]:
        """A person's certifications."""
        return await self.many(CertificationAnswer, _OF_PERSON_SQL, person_id)

    async def of_month(
        self,
        hospital_id: str | None,
        month: str,
        counties: list[str],
        *,
        filed: bool | None,
        after: str,
        limit: int,
    ) -> list[CertificationAnswer]:
        """Certifications entered in a month, of one hospital or all and people of some counties, filed or not."""
        asked = (hospital_id, _first_day(month), filed, after, limit, counties)
        return await self.many(CertificationAnswer, _OF_MONTH_SQL, *asked)

    async def ids_of_month(self, hospital_id: str, month: str) -> frozenset[str]:
        """The ids of all certifications that a hospital entered in a month."""
        rows = await self.pool.fetch(_IDS_OF_MONTH_SQL, hospital_id, _first_day(month))
        return frozenset(row["certification_id"] for row in rows)


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
