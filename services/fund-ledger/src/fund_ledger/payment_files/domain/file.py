"""A payment file: payments that are booked and that the bank is to carry out, once, and what it says of each.

A payment is in one open file at most. What the bank rejects goes back in the books with the bank's answer, so that it
is owed as before, since when it was.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.payment_files.domain.payment import Payment, unpaid
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, forbidden, not_found

#: So many payments are in one file; more go into the next.
LINES_MAX: Final = 500

Status = Literal["open", "answered", "cancelled"]
Why = Literal["ACCOUNT_WRONG", "ACCOUNT_CLOSED", "OTHER"]
CancelReason = Literal["NOT_HANDED_IN", "BANK_REFUSED_FILE"]


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """A payment in a file: its journal, to whom, to which sealed account, in fen."""

    number: int
    journal_id: str
    kind: str
    payee_kind: str
    payee_id: str
    account_id: str
    tail: str
    amount_fen: int


class PaymentFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file on the account of a county's fund. ``check_hash`` is a keyed hash of the SHA-256 of its CSV.

    The SHA-256 itself goes to the bank only: with it one could try account numbers.
    """

    file_id: str
    county: str
    fund: str
    status: Status = "open"
    lines: int
    total_fen: int
    check_hash: str
    made_on: date
    made_by: str
    ended_on: date | None = None
    ended_by: str | None = None
    rejected: int = 0
    rejected_fen: int = 0
    answer_hash: str | None = None


class MakeFile(msgspec.Struct, frozen=True, kw_only=True):
    """Make a file of these payments. ``found`` are those of them that left this account, by journal.

    ``accounts`` are the confirmed accounts of their payees, as id and last digits by kind and id.
    """

    file: PaymentFile
    wanted: tuple[str, ...]
    found: Mapping[str, Payment]
    accounts: Mapping[tuple[str, str], tuple[str, str]]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank says of a line: paid, or rejected and why."""

    number: int
    journal_id: str
    amount_fen: int
    paid: bool
    why: Why | None = None


class AnswerFile(msgspec.Struct, frozen=True, kw_only=True):
    """The bank's answer. ``named`` is the file that it says to answer, ``checksum`` the keyed hash of what it paid."""

    file_id: str
    named: str
    results: tuple[Result, ...]
    check: str | None
    answer_hash: str
    by: str
    on: date


class CancelFile(msgspec.Struct, frozen=True, kw_only=True):
    """The bank pays nothing of it; said by somebody other than who made it."""

    file_id: str
    by: str
    on: date
    reason: CancelReason


FileCommand = MakeFile | AnswerFile | CancelFile


class PaymentFileMade(msgspec.Struct, frozen=True):
    """A file was made of these payments."""

    file: PaymentFile
    lines: tuple[FileLine, ...]


class PaymentFileAnswered(msgspec.Struct, frozen=True):
    """The bank has said of each payment what became of it."""

    file: PaymentFile
    results: tuple[Result, ...]


class PaymentFileCancelled(msgspec.Struct, frozen=True):
    """Nothing of it is paid, and its payments may go into another file."""

    file: PaymentFile
    journals: tuple[str, ...]
    reason: CancelReason


FileEvent = PaymentFileMade | PaymentFileAnswered | PaymentFileCancelled


class Made(msgspec.Struct, frozen=True):
    """A file with its lines."""

    file: PaymentFile
    lines: tuple[FileLine, ...]


def decide(command: FileCommand, state: Made | None) -> Sequence[FileEvent]:
    """What a command brings about.

    Raises Refused as ``unpaid`` does, PAYEE_ACCOUNT_MISSING; PAYMENT_FILE_UNKNOWN, RETURN_FILE_FOREIGN,
    RETURN_FILE_TWICE, PAYMENT_FILE_NOT_OPEN, RETURN_FILE_CHECKSUM, RETURN_FILE_LINES, PAYMENT_FILE_SAME_PERSON.
    """
    match command:
        case MakeFile():
            return () if state is not None else _make(command)
        case AnswerFile():
            return _answer(command, _known(command.file_id, state))
        case CancelFile():
            return _cancel(command, _known(command.file_id, state))
        case _:
            assert_never(command)


def lines_of(command: MakeFile) -> tuple[FileLine, ...]:
    """The lines that a file would have, in the order in which its payments were named; raises as ``decide`` does."""
    return tuple(_line(number, journal_id, command) for number, journal_id in enumerate(command.wanted, start=1))


