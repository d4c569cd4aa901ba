"""Exemption: why a registered-poor person need not be enrolled; out of the coverage's denominator (003 一(一)).

One person enters it and another approves it; before that it counts nowhere.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

import msgspec

from identity.persons.domain.membership import dates_out_of_order
from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict, forbidden, not_found


class ExemptionCode(StrEnum):
    """The eight reasons of the document, and its "etc." (等)."""

    MILITARY = "MILITARY"  # 现役军人
    MARRIED_OUT = "MARRIED_OUT"  # 婚出
    EMIGRATED = "EMIGRATED"  # 出国定居
    IMPRISONED = "IMPRISONED"  # 判刑收监
    HOUSEHOLD_MOVED = "HOUSEHOLD_MOVED"  # 户籍迁出
    RURAL_TO_URBAN = "RURAL_TO_URBAN"  # 农转非
    DECEASED = "DECEASED"  # 死亡
    MISSING = "MISSING"  # 失踪
    OTHER = "OTHER"  # 等


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """One reason from ``since`` to ``until``, the last day on which it holds; None while it goes on.

    ``note`` says what OTHER stands for. Who entered it and who approved it are two; until
    then ``approved_by`` is empty.
    """

    exemption_id: str
    code: ExemptionCode
    since: date
    evidence: str
    approved_by: str
    entered_by: str
    note: str | None = None
    until: date | None = None

    def overlaps(self, other: "Exemption") -> bool:
        """Whether both hold on at least one day."""
        return not (self._ends_before(other) or other._ends_before(self))

    def _ends_before(self, other: "Exemption") -> bool:
        return self.until is not None and self.until < other.since


class ProposeExemption(msgspec.Struct, frozen=True):
    """The person need not be enrolled, says who enters it."""

    person_id: str
    exemption: Exemption
    today: date


class ApproveExemption(msgspec.Struct, frozen=True):
    """Somebody else has looked at the evidence, and it holds."""

    exemption_id: str
    by: str


class RejectExemption(msgspec.Struct, frozen=True):
    """It does not hold, or was entered by error; whoever entered it may say so, too."""

    exemption_id: str
    by: str
    reason: str


class EndExemption(msgspec.Struct, frozen=True):
    """The reason holds on ``last_day`` for the last time: released, discharged, found again."""

    exemption_id: str
    last_day: date
    evidence: str
    today: date


Command: TypeAlias = ProposeExemption | ApproveExemption | RejectExemption | EndExemption


#: What may become of one that waits.
Decision: TypeAlias = ApproveExemption | RejectExemption


class ExemptionProposed(msgspec.Struct, frozen=True):
    """It was entered, and waits for another person."""

    person_id: str
    exemption: Exemption


class ExemptionRejected(msgspec.Struct, frozen=True):
    """It was not approved, and never counted."""

    person_id: str
    exemption: Exemption
    rejected_by: str
    reason: str


class ExemptionGranted(msgspec.Struct, frozen=True):
    """The person is out of the denominator from a day on. Of before there was an approval, the approver is a text."""

    person_id: str
    exemption: Exemption


class ExemptionEnded(msgspec.Struct, frozen=True):
    """The person is back on the work list after the exemption's last day, unless enrolled."""

    person_id: str
    exemption: Exemption
    evidence: str


Event: TypeAlias = ExemptionProposed | ExemptionRejected | ExemptionGranted | ExemptionEnded
#: A person's exemptions, each by the newest word on it.
State: TypeAlias = tuple[Event, ...]


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused."""
    match command:
        case ProposeExemption():
            return _propose(command, state)
        case ApproveExemption():
            return _approve(command, state)
        case RejectExemption(exemption_id, by, reason):
            held = _proposed(exemption_id, state)
            return [ExemptionRejected(held.person_id, held.exemption, by, reason)]
        case EndExemption():
            return _end(command, state)
        case _:
            assert_never(command)


def evolve(state: State, event: Event) -> State:
    """The exemptions after an event; the newest word on each counts."""
    others = tuple(e for e in state if e.exemption.exemption_id != event.exemption.exemption_id)
    return (*others, event)


DECIDER: Final[Decider[Command, State, Event]] = Decider((), decide, evolve)


def _propose(command: ProposeExemption, state: State) -> Sequence[Event]:
    new = command.exemption
    check_not_to_come("since", new.since, command.today)
    if new.code is ExemptionCode.OTHER and not new.note:
        raise Refused("EXEMPTION_UNEXPLAINED", "OTHER needs a note that says why the person need not be enrolled")
    for held in state:
        if not isinstance(held, ExemptionRejected) and held.exemption.overlaps(new):
            raise conflict(
                "EXEMPTION_OVERLAPS",
                f"the person is exempt as {held.exemption.code} on some of these days already, or waits for it; end or "
                "reject that one first",
                exemption=held.exemption.exemption_id,
            )
    return [ExemptionProposed(command.person_id, new)]


def _approve(command: ApproveExemption, state: State) -> Sequence[Event]:
    held = _proposed(command.exemption_id, state)
    if command.by == held.exemption.entered_by:
        raise forbidden(
            "APPROVER_ENTERED_IT", f"{command.by} cannot approve what {command.by} entered; another person does"
        )
    return [ExemptionGranted(held.person_id, msgspec.structs.replace(held.exemption, approved_by=command.by))]


def _known(exemption_id: str, state: State) -> Event:
    for held in state:
        if held.exemption.exemption_id == exemption_id:
            return held
    raise not_found("EXEMPTION_UNKNOWN", f"this person has no exemption {exemption_id}", exemption=exemption_id)


def _proposed(exemption_id: str, state: State) -> ExemptionProposed:
    held = _known(exemption_id, state)
    if not isinstance(held, ExemptionProposed):
        raise conflict("EXEMPTION_NOT_WAITING", "this exemption was approved or rejected before")
    return held


def _end(command: EndExemption, state: State) -> Sequence[Event]:
    held = _known(command.exemption_id, state)
    if isinstance(held, ExemptionProposed | ExemptionRejected):
        raise conflict("EXEMPTION_NOT_APPROVED", "this exemption never counted, so it does not end; reject it")
    exemption = held.exemption
    if exemption.until is not None:
        raise conflict(
            "EXEMPTION_ENDED", f"this exemption ended on {exemption.until}; enter a new one for another time"
        )
    check_not_to_come("last_day", command.last_day, command.today)
    if command.last_day < exemption.since:
        raise dates_out_of_order("last_day", command.last_day, "since", exemption.since)
    ended = msgspec.structs.replace(exemption, until=command.last_day)
    return [ExemptionEnded(held.person_id, ended, command.evidence)]
