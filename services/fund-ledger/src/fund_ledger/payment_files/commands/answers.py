"""The bank's answer to a payment file: taken whole, and what it rejects goes back in the books with it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.domain.journal import after
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.queries import open_from
from fund_ledger.payment_files.domain.file import DECIDER, AnswerFile, FileLine, Made, PaymentFile, stream_of
from fund_ledger.payment_files.queries import statement_paid_by
from fund_ledger.payments.domain import money
from fund_ledger.payments.domain.moved import PAYMENT, STATEMENT_PAYMENT
from fund_ledger.payments.domain.returns import ReturnMoney
from fund_ledger.payments.domain.taken_back import OwedBack, after_it, borne_for, due_again
from fund_ledger.payments.queries import owed_of_revoked
from fund_ledger.statements.domain import statement
from fund_ledger.statements.domain.statement import ReturnStatement, Statements
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Within
from kernel.writing.database import Connection
from kernel.writing.decision import Decision, Outcome, decided
from kernel.writing.event_store import Stream, StreamAppend

_REASON: Final = "BANK_RETURNED"


class _Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that holds what the rejected payments are decided by."""

    connection: Connection
    within: Within
    of: PaymentFile
    today: date
    bank_fen: int
    owed_back: dict[str, OwedBack]
    available_fen: dict[str, int]


class AnswerCommands:
    """One method: all of an answer is written together, or nothing."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def take(self, context: CommandContext, of: PaymentFile, command: AnswerFile) -> Answered:
        """Take the bank's answer; what it rejected is owed again, since when it was."""
        path, bank = self._runtime.path, accounts.bank(of.county, of.fund)
        rejected = {one.number for one in command.results if not one.paid}
        _, made = await path.standing(DECIDER, stream_of(of.file_id))
        payables = [_payable(of, line) for line in _lines(made) if line.number in rejected]
        due = sorted({name for name in map(due_again, payables) if name is not None})
        async with self._runtime.turn() as connection:
            first = await open_from(connection, [of.county])
            funds = {borne_for(name) for name in due}
            standing = await hold(connection, [bank, *payables, *due, *funds])
            turn = _Turn(
                connection=connection,
                within=path.within(connection),
                of=of,
                today=max(context.today, first[of.county]),
                bank_fen=-standing[bank],
                owed_back=await owed_of_revoked(connection, {name: -standing[name] for name in due}),
                available_fen={name: standing[name] for name in funds},
            )

            async def attempt() -> Outcome:
                stream, state = await turn.within.standing(DECIDER, stream_of(of.file_id))
                done = decided(DECIDER, stream, state, command)
                back = [line for line in done.after.lines if line.number in rejected]
                booked = await _returned(turn, back)
                statements = await _statements(turn, [line for line in back if line.kind == STATEMENT_PAYMENT])
                told = {
                    "file_id": of.file_id,
                    "paid_lines": done.after.file.lines - done.after.file.rejected,
                    "rejected_lines": done.after.file.rejected,
                    "returns": [f"{line.journal_id}-return" for line in back],
                }
                return Outcome((*(one.append for one in booked), *statements, done.append), told)

            return await turn.within.run(context, attempt)


async def _returned(turn: _Turn, lines: Iterable[FileLine]) -> list[Decision[Any, Any]]:
    """The journals of the returns, one after the other: what a person owes back is met once."""
    owed, available, booked = turn.owed_back, turn.available_fen, list[Decision[Any, Any]]()
    for line in lines:
        command = ReturnMoney(
            journal_id=line.journal_id,
            reason=_REASON,
            available_fen=available,
            bank_fen=turn.bank_fen,
            today=turn.today,
            kinds=frozenset({PAYMENT, STATEMENT_PAYMENT}),
            owed_back=owed,
        )
        stream, state = await turn.within.standing(money.DECIDER, f"journal/{line.journal_id}")
        booked.append(decided(money.DECIDER, stream, state, command))
        available = after(available, booked[-1].events)
        owed = after_it(owed, booked[-1].state.journals[-1].postings)
    return booked


async def _statements(turn: _Turn, lines: Sequence[FileLine]) -> list[StreamAppend]:
    """The statements whose payments came back; all of a payable share a stream."""
    standing: dict[str, tuple[Stream, Statements, list[Any]]] = {}
    for line in lines:
        payable = _payable(turn.of, line)
        statement_id = await statement_paid_by(turn.connection, payable, line.journal_id)
        name = statement.stream_of(line.payee_id, turn.of.county, turn.of.fund)
        if name not in standing:
            stream, state = await turn.within.standing(statement.DECIDER, name)
            standing[name] = stream, state, []
        stream, state, events = standing[name]
        done = decided(statement.DECIDER, stream, state, ReturnStatement(statement_id=statement_id or ""))
        standing[name] = stream, done.state, [*events, *done.events]
    return [StreamAppend(stream, tuple(events)) for stream, _, events in standing.values()]


def _lines(made: Made | None) -> Sequence[FileLine]:
    return made.lines if made is not None else ()


def _payable(of: PaymentFile, line: FileLine) -> str:
    return "/".join((accounts.PAYABLE, line.payee_kind, line.payee_id, of.county, of.fund))
