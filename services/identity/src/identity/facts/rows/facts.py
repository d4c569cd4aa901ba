"""The rows that facts lead to."""

from collections.abc import Iterable

from identity.facts.domain.facts import Event, Fact, FactCorrected, FactTold, FactWithdrawn, Handbook
from identity.facts.rows.handbook_tables import handbooks
from identity.facts.rows.tables import fact_versions
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_tables import Change, put


def fact_rows(event: Event, recorded: RecordedEvent) -> Iterable[Change]:
    """The version of each fact that an event leads to."""
    match event:
        case FactTold(fact=fact, cut=cut):
            yield _version(event, recorded, fact, "TOLD")
            yield from _handbook(event, fact)
            if cut is not None:
                yield _version(event, recorded, cut, "ENDED")
                yield from _handbook(event, cut)
        case FactCorrected(fact=fact, reason=reason):
            yield _version(event, recorded, fact, reason)
            yield from _handbook(event, fact)
        case FactWithdrawn(fact=fact):
            yield _version(event, recorded, fact, "WITHDRAWN")
            yield from _handbook(event, fact, withdrawn=True)


def _handbook(event: Event, fact: Fact, *, withdrawn: bool = False) -> Iterable[Change]:
    if isinstance(fact.detail, Handbook):
        yield put(
            handbooks,
            fact_id=fact.fact_id,
            person_id=event.person_id,
            token=fact.detail.token,
            valid_from=fact.valid_from,
            valid_to=fact.valid_to,
            withdrawn=withdrawn,
        )


def _version(event: Event, recorded: RecordedEvent, fact: Fact, change: str) -> Change:
    return put(
        fact_versions,
        fact_id=fact.fact_id,
        revision=event.revision,
        person_id=event.person_id,
        department=fact.department,
        detail=fact.detail,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        evidence=fact.evidence,
        change=change,
        recorded_at=recorded.occurred_at,
    )
