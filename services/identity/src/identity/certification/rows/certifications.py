"""Rows of chronic certification, as pure functions of events."""

from collections.abc import Iterable

import msgspec

from identity.certification.domain.certifier import CertifierRegistered
from identity.certification.domain.certifying import CertificationCancelled, ChronicCertified
from identity.certification.domain.filing import ChronicFiled
from identity.certification.rows.tables import certification_filings, certifications, certifiers
from identity.persons.domain.chronic import Certification
from identity.persons.domain.entitlement import Entitlement
from kernel.writing.read_tables import Change, put


def certification_rows(event: object) -> Iterable[Change]:
    """The rows that an event leads to beside the person's own; none where it is about something else."""
    match event:
        case CertifierRegistered(certifier=certifier):
            yield put(certifiers, **msgspec.structs.asdict(certifier))
        case ChronicCertified():
            yield _certification(event.entitlement, event.certification_id, None)
        case CertificationCancelled():
            yield _certification(event.entitlement, event.certification_id, event.reason)
        case ChronicFiled():
            for certification_id in event.certification_ids:
                yield _filing(event, certification_id)
        case _:
            return


def _certification(entitlement: Entitlement, certification_id: str, reason: str | None) -> Change:
    held = next(c for c in entitlement.certifications if c.certification_id == certification_id)
    return certification_row(entitlement.person_id, held, reason)


def certification_row(person_id: str, held: Certification, reason: str | None) -> Change:
    """A certification as it stands; ``reason`` is why it was cancelled."""
    return put(
        certifications,
        certification_id=held.certification_id,
        person_id=person_id,
        hospital_id=held.hospital_id,
        disease=held.disease,
        certified_at=held.certified_at,
        effective_from=held.effective_from,
        cancelled_from=held.cancelled_from,
        reason=reason,
    )


def _filing(filed: ChronicFiled, certification_id: str) -> Change:
    return put(
        certification_filings,
        certification_id=certification_id,
        hospital_id=filed.hospital_id,
        month=filed.month,
        sealed_on=filed.sealed_on,
        filed_on=filed.filed_on,
        filed_by=filed.filed_by,
    )
