"""A debt that nobody will get back: the fund bears it, and bears it no longer where that turns out to be wrong."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.events import JournalBooked, JournalEvent, Posting
from fund_ledger.journals.domain.journal import Booked, JournalState, with_alarms
from fund_ledger.months.domain import must_be_open
from fund_ledger.payments.domain.checks import check_moved
from fund_ledger.payments.domain.moved import REVIVAL, WRITE_OFF, Moment, Transfer
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import conflict, not_found


class WriteOff(msgspec.Struct, frozen=True, kw_only=True):
    """A person will not give back what is due on a receivable; ``due_fen`` is what is due now, the fund bears it."""

    journal_id: str
    transfer: Transfer
    due_fen: int
    available_fen: Mapping[str, int]
    moment: Moment


class WrittenOff(msgspec.Struct, frozen=True, kw_only=True):
    """What of a write-off stands: the debt on ``account`` that the fund bears by the journal."""

    journal_id: str
    account: str
    amount_fen: int


class ReviveDebt(msgspec.Struct, frozen=True, kw_only=True):
    """A write-off was wrong: the person owes it again. ``standing_fen`` is what of it was not revived before."""

    of: WrittenOff
    standing_fen: int
    reason: str
    available_fen: Mapping[str, int]
    moment: Moment


def write_off(command: WriteOff) -> Sequence[JournalEvent]:
    transfer = command.transfer
    name = accounts.parse(transfer.account)
    check_moved(transfer.amount_fen, transfer.value_on, command.moment.today)
    must_be_open(transfer.value_on, name.county, command.moment.open_from)
    if transfer.amount_fen > command.due_fen:
        due, asked = yuan_from_fen(max(0, command.due_fen)), yuan_from_fen(transfer.amount_fen)
        detail = f"on {transfer.account} {due} yuan are due, so {asked} yuan cannot be written off"
        raise conflict("OVERPAYMENT", detail, account=transfer.account, left=due, asked=asked)
    journal = JournalBooked(
        journal_id=command.journal_id,
        kind=WRITE_OFF,
        booked_on=transfer.value_on,
        postings=(
            Posting(accounts.fund(name.county, name.fund), transfer.amount_fen),
            Posting(transfer.account, -transfer.amount_fen),
        ),
        reason=transfer.ground,
    )
    return with_alarms(journal, command.available_fen)


def revive(command: ReviveDebt, state: JournalState) -> Sequence[JournalEvent]:
    """Raises Refused JOURNAL_UNKNOWN, NOT_RETURNABLE, RETURNED_BEFORE, OVERPAYMENT."""
    of, standing = command.of, command.standing_fen
    if not isinstance(state, Booked):
        raise not_found("JOURNAL_UNKNOWN", f"there is no journal {of.journal_id}")
    if (kind := state.journals[0].kind) != WRITE_OFF:
        raise conflict("NOT_RETURNABLE", f"journal {of.journal_id} is a {kind}, and no write-off", kind=kind)
    if standing <= 0 or len(state.journals) > 1:
        raise conflict("RETURNED_BEFORE", f"the write-off {of.journal_id} was taken back before")
    if of.amount_fen > standing:
        left, asked = yuan_from_fen(standing), yuan_from_fen(of.amount_fen)
        detail = f"of the write-off {of.journal_id} {left} yuan stand: propose it again"
        raise conflict("OVERPAYMENT", detail, account=of.account, left=left, asked=asked)
    today = max(command.moment.today, command.moment.open_from)
    back = revived(of, f"{of.journal_id}-revival", today, command.reason)
    return with_alarms(back, command.available_fen)


def revived(of: WrittenOff, journal_id: str, booked_on: date, reason: str) -> JournalBooked:
    """The journal by which a debt stands again, and the fund bears it no longer."""
    name = accounts.parse(of.account)
    return JournalBooked(
        journal_id=journal_id,
        kind=REVIVAL,
        booked_on=booked_on,
        postings=(
            Posting(of.account, of.amount_fen),
            Posting(accounts.fund(name.county, name.fund), -of.amount_fen),
        ),
        corrects=of.journal_id,
        reason=reason,
    )
