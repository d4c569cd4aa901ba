"""Rows of exemptions, premiums and their batches, as pure functions of events."""

from collections.abc import Iterable

import msgspec

from identity.comparison.rows.comparison import comparison_rows
from identity.enrolment.domain.exemption import Exemption, ExemptionEnded, ExemptionGranted
from identity.enrolment.domain.premium import Premium, PremiumRefunded, PremiumSelfPaid
from identity.enrolment.domain.premium_batch import SubsidyApplied, SubsidyPaid, SubsidyRejected
from identity.enrolment.rows.tables import exemptions, premium_batch_ends, premium_batches, premiums
from kernel.writing.read_tables import Change, put


def enrolment_rows(event: object) -> Iterable[Change] | None:
    """The rows of an event about enrolment; None where the event is about something else."""
    match event:
        case ExemptionGranted() | ExemptionEnded():
            return (_exemption(event.person_id, event.exemption),)
        case PremiumSelfPaid(premium=premium) | PremiumRefunded(premium=premium):
            return (_premium(premium),)
        case SubsidyApplied():
            return (_batch(event), *map(_premium, event.premiums))
        case SubsidyPaid():
            return (_end(event.batch_id, "PAID", event.paid_on, event.reference), *map(_premium, event.premiums))
        case SubsidyRejected():
            ended = _end(event.batch_id, "REJECTED", event.rejected_on, event.reason)
            return (ended, *map(_premium, event.premiums))
        case _:
            return comparison_rows(event)


def _exemption(person_id: str, exemption: Exemption) -> Change:
    return put(exemptions, person_id=person_id, **msgspec.structs.asdict(exemption))


def _premium(premium: Premium) -> Change:
    return put(premiums, **msgspec.structs.asdict(premium))


def _batch(applied: SubsidyApplied) -> Change:
    return put(
        premium_batches,
        batch_id=applied.batch_id,
        county=applied.county,
        area=applied.area,
        year=applied.year,
        funds=applied.funds,
        persons=len(applied.premiums),
        total_fen=applied.total_fen,
        applied_on=applied.applied_on,
        applied_by=applied.applied_by,
    )


def _end(batch_id: str, state: str, ended_on: object, reference: str) -> Change:
    return put(premium_batch_ends, batch_id=batch_id, state=state, ended_on=ended_on, reference=reference)
