"""The states of an encounter, and how its events lead from one to the next."""

from typing import assert_never

import msgspec

from settlement.encounters.domain.events import (
    CatalogueExceptionApproved,
    EncounterAdmitted,
    EncounterDischarged,
    EncounterEvent,
    EncounterReferred,
    FeeBatchVoided,
    FeeLinesUploaded,
    SettlementConfirmed,
    SettlementRevoked,
    SettlementSupplemented,
)
from settlement.encounters.domain.fees import FeeSums


class Unknown(msgspec.Struct, frozen=True):
    """Nothing has happened yet."""


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Admitted; ``discharge`` is set when the stay has ended."""

    admission: EncounterAdmitted
    fees: FeeSums = FeeSums()
    batches: dict[int, FeeSums] = {}
    next_batch: int = 1
    discharge: EncounterDischarged | None = None
    approvals: tuple[CatalogueExceptionApproved, ...] = ()

    @property
    def exception_approved_by(self) -> tuple[str, ...]:
        """The departments that approved a catalogue exception, as the hospital stated or as they said themselves."""
        stated = self.discharge.exception_approved_by if self.discharge else ()
        return tuple(dict.fromkeys([*stated, *(approval.department for approval in self.approvals)]))


class Settled(msgspec.Struct, frozen=True):
    """Settled, perhaps supplemented since; ``before`` is the state to which a revocation returns."""

    before: Open
    settlement: SettlementConfirmed
    supplements: tuple[SettlementSupplemented, ...] = ()

    @property
    def outcome(self) -> SettlementConfirmed | SettlementSupplemented:
        """What holds now: the last supplement, or the settlement itself."""
        return self.supplements[-1] if self.supplements else self.settlement


State = Unknown | Open | Settled


def evolve(state: State, event: EncounterEvent) -> State:
    """The state after an event."""
    match event:
        case EncounterAdmitted():
            return Open(admission=event)
        case SettlementRevoked():
            assert isinstance(state, Settled)
            return state.before
        case SettlementSupplemented():
            assert isinstance(state, Settled)
            return msgspec.structs.replace(state, supplements=(*state.supplements, event))
        case CatalogueExceptionApproved():
            return _approved(state, event)
        case EncounterReferred(admission=admission) if isinstance(state, Settled):
            # As with an approval: it changes nothing there until a review is released.
            before = msgspec.structs.replace(state.before, admission=admission)
            return msgspec.structs.replace(state, before=before)
        case _:
            assert isinstance(state, Open), f"{type(event).__name__} cannot happen to {type(state).__name__}"
            return _evolve_open(state, event)


def _evolve_open(
    state: Open,
    event: EncounterReferred | FeeLinesUploaded | FeeBatchVoided | EncounterDischarged | SettlementConfirmed,
) -> State:
    match event:
        case FeeLinesUploaded(batch=batch, sums=sums):
            return msgspec.structs.replace(
                state, fees=state.fees.plus(sums), batches=state.batches | {batch: sums}, next_batch=batch + 1
            )
        case FeeBatchVoided(batch=batch, sums=sums):
            rest = {number: kept for number, kept in state.batches.items() if number != batch}
            return msgspec.structs.replace(state, fees=state.fees.plus(sums, -1), batches=rest)
        case EncounterReferred(admission=admission):
            return msgspec.structs.replace(state, admission=admission)
        case EncounterDischarged():
            return msgspec.structs.replace(state, discharge=event)
        case SettlementConfirmed():
            return Settled(state, event)
        case _:
            assert_never(event)


def _approved(state: State, event: CatalogueExceptionApproved) -> State:
    match state:
        case Open():
            return msgspec.structs.replace(state, approvals=(*state.approvals, event))
        case Settled():
            # Known since the settlement: it changes nothing there until a review is released.
            before = msgspec.structs.replace(state.before, approvals=(*state.before.approvals, event))
            return msgspec.structs.replace(state, before=before)
        case Unknown():
            raise AssertionError("an exception cannot be approved for an encounter that was never admitted")
        case _:
            assert_never(state)
