"""A department's statement about one person: newer statements win, whatever the order in which they arrive."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from identity.persons.domain.categories import Category, Department, Group, PovertyStatus
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.membership import CorrectionReason, EndReason, Membership, check_coherent
from identity.persons.domain.person import MembershipAsserted, MembershipCorrected, MembershipEnded, PersonRegistered

StatementEvent = MembershipAsserted | MembershipCorrected | MembershipEnded


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a department says of one membership, known by its first day.

    ``stated`` orders the statements of a department (``stated_at``). ``valid_to`` is the last day, None while it
    goes on. Said again with the same first day, the newer statement replaces the older one whole.
    """

    department: Department
    category: Category
    valid_from: date
    evidence: str
    stated: str
    valid_to: date | None = None
    group: Group | None = None
    poverty_status: PovertyStatus | None = None
    exit_date: date | None = None
    reason: EndReason = EndReason.STOPPED


class Superseded(msgspec.Struct, frozen=True):
    """A newer statement about the same membership was taken before; this one changes nothing."""

    by: str


def stated_at(as_of: datetime, batch: str = "", received_at: datetime | None = None) -> str:
    """The place of a statement among its department's: the moment that it speaks for, then the order of receipt.

    Statements of before this order was kept have the batch's number alone behind the moment, and come before others.
    """
    received = "" if received_at is None else f"~{received_at:%Y%m%dT%H%M%S.%f}/"
    return f"{as_of:%Y%m%dT%H%M%S.%f}/{received}{batch}"


def take(statement: Statement, entitlement: Entitlement, membership_id: str) -> Sequence[StatementEvent] | Superseded:
    """What a statement brings about; nothing where it says what is known already. Raises Refused.

    A membership ends at the latest on the day before the next one of its department and category begins. So the
    memberships are a pure function of the newest statement for each first day: order and repetition do not matter.
    That the category is the department's to say was asked when the row was read.
    """
    own = [m for m in entitlement.memberships if m.feed == (statement.department, statement.category)]
    same = next((m for m in own if m.valid_from == statement.valid_from), None)
    if same is not None and same.stated > statement.stated:
        return Superseded(same.stated)
    words = {name: value for name, value in msgspec.structs.asdict(statement).items() if name != "reason"}
    said = Membership(membership_id=same.membership_id if same else membership_id, **words)
    check_coherent(said)
    said = _cut_before_next(said, own)
    if said == same:
        return ()
    events: list[StatementEvent] = []
    before = max((m for m in own if m.valid_from < said.valid_from), key=lambda m: m.valid_from, default=None)
    if before is not None and (before.valid_to is None or before.valid_to >= said.valid_from):
        cut = msgspec.structs.replace(before, valid_to=said.valid_from - timedelta(days=1))
        entitlement = entitlement.with_membership(cut)
        events.append(MembershipCorrected(cut.membership_id, CorrectionReason.STATUS_CHANGED, entitlement))
    events.append(_change(statement, same, said, entitlement.with_membership(said)))
    return events


def _cut_before_next(said: Membership, own: Sequence[Membership]) -> Membership:
    following = min((m.valid_from for m in own if m.valid_from > said.valid_from), default=None)
    if following is None or (said.valid_to is not None and said.valid_to < following):
        return said
    return msgspec.structs.replace(said, valid_to=following - timedelta(days=1))


def _change(
    statement: Statement, same: Membership | None, said: Membership, entitlement: Entitlement
) -> StatementEvent:
    if same is None:
        return MembershipAsserted(said.membership_id, entitlement)
    if same.valid_to is None and said.valid_to is not None:
        return MembershipEnded(said.membership_id, statement.reason, entitlement)
    return MembershipCorrected(said.membership_id, CorrectionReason.STATUS_CHANGED, entitlement)


def registered_with(registered: PersonRegistered, said: MembershipAsserted) -> PersonRegistered:
    """The registration of somebody whom a list brings in, which says at once what the list says of them.

    It is one change, so the person's standing is of the first revision: one event, and one message to everybody else.
    """
    standing = msgspec.structs.replace(said.entitlement, revision=registered.entitlement.revision)
    return msgspec.structs.replace(registered, entitlement=standing)
