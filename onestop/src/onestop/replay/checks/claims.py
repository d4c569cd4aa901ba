"""Claims rebuilt: the bill that was settled is what its fee lines come to, and stands on the stay that was told."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kernel.values.refusals import Refused
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.stream import LoggedEvent
from onestop.replay.difference import Difference, text
from onestop.replay.notes import Notes
from settlement.encounters.domain import events
from settlement.encounters.domain.fees import FeeSums, sums_of

#: What says anew how an admission stands.
_Readmitted = events.EncounterReferred | events.AdmissionCorrected


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """A stay as its events have told it so far: the bill by batches, and when it began and ended."""

    kind: str
    admitted_on: str
    discharged_on: str = ""
    #: What a found cause keeps away from aid instead of what the lines do, and its compliant part.
    found_fen: tuple[int, int] | None = None
    batches: dict[int, FeeSums] = {}

    @property
    def bill(self) -> FeeSums:
        """The sums of all batches that are on the bill."""
        total = FeeSums()
        for sums in self.batches.values():
            total = total.plus(sums)
        return total


class Claims:
    """Every settlement's claim against the lines, the admission and the discharge of its encounter."""

    def __init__(self, connection: SingleConnection, run: str) -> None:
        self._stays = Notes(connection, run, Stay)

    async def page(self, entries: Sequence[LoggedEvent]) -> Iterable[Difference]:
        """What is wrong with the next page's claims and fee lines."""
        of_encounters = [e for entry in entries if isinstance(e := entry.recorded.event, events.EncounterEvent)]
        await self._stays.recall(map(_encounter_of, of_encounters))
        found = [difference for event in of_encounters for difference in self._check(event)]
        await self._stays.keep()
        return found

    async def end(self) -> Iterable[Difference]:
        """Each claim was looked at where it was settled."""
        return ()

    def _check(self, event: events.EncounterEvent) -> Iterator[Difference]:
        encounter_id = _encounter_of(event)
        if isinstance(event, events.EncounterAdmitted | _Readmitted):
            admission = event.admission if isinstance(event, _Readmitted) else event
            before = self._stays.get(encounter_id) or Stay(kind="", admitted_on="")
            told = {"kind": admission.kind, "admitted_on": str(admission.admitted_on)}
            self._stays.put(encounter_id, msgspec.structs.replace(before, **told))
            return
        stay = self._stays.get(encounter_id)
        if stay is None:
            yield Difference(f"encounter {encounter_id}", type(event).__name__, "never admitted")
            return
        match event:
            case events.FeeLinesUploaded(batch=batch, lines=lines, sums=sums):
                yield from _line_faults(f"encounter {encounter_id} fee batch {batch}", lines, sums)
                self._stays.put(encounter_id, msgspec.structs.replace(stay, batches=stay.batches | {batch: sums}))
            case events.FeeBatchVoided(batch=batch):
                rest = {number: sums for number, sums in stay.batches.items() if number != batch}
                self._stays.put(encounter_id, msgspec.structs.replace(stay, batches=rest))
            case (
                events.EncounterDischarged(discharged_on=day)
                | events.DischargeCorrected(discharge=events.EncounterDischarged(discharged_on=day))
            ):
                self._stays.put(encounter_id, msgspec.structs.replace(stay, discharged_on=str(day)))
            case events.DischargeUndone():
                self._stays.put(encounter_id, msgspec.structs.replace(stay, discharged_on=""))
            case events.CauseFound(excluded_fen=excluded, excluded_compliant_fen=compliant):
                found = None if excluded is None else (excluded, compliant)
                self._stays.put(encounter_id, msgspec.structs.replace(stay, found_fen=found))
            case events.SettlementConfirmed():
                yield from _claim_faults(f"settlement {event.settlement_id}", event, stay)
            case events.SettlementSupplemented():
                yield from _claim_faults(f"supplement {event.supplement_id}", event, stay)
            case _:
                pass


def _encounter_of(event: events.EncounterEvent) -> str:
    return event.admission.encounter_id if isinstance(event, _Readmitted) else event.encounter_id


def _line_faults(where: str, lines: Sequence[object], sums: FeeSums) -> Iterator[Difference]:
    try:
        again = sums_of(lines)  # type: ignore[arg-type]
    except Refused as refused:
        yield Difference(where, text(sums), str(refused))
        return
    if again != sums:
        yield Difference(where, text(sums), text(again))


def _claim_faults(
    where: str, event: events.SettlementConfirmed | events.SettlementSupplemented, stay: Stay
) -> Iterator[Difference]:
    claim, bill = event.claim, stay.bill
    kept_away = (claim.excluded_fen, claim.excluded_compliant_fen)
    # A cause that operators left without consequence changes no claim, so either may stand.
    told = kept_away if kept_away == stay.found_fen else (bill.excluded_fen, bill.excluded_compliant_fen)
    pairs = (
        ("kind", claim.kind, stay.kind),
        ("admitted_on", str(claim.admitted_on), stay.admitted_on),
        ("discharged_on", str(claim.discharged_on), stay.discharged_on),
        ("total_fen", claim.total_fen, bill.total_fen),
        ("compliant_fen", claim.compliant_fen, bill.compliant_fen),
        ("out_of_catalogue_fen", claim.out_of_catalogue_fen, bill.out_of_catalogue_fen),
        ("excluded_fen", kept_away[0], told[0]),
        ("excluded_compliant_fen", kept_away[1], told[1]),
    )
    for name, claimed, known in pairs:
        if claimed != known:
            yield Difference(f"{where} claim {name}", str(claimed), str(known))
