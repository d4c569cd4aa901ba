"""Exemption: why a registered-poor person need not be enrolled; out of the coverage's denominator (003 一(一))."""

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

    ``note`` says what OTHER stands for. Who entered it and who approved it are two.
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


class GrantExemption(msgspec.Struct, frozen=True):
    """The person need not be enrolled."""

    person_id: str
    exemption: Exemption
    today: date


class EndExemption(msgspec.Struct, frozen=True):
    """The reason holds on ``last_day`` for the last time: released, discharged, found again."""

    exemption_id: str
    last_day: date
    evidence: str
    today: date


Command: TypeAlias = GrantExemption | EndExemption


class ExemptionGranted(msgspec.Struct, frozen=True):
    """The person is out of the denominator from a day on."""

    person_id: str
    exemption: Exemption


class ExemptionEnded(msgspec.Struct, frozen=True):
    """The person is back on the work list after the exemption's last day, unless enrolled."""

    person_id: str
    exemption: Exemption
    evidence: str


Event: TypeAlias = ExemptionGranted | ExemptionEnded
#: A person's exemptions in the order in which they were granted.
State: TypeAlias = tuple[Event, ...]


def decide(command: Command, state: State) -> Sequence[Event]:
    """What the command brings about; raises Refused."""
    match command:
        case GrantExemption():
            return _grant(command, state)
        case EndExemption():
            return _end(command, state)
        case _:
            assert_never(command)


def evolve(state: State, event: Event) -> State:
    """The exemptions after an event; the newest word on each counts."""
    others = tuple(e for e in state if e.exemption.exemption_id != event.exemption.exemption_id)
    return (*others, event)


DECIDER: Final[Decider[Command, State, Event]] = Decider((), decide, evolve)


def _grant(command: GrantExemption, state: State) -> Sequence[Event]:
    new = command.exemption
    check_not_to_come("since", new.since, command.today)
    if new.approved_by == new.entered_by:
        raise forbidden(
            "APPROVER_ENTERED_IT",
            f"{new.approved_by} cannot approve what {new.approved_by} entered; name another approver",
        )
    if new.code is ExemptionCode.OTHER and not new.note:
        raise Refused("EXEMPTION_UNEXPLAINED", "OTHER needs a note that says why the person need not be enrolled")
    for held in state:
        if held.exemption.overlaps(new):
            raise conflict(
                "EXEMPTION_OVERLAPS",
                f"the person is exempt as {held.exemption.code} on some of these days already; end that one first",
                exemption=held.exemption.exemption_id,
            )
    return [ExemptionGranted(command.person_id, new)]


def _end(command: EndExemption, state: State) -> Sequence[Event]:
    held = next((event for event in state if event.exemption.exemption_id == command.exemption_id), None)
    if held is None:
        raise not_found(
            "EXEMPTION_UNKNOWN", f"this person has no exemption {command.exemption_id}", exemption=command.exemption_id
        )
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
