"""Premium batch: the city agency's application to finance for the premiums of one county, year and payer (004 七)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.enrolment.domain.premium import Premium, untouched
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, check_not_to_come, conflict, not_found

#: People in one application; a county with more sends several.
PERSONS_MAX: Final = 2000


class Due(msgspec.Struct, frozen=True):
    """A person for whom finance has to pay, in the category that counts, by these funds in their order."""

    person_id: str
    category: str
    funds: tuple[str, ...]


class ApplyForSubsidy(msgspec.Struct, frozen=True, kw_only=True):
    """Ask finance for ``amount_fen`` for each of the due. ``held`` are their premiums where something happened."""

    batch_id: str
    county: str
    area: str
    year: int
    amount_fen: int
    due: tuple[Due, ...]
    held: Mapping[str, Premium]
    applied_by: str
    today: date


class PayBatch(msgspec.Struct, frozen=True):
    """Finance paid the whole application; ``held`` are the premiums as they stand now."""

    paid_on: date
    reference: str
    held: Mapping[str, Premium]
    today: date


class RejectBatch(msgspec.Struct, frozen=True):
    """Finance sends the application back; its people are due again."""

    reason: str
    held: Mapping[str, Premium]
    today: date


Command: TypeAlias = ApplyForSubsidy | PayBatch | RejectBatch


class SubsidyApplied(msgspec.Struct, frozen=True, kw_only=True):
    """The agency applied. Each event of a batch carries the premiums that it leads to."""

    batch_id: str
    county: str
    area: str
    year: int
    funds: tuple[str, ...]
    amount_fen: int
    applied_on: date
    applied_by: str
    premiums: tuple[Premium, ...]

    @property
    def total_fen(self) -> int:
        """What the application asks for."""
        return self.amount_fen * len(self.premiums)


class SubsidyPaid(msgspec.Struct, frozen=True):
    """Finance paid the application; ``county`` is empty in events of the first days, which are not told to others."""

    batch_id: str
    paid_on: date
    reference: str
    premiums: tuple[Premium, ...]
    county: str = ""

    @property
    def total_fen(self) -> int:
        """What finance paid."""
        return sum(premium.amount_fen for premium in self.premiums)


class SubsidyRejected(msgspec.Struct, frozen=True):
    """Finance sent the application back."""

    batch_id: str
    rejected_on: date
    reason: str
    premiums: tuple[Premium, ...]


Event: TypeAlias = SubsidyApplied | SubsidyPaid | SubsidyRejected
#: Nothing, applied, or closed one way or the other.
State: TypeAlias = Event | None


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused."""
    match command:
        case ApplyForSubsidy():
            return [_apply(command)] if state is None else []
        case PayBatch():
            return [_paid(command, _open(state))]
        case RejectBatch():
            empty = {"category": None, "funds": (), "amount_fen": 0, "batch_id": None, "applied_on": None}
            back = tuple(premium.changed(**empty) for premium in _in_order(command.held))
            return [SubsidyRejected(_open(state).batch_id, command.today, command.reason, back)]
        case _:
            assert_never(command)


def evolve(_state: State, event: Event) -> State:
    """The batch after an event."""
    return event


DECIDER: Final[Decider[Command, State, Event]] = Decider(None, decide, evolve)


def _apply(command: ApplyForSubsidy) -> SubsidyApplied:
    if not command.due:
        raise Refused(
            "NOTHING_DUE", f"no premium of {command.year} is due in {command.county} from this payer; see the due list"
        )
    if command.amount_fen <= 0:
        raise Refused(
            "AMOUNT_NOT_POSITIVE", f"a premium of {yuan_from_fen(command.amount_fen)} yuan cannot be asked for"
        )
    (funds,) = {due.funds for due in command.due}
    premiums = tuple(_asked_for(command, due) for due in command.due)
    return SubsidyApplied(
        batch_id=command.batch_id,
        county=command.county,
        area=command.area,
        year=command.year,
        funds=funds,
        amount_fen=command.amount_fen,
        applied_on=command.today,
        applied_by=command.applied_by,
        premiums=premiums,
    )


def _asked_for(command: ApplyForSubsidy, due: Due) -> Premium:
    held = command.held.get(due.person_id) or untouched(due.person_id, command.area, command.year)
    if held.batch_id is not None:
        raise conflict(
            "PREMIUM_ALREADY_APPLIED",
            f"the premium of {due.person_id} for {command.year} is in batch {held.batch_id}; finance pays it once",
            person=due.person_id,
            batch=held.batch_id,
        )
    return held.changed(
        category=due.category,
        funds=due.funds,
        amount_fen=command.amount_fen,
        batch_id=command.batch_id,
        applied_on=command.today,
    )


def _paid(command: PayBatch, applied: SubsidyApplied) -> SubsidyPaid:
    check_not_to_come("paid_on", command.paid_on, command.today)
    paid = tuple(premium.changed(paid_on=command.paid_on) for premium in _in_order(command.held))
    return SubsidyPaid(applied.batch_id, command.paid_on, command.reference, paid, applied.county)


def _open(state: State) -> SubsidyApplied:
    match state:
        case None:
            raise not_found("BATCH_UNKNOWN", "there is no such premium batch")
        case SubsidyPaid(paid_on=paid_on):
            raise conflict("BATCH_ALREADY_PAID", f"this batch was paid on {paid_on}; finance pays a premium once")
        case SubsidyRejected():
            raise conflict("BATCH_REJECTED", "finance sent this batch back; apply anew")
        case SubsidyApplied():
            return state
        case _:
            assert_never(state)


def _in_order(held: Mapping[str, Premium]) -> Iterable[Premium]:
    return (held[person_id] for person_id in sorted(held))
