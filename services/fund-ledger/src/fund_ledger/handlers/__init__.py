"""Commands of finance: money comes in, money goes out."""

from datetime import date
from uuid import uuid5

from fund_ledger.domain import accounts
from fund_ledger.domain.journal import DECIDER, Command, PayOut, ReceiveMoney
from fund_ledger.queries import Queries
from kernel.command_path import Answered, CommandContext, Outcome
from kernel.event_store import StreamAppend
from kernel.hosting import Clock
from kernel.http import Idempotency, current_correlation_id
from kernel.runtime import Runtime
from kernel.security import Principal

__all__ = ["Handlers"]


class Handlers:
    """The ledger's commands, one method each."""

    def __init__(self, runtime: Runtime, queries: Queries, clock: Clock) -> None:
        self._runtime = runtime
        self._queries = queries
        self._clock = clock

    async def receive(
        self,
        caller: Principal,
        key: Idempotency,
        *,
        county: str,
        fund: str,
        amount_fen: int,
        source: str,
        value_on: date,
    ) -> Answered:
        """Money comes into a county's fund."""
        context = self._context(caller, key)
        journal_id = str(uuid5(context.command_id, "journal"))

        async def attempt() -> Outcome:
            return await self._outcome(ReceiveMoney(journal_id, county, fund, amount_fen, source, value_on), journal_id)

        return await self._runtime.path.run(context, attempt)

    async def pay(
        self,
        caller: Principal,
        key: Idempotency,
        *,
        county: str,
        fund: str,
        hospital_id: str | None,
        person_id: str | None,
        amount_fen: int,
        value_on: date,
    ) -> Answered:
        """A fund pays what it owes to a hospital or a person."""
        context = self._context(caller, key)
        journal_id = str(uuid5(context.command_id, "journal"))
        payable = (
            accounts.payable_to_hospital(hospital_id, fund)
            if hospital_id is not None
            else accounts.payable_to_person(person_id or "", fund)
        )

        async def attempt() -> Outcome:
            owed = await self._queries.owed_fen(payable)
            command = PayOut(journal_id, county, fund, payable, amount_fen, owed, value_on)
            return await self._outcome(command, journal_id)

        return await self._runtime.path.run(context, attempt)

    async def _outcome(self, command: Command, journal_id: str) -> Outcome:
        stream, past = await self._runtime.store.load(f"journal/{journal_id}")
        events = tuple(DECIDER.decide(command, DECIDER.fold(past)))
        return Outcome((StreamAppend(stream, events),), {"journal_id": journal_id}, 201)

    def _context(self, caller: Principal, key: Idempotency) -> CommandContext:
        return CommandContext(
            key.scope, key.key, key.request_hash, caller.subject, self._clock(), current_correlation_id()
        )
