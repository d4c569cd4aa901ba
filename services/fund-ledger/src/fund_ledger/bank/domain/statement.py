"""A bank statement of a fund's account: taken once, gapless, and settled line by line (对账单逐笔勾对).

A line is settled by the journals that booked its money, found by rules or named by finance, or by a reason. What is
not settled is the work list. All lines of a statement share its stream.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found

#: So many lines fit on one statement; a larger one is taken in parts.
LINES_MAX: Final = 2_000

#: Why a line stands without a journal here.
Reason = Literal["BANK_FEE", "INTEREST", "NOT_OURS", "BANK_CORRECTED", "BETWEEN_OWN_ACCOUNTS"]


class BankLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line: above zero came in, below zero went out. ``balance_fen`` is what the account has after it.

    ``entered_on`` is the bank's own day where it is another than that of the value, which may be ahead or back.
    """

    number: int
    value_on: date
    amount_fen: int
    balance_fen: int
    reference: str = ""
    text: str = ""
    entered_on: date | None = None


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """The journals that booked a line's money, or the reason why none did; ``rule`` is empty where finance said it."""

    number: int
    journals: tuple[str, ...] = ()
    rule: str = ""
    reason: Reason | None = None
    by: str = ""


class BankStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank says of the account of a county's fund for some days: opening + lines = closing, in fen."""

    statement_id: str
    county: str
    fund: str
    first_on: date
    last_on: date
    opening_fen: int
    closing_fen: int
    lines: int
    digest: str
    taken_on: date
    taken_by: str


class Previous(msgspec.Struct, frozen=True):
    """The last statement of the same account."""

    statement_id: str
    last_on: date
    closing_fen: int


class TakeStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Take a statement that adds up. ``taken_before`` names the one that the same file was taken as."""

    statement: BankStatement
    lines: tuple[BankLine, ...]
    matches: tuple[Match, ...]
    today: date
    previous: Previous | None = None
    taken_before: str | None = None


class SettleLine(msgspec.Struct, frozen=True, kw_only=True):
    """Finance says what a line is. ``booked_fen`` is what the journals moved on this bank account, by journal.

    ``met`` are those of them that meet another line.
    """

    match: Match
    booked_fen: Mapping[str, int]
    met: frozenset[str]


class ReopenLine(msgspec.Struct, frozen=True):
    """A line was settled wrongly."""

    number: int


BankCommand = TakeStatement | SettleLine | ReopenLine


class BankStatementTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A statement was taken, and rules have matched some of its lines."""

    statement: BankStatement
    lines: tuple[BankLine, ...]
    matches: tuple[Match, ...]


class BankLineSettled(msgspec.Struct, frozen=True, kw_only=True):
    """Finance settled a line."""

    statement: BankStatement
    match: Match


class BankLineReopened(msgspec.Struct, frozen=True, kw_only=True):
    """A line is on the work list again; ``journals`` are those that it had met."""

    statement: BankStatement
    line: BankLine
    journals: tuple[str, ...]


BankEvent = BankStatementTaken | BankLineSettled | BankLineReopened


class Taken(msgspec.Struct, frozen=True):
    """A statement that was taken: its lines, and those that are settled, by number."""

    statement: BankStatement
    lines: Mapping[int, BankLine]
    settled: Mapping[int, Match]

    @property
    def open(self) -> int:
        """How many lines nobody has settled."""
        return len(self.lines) - len(self.settled)


def decide(command: BankCommand, state: Taken | None) -> Sequence[BankEvent]:
    """What a command brings about.

    Raises Refused BANK_FILE_TWICE, BANK_FILE_DAYS, BANK_FILE_GAP; BANK_LINE_UNKNOWN, BANK_LINE_SETTLED,
    BANK_MATCH_WRONG, BANK_MATCHED_BEFORE, BANK_LINE_OPEN.
    """
    match command:
        case TakeStatement():
            return _take(command)
        case SettleLine():
            return _settle(command, _known(state, command.match.number))
        case ReopenLine():
            return _reopen(command, _known(state, command.number))
        case _:
            assert_never(command)


