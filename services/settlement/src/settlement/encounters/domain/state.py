"""The states of an encounter, and how its events lead from one to the next."""

import msgspec

from settlement.encounters.domain import events
from settlement.encounters.domain.events import EncounterEvent
from settlement.encounters.domain.fees import FeeSums
from settlement.encounters.domain.owners_events import OuterAmountTold


class Unknown(msgspec.Struct, frozen=True):
    """Nothing has happened yet."""


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Admitted; ``discharge`` is set when the stay has ended."""

    admission: events.EncounterAdmitted
    fees: FeeSums = FeeSums()
    batches: dict[int, FeeSums] = {}
    next_batch: int = 1
    discharge: events.EncounterDischarged | None = None
    approvals: tuple[events.CatalogueExceptionApproved, ...] = ()
    #: What the bill was for, as it was found last.
    found: events.CauseFound | None = None
    #: What the owners of outer payers told of them last, by payer.
    told: dict[str, OuterAmountTold] = {}

    @property
    def exception_approved_by(self) -> tuple[str, ...]:
        """The departments that approved a catalogue exception, as the hospital stated or as they said themselves."""
        stated = self.discharge.exception_approved_by if self.discharge else ()
        return tuple(dict.fromkeys([*stated, *(approval.department for approval in self.approvals)]))


class Settled(msgspec.Struct, frozen=True):
    """Settled, perhaps supplemented since; ``before`` is the state to which a revocation returns."""

    before: Open
    settlement: events.SettlementConfirmed
    supplements: tuple[events.SettlementSupplemented, ...] = ()

    @property
    def outcome(self) -> events.SettlementConfirmed | events.SettlementSupplemented:
        """What holds now: the last supplement, or the settlement itself."""
        return self.supplements[-1] if self.supplements else self.settlement


class Cancelled(msgspec.Struct, frozen=True):
    """The admission was taken back; ``before`` is how it stood."""

    before: Open


State = Unknown | Open | Settled | Cancelled


def evolve(state: State, event: EncounterEvent) -> State:
    """The state after an event."""
    if isinstance(state, Settled):
        return _evolve_settled(state, event)
    if isinstance(event, events.EncounterAdmitted):
        return Open(admission=event)
    if isinstance(event, events.EncounterCancelled) and isinstance(state, Open):
        return Cancelled(state)
    assert isinstance(state, Open), f"{type(event).__name__} cannot come before an admission or after its cancellation"
    return _evolve_open(state, event)


def _evolve_settled(state: Settled, event: EncounterEvent) -> State:
    match event:
        case events.SettlementRevoked():
            return state.before
        case events.SettlementSupplemented():
            return msgspec.structs.replace(state, supplements=(*state.supplements, event))
        case events.CatalogueExceptionApproved() | events.EncounterReferred() | events.CauseFound() | OuterAmountTold():
            # Known since the settlement: it changes nothing there until a review is released.
            before = _evolve_open(state.before, event)
            assert isinstance(before, Open)
            return msgspec.structs.replace(state, before=before)
        case _:
            raise AssertionError(f"{type(event).__name__} cannot happen to a settled encounter")


def _evolve_open(state: Open, event: EncounterEvent) -> Open | Settled:
    match event:
        case events.FeeLinesUploaded(batch=batch, sums=sums):
            return msgspec.structs.replace(
                state, fees=state.fees.plus(sums), batches=state.batches | {batch: sums}, next_batch=batch + 1
            )
        case events.FeeBatchVoided(batch=batch, sums=sums):
            rest = {number: kept for number, kept in state.batches.items() if number != batch}
            return msgspec.structs.replace(state, fees=state.fees.plus(sums, -1), batches=rest)
        case events.EncounterReferred(admission=admission) | events.AdmissionCorrected(admission=admission):
            return msgspec.structs.replace(state, admission=admission)
        case events.EncounterDischarged() | events.DischargeCorrected() | events.DischargeUndone():
            return msgspec.structs.replace(state, discharge=_end_after(event))
        case events.CatalogueExceptionApproved() | events.CauseFound() | OuterAmountTold():
            return _told_by_others(state, event)
        case _:
            assert isinstance(event, events.SettlementConfirmed), (
                f"{type(event).__name__} cannot happen to an open encounter"
            )
            return Settled(state, event)


def _told_by_others(
    state: Open, event: events.CatalogueExceptionApproved | events.CauseFound | OuterAmountTold
) -> Open:
    if isinstance(event, OuterAmountTold):
        return msgspec.structs.replace(state, told=state.told | {event.payer: event})
    if isinstance(event, events.CauseFound):
        return msgspec.structs.replace(state, found=event)
    return msgspec.structs.replace(state, approvals=(*state.approvals, event))


def _end_after(
    event: events.EncounterDischarged | events.DischargeCorrected | events.DischargeUndone,
) -> events.EncounterDischarged | None:
    if isinstance(event, events.DischargeUndone):
        return None
    return event.discharge if isinstance(event, events.DischargeCorrected) else event
