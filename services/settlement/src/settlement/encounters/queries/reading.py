"""The questions about one encounter, read from its own stream: nothing is kept twice for them."""

from collections.abc import Sequence
from typing import NamedTuple

from kernel.writing.reads import Reads
from settlement.encounters.domain import refusals
from settlement.encounters.domain.bill_lines import LineOnBill
from settlement.encounters.domain.encounter import DECIDER
from settlement.encounters.domain.events import (
    EncounterEvent,
    FeeBatchVoided,
    FeeLinesUploaded,
    SettlementConfirmed,
)
from settlement.encounters.domain.state import Cancelled, Open, Settled
from settlement.encounters.queries.encounters import SettlementOnFile, on_file


class EncounterOnFile(NamedTuple):
    """An encounter as its events have it; ``settled_by`` names the settlement that stands."""

    opened: Open
    settled_by: str | None
    settlements: Sequence[SettlementOnFile]
    cancelled: bool = False


class ReadingQueries(Reads):
    """Questions about one encounter."""

    async def encounter(self, encounter_id: str, hospital_id: str | None) -> EncounterOnFile:
        """The encounter with every settlement that it ever had; raises Refused ENCOUNTER_UNKNOWN.

        ``hospital_id`` is the hospital to whose stays the caller is kept, another's are unknown to it; None sees all.
        """
        return _on_file(encounter_id, await self.events(f"encounter/{encounter_id}"), hospital_id)

    async def lines(self, encounter_id: str, hospital_id: str | None) -> list[LineOnBill]:
        """The lines that are on the bill now, in the order in which they came; batches that were voided are off it.

        Raises as ``encounter`` does.
        """
        happened = await self.events(f"encounter/{encounter_id}")
        _on_file(encounter_id, happened, hospital_id)
        voided = {event.batch for event in happened if isinstance(event, FeeBatchVoided)}
        kept = [event for event in happened if isinstance(event, FeeLinesUploaded) and event.batch not in voided]
        return [LineOnBill(e.batch, at, fee) for e in kept for at, fee in enumerate(e.lines, start=1)]


def _on_file(encounter_id: str, happened: Sequence[EncounterEvent], hospital_id: str | None) -> EncounterOnFile:
    found = _folded(happened)
    if found is None or hospital_id not in (None, found.opened.admission.hospital_id):
        raise refusals.encounter_unknown(encounter_id)
    return found


def _folded(happened: Sequence[EncounterEvent]) -> EncounterOnFile | None:
    match DECIDER.fold(happened):
        case Settled(before=before, settlement=settlement):
            return EncounterOnFile(before, settlement.settlement_id, _settlements(happened))
        case Open() as opened:
            return EncounterOnFile(opened, None, _settlements(happened))
        case Cancelled(before=before):
            return EncounterOnFile(before, None, _settlements(happened), cancelled=True)
        case _:
            return None


def _settlements(happened: Sequence[EncounterEvent]) -> list[SettlementOnFile]:
    made = [event.settlement_id for event in happened if isinstance(event, SettlementConfirmed)]
    return [on_file(happened, settlement_id) for settlement_id in made]
