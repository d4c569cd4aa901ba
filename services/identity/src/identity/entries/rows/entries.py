"""The rows that an entry's events lead to."""

from collections.abc import Iterable

from identity.entries.domain.delays import delays_of
from identity.entries.domain.entry import Entry
from identity.entries.rows.tables import entries, entry_delays
from kernel.writing.read_tables import Change, put


def entry_rows(entry: Entry) -> Iterable[Change]:
    """The entry as it stands now, and the delay of the step that it just took."""
    yield put(
        entries,
        entry_id=entry.entry_id,
        person_id=entry.person_id,
        county=entry.county,
        department=entry.department,
        proposal=entry.proposal,
        state=entry.state,
        authors=entry.authors,
        entered_at=entry.entered_at,
        submitted_at=entry.submitted_at,
        reviewed_by=entry.reviewed_by,
        reviewed_at=entry.reviewed_at,
        decided_by=entry.decided_by,
        decided_at=entry.decided_at,
        reason=entry.reason,
        revision=entry.revision,
    )
    for delay in delays_of(entry):
        yield put(
            entry_delays,
            entry_id=entry.entry_id,
            revision=entry.revision,
            step=delay.step,
            county=entry.county,
            month=delay.month,
            hours=delay.hours,
        )