def _make(command: MakeFile) -> Sequence[FileEvent]:
    return (PaymentFileMade(command.file, lines_of(command)),)


def _line(number: int, journal_id: str, command: MakeFile) -> FileLine:
    payment = unpaid(journal_id, command.found.get(journal_id), f"bank/{command.file.county}/{command.file.fund}")
    account = command.accounts.get((payment.payee_kind, payment.payee_id))
    if account is None:
        whom = f"{payment.payee_kind} {payment.payee_id}"
        detail = f"{whom} has no confirmed account in {command.file.county}: name one at /v1/payees"
        raise conflict("PAYEE_ACCOUNT_MISSING", detail, journal_id=journal_id)
    return FileLine(
        number=number,
        journal_id=journal_id,
        kind=payment.kind,
        payee_kind=payment.payee_kind,
        payee_id=payment.payee_id,
        account_id=account[0],
        tail=account[1],
        amount_fen=payment.amount_fen,
    )


def _answer(command: AnswerFile, state: Made) -> Sequence[FileEvent]:
    of = state.file
    if command.named != of.file_id:
        raise conflict("RETURN_FILE_FOREIGN", f"the bank answers {command.named} here, not {of.file_id}")
    if of.status == "answered" and of.answer_hash == command.answer_hash:
        raise conflict("RETURN_FILE_TWICE", f"this answer to {of.file_id} was taken on {of.ended_on}")
    must_be_open(of)
    if command.check not in (None, of.check_hash):
        detail = f"the check sum that the bank names is not that of {of.file_id}: it was handed another file"
        raise conflict("RETURN_FILE_CHECKSUM", detail)
    _check_lines(command.results, state.lines)
    rejected = [one for one in command.results if not one.paid]
    ended = msgspec.structs.replace(
        of,
        status="answered",
        ended_on=command.on,
        ended_by=command.by,
        rejected=len(rejected),
        rejected_fen=sum(one.amount_fen for one in rejected),
        answer_hash=command.answer_hash,
    )
    return (PaymentFileAnswered(ended, command.results),)


def _check_lines(results: Sequence[Result], lines: Sequence[FileLine]) -> None:
    """Each line once, as it was sent: a fen more or another journal is another file's."""
    asked = {line.number: line for line in lines}
    for one in results:
        line = asked.pop(one.number, None)
        if line is None:
            raise Refused("RETURN_FILE_LINES", f"line {one.number} is answered twice, or was never asked")
        if (line.journal_id, line.amount_fen) != (one.journal_id, one.amount_fen):
            told = f"{one.journal_id} with {yuan_from_fen(one.amount_fen)} yuan"
            right = f"{line.journal_id} with {yuan_from_fen(line.amount_fen)}"
            raise Refused("RETURN_FILE_LINES", f"line {one.number} is {told} in the answer, and {right} in the file")
    if asked:
        raise Refused("RETURN_FILE_LINES", f"{len(asked)} lines are not answered, the first is {min(asked)}")


def _cancel(command: CancelFile, state: Made) -> Sequence[FileEvent]:
    of = state.file
    must_be_open(of)
    if command.by == of.made_by:
        raise forbidden("PAYMENT_FILE_SAME_PERSON", f"{command.by} made {of.file_id}; somebody else must cancel it")
    ended = msgspec.structs.replace(of, status="cancelled", ended_on=command.on, ended_by=command.by)
    return (PaymentFileCancelled(ended, tuple(line.journal_id for line in state.lines), command.reason),)


def must_be_open(of: PaymentFile) -> None:
    """Refuse what is done with a file that was answered or cancelled: PAYMENT_FILE_NOT_OPEN."""
    if of.status != "open":
        detail = f"{of.file_id} was {of.status} on {of.ended_on} by {of.ended_by}"
        raise conflict("PAYMENT_FILE_NOT_OPEN", detail, status=of.status)


def _known(file_id: str, state: Made | None) -> Made:
    if state is None:
        raise not_found("PAYMENT_FILE_UNKNOWN", f"there is no payment file {file_id}", file_id=file_id)
    return state


def evolve(state: Made | None, event: FileEvent) -> Made:
    """The state after an event."""
    if isinstance(event, PaymentFileMade):
        return Made(event.file, event.lines)
    assert state is not None, "a file is made before it ends"
    return msgspec.structs.replace(state, file=event.file)


DECIDER: Final[Decider[FileCommand, Made | None, FileEvent]] = Decider(None, decide, evolve)


def stream_of(file_id: str) -> str:
    """The stream of a file."""
    return f"payment-file/{file_id}"