def _take(command: TakeStatement) -> Sequence[BankEvent]:
    of, last = command.statement, command.previous
    if (before := command.taken_before) is not None:
        raise conflict("BANK_FILE_TWICE", f"this file was taken before, as {before}", statement_id=before)
    if of.last_on > command.today:
        raise Refused("BANK_FILE_DAYS", f"the statement goes up to {of.last_on}, which has not come yet")
    if last is not None and of.first_on <= last.last_on:
        detail = f"{last.statement_id} goes up to {last.last_on}; the next one begins after it and not on {of.first_on}"
        raise conflict("BANK_FILE_DAYS", detail, statement_id=last.statement_id)
    if last is not None and of.opening_fen != last.closing_fen:
        detail = (
            f"{last.statement_id} closed with {yuan_from_fen(last.closing_fen)} yuan and this one opens with"
            f" {yuan_from_fen(of.opening_fen)}: take what lies between them first"
        )
        raise conflict("BANK_FILE_GAP", detail, statement_id=last.statement_id)
    return (BankStatementTaken(statement=of, lines=command.lines, matches=command.matches),)


def _settle(command: SettleLine, state: Taken) -> Sequence[BankEvent]:
    match, of = command.match, state.statement
    if match.number in state.settled:
        raise conflict("BANK_LINE_SETTLED", f"line {match.number} of {of.statement_id} is settled; reopen it first")
    amount, booked = state.lines[match.number].amount_fen, command.booked_fen
    strange = sorted(set(match.journals) - booked.keys())
    if bool(match.journals) == (match.reason is not None) or strange:
        said = f"{', '.join(strange)} moved nothing on it" if strange else "name its journals, or a reason"
        raise Refused("BANK_MATCH_WRONG", f"line {match.number} is of bank/{of.county}/{of.fund}: {said}")
    if command.met:
        raise conflict("BANK_MATCHED_BEFORE", f"{', '.join(sorted(command.met))} meet another line of the bank")
    if match.journals and (sum_ := sum(booked[name] for name in match.journals)) != amount:
        detail = f"line {match.number} is {yuan_from_fen(amount)} yuan, and these journals are {yuan_from_fen(sum_)}"
        raise Refused("BANK_MATCH_WRONG", detail)
    return (BankLineSettled(statement=of, match=match),)


def _reopen(command: ReopenLine, state: Taken) -> Sequence[BankEvent]:
    found = state.settled.get(command.number)
    if found is None:
        raise conflict("BANK_LINE_OPEN", f"line {command.number} of {state.statement.statement_id} is open already")
    line = state.lines[command.number]
    return (BankLineReopened(statement=state.statement, line=line, journals=found.journals),)


def _known(state: Taken | None, number: int) -> Taken:
    if state is None or number not in state.lines:
        raise not_found("BANK_LINE_UNKNOWN", f"there is no such line {number} of such a statement")
    return state


def evolve(state: Taken | None, event: BankEvent) -> Taken:
    """The state after an event."""
    if isinstance(event, BankStatementTaken):
        lines = {line.number: line for line in event.lines}
        return Taken(event.statement, lines, {match.number: match for match in event.matches})
    assert state is not None, "a statement is taken before its lines are settled"
    settled = dict(state.settled)
    match event:
        case BankLineSettled(match=found):
            settled[found.number] = found
        case BankLineReopened(line=line):
            settled.pop(line.number, None)
        case _:
            assert_never(event)
    return msgspec.structs.replace(state, settled=settled)


DECIDER: Final[Decider[BankCommand, Taken | None, BankEvent]] = Decider(None, decide, evolve)


def stream_of(statement_id: str) -> str:
    """The stream of a statement and its lines."""
    return f"bank-statement/{statement_id}"


def statement_id(county: str, fund: str, last_on: date) -> str:
    """The name of a statement: one for each account and last day."""
    return f"{county}-{fund}-{last_on}"
