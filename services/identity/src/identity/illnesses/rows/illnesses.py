"""The rows of the registry of the sick."""

from collections.abc import Iterable

from identity.illnesses.domain.exit_check import ExitChecked
from identity.illnesses.domain.illness import Event
from identity.illnesses.rows.tables import exit_checks, illnesses
from kernel.writing.read_tables import Change, put


def illness_rows(event: Event | ExitChecked) -> Iterable[Change]:
    """An entry as it stands, or a check as it was made."""
    if isinstance(event, ExitChecked):
        yield put(exit_checks, **{name: getattr(event, name) for name in event.__struct_fields__})
        return
    illness = event.illness
    yield put(illnesses, **{name: getattr(illness, name) for name in illness.__struct_fields__})
