"""Commands on advances: each moves the money and the advance together, or neither."""

from collections.abc import Callable
from datetime import date
from typing import Final

from fund_ledger.advances.domain import postings
from fund_ledger.advances.domain.advance import DECIDER, Advance, AdvanceCommand, AdvanceRepaid, Apply
from fund_ledger.advances.domain.postings import CRITICAL_ILLNESS, BookAdvance
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.domain import must_be_open
from fund_ledger.months.queries import open_from
from kernel.running.runtime import Runtime
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided
from law.packs import PackLibrary
from law.packs.rules import Advance as Rule

_REPAID_BY: Final = {"RESCUE": "reimbursement", "CLAIM": "insurer"}
#: From what the fund's bank account has, and what the insurer owes the hospital, to the command.
Asked = Callable[[int, int], AdvanceCommand]


class AdvanceCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime, library: PackLibrary) -> None:
        self._runtime = runtime
        self._library = library

    def rule(self, county: str, kind: str, on: date) -> tuple[Rule, str]:
        """The rule of the place for a kind of advance, with its clause; raises Refused ADVANCE_WITHOUT_RULE."""
        for policy in self._library.candidates(county, on):
            for rule in policy.file.advances:
                if rule.repaid_by == _REPAID_BY[kind]:
                    return rule, f"{policy.file.document.cited_as} {rule.clause}"
        raise Refused("ADVANCE_WITHOUT_RULE", f"no document in force at {county} has a fund for {kind} advances")

    async def apply(self, context: CommandContext, asked: Apply) -> Answered:
        """Ask for an advance; nothing is paid yet."""
        return await self._runtime.path.decide(
            context, DECIDER, _stream(asked.advance_id), asked, lambda d: _body(d.after), status=201
        )

    async def move(self, context: CommandContext, of: Advance, asked: Asked, booked_on: date) -> Answered:
        """Do what moves an advance's money."""
        path, journal_id = self._runtime.path, context.new_id("journal")
        bank, fund = accounts.bank(of.county, of.fund), accounts.fund(of.county, of.fund)
        payable = accounts.payable_to_hospital(of.hospital_id or "none", of.county, CRITICAL_ILLNESS)
        async with self._runtime.turn() as connection:
            first = await open_from(connection, [of.county])
            held = await hold(connection, [bank, fund, payable], free_on=context.today)
            within = path.within(connection)

            async def attempt() -> Outcome:
                done = decided(
                    DECIDER, *await within.standing(DECIDER, _stream(of.advance_id)), asked(-held[bank], held[payable])
                )
                must_be_open(booked_on, of.county, first[of.county])
                book = BookAdvance(
                    journal_id=journal_id,
                    happened=done.events[-1],
                    available_fen={fund: held[fund]},
                    booked_on=booked_on,
                )
                stream, state = await within.standing(postings.DECIDER, f"journal/{journal_id}")
                journal = decided(postings.DECIDER, stream, state, book)
                body = _body(done.after) | {"journal_id": journal_id}
                if isinstance(repaid := done.events[-1], AdvanceRepaid):
                    body["to_person"] = yuan_from_fen(repaid.to_person_fen)
                return Outcome((journal.append, done.append), body)

            return await within.run(context, attempt)


def _body(advance: Advance) -> dict[str, str]:
    return {"advance_id": advance.advance_id, "status": advance.status}


def _stream(advance_id: str) -> str:
    return f"advance/{advance_id}"
