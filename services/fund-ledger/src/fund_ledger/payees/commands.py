"""Commands on payees' accounts: one person names one, another confirms it by typing it again; looks are noted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fund_ledger.payees.domain import (
    DECIDER,
    Accounts,
    ConfirmAccount,
    Details,
    NameAccount,
    Payee,
    PayeeAccount,
    PayeeEvent,
    PayeeKind,
    RejectAccount,
    Why,
    differing,
    lost,
    stream_of,
)
from fund_ledger.payees.queries import Vault
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Within
from kernel.writing.database import Connection
from kernel.writing.decision import Decision


class PayeeCommands:
    """One method a command; what is sealed and the event are written together or not at all."""

    def __init__(self, runtime: Runtime, vault: Vault) -> None:
        self._runtime = runtime
        self._vault = vault

    async def name(
        self, context: CommandContext, county: str, payee_kind: PayeeKind, payee_id: str, details: Details
    ) -> Answered:
        """Name the account of a payee; it waits for another person."""
        payee = Payee(county, payee_kind, payee_id)
        account = PayeeAccount(
            account_id=context.new_id("payee-account"),
            county=county,
            payee_kind=payee_kind,
            payee_id=payee_id,
            tail=details.number[-4:],
            named_on=context.today,
            named_by=context.actor,
        )
        async with self._one_transaction() as (connection, within):
            await self._vault.put(connection, account.account_id, payee, details)
            return await within.decide(context, DECIDER, stream_of(payee), NameAccount(account), _stands, status=201)

    async def confirm(self, context: CommandContext, payee: Payee, account_id: str, typed: Details) -> Answered:
        """Another person has typed the account again; raises Refused as the domain does."""
        opened = (await self._vault.open([account_id])).get(account_id)
        _, state = await self._runtime.path.standing(DECIDER, stream_of(payee))
        if opened is None and state.waiting is not None and state.waiting.account_id == account_id:
            raise lost()
        unlike = differing(opened, typed) if opened is not None else ()
        command = ConfirmAccount(account_id=account_id, by=context.actor, on=context.today, differing=unlike)
        return await self._runtime.path.decide(context, DECIDER, stream_of(payee), command, _stands)

    async def reject(self, context: CommandContext, payee: Payee, account_id: str, reason: Why) -> Answered:
        """Nobody is to be paid to an account."""
        command = RejectAccount(account_id=account_id, by=context.actor, on=context.today, reason=reason)
        return await self._runtime.path.decide(context, DECIDER, stream_of(payee), command, _stands)

    @asynccontextmanager
    async def _one_transaction(self) -> AsyncIterator[tuple[Connection, Within]]:
        async with self._runtime.turn() as connection:
            yield connection, self._runtime.path.within(connection)


def _stands(done: Decision[Accounts, PayeeEvent]) -> dict[str, str | None]:
    paid_to, waiting = done.state.paid_to, done.state.waiting
    return {
        "account_id": done.events[0].account.account_id,
        "paid_to": paid_to.account_id if paid_to else None,
        "waiting": waiting.account_id if waiting else None,
    }
