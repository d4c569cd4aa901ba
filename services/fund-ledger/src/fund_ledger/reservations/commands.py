"""Commands on reservations: all sums are kept or none, and what is paid of them is booked in the same transaction."""

from collections.abc import Sequence
from datetime import date

from fund_ledger.charts.domain import Charts
from fund_ledger.journals.domain.events import JournalEvent
from fund_ledger.journals.domain.journal import JournalState, after
from fund_ledger.journals.queries.turn import hold
from fund_ledger.months.queries import open_from
from fund_ledger.payments.domain import money
from fund_ledger.payments.domain.money import PayOut
from fund_ledger.payments.domain.moved import PAYMENT, Moment, Transfer
from fund_ledger.payments.queries import booked_today, check_no_budget, later_than, limit_of
from fund_ledger.reservations.domain import (
    DECIDER,
    Expire,
    Part,
    PayParts,
    Reservation,
    Reserve,
    Void,
    VoidReason,
    stream_of,
)
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered, Within
from kernel.writing.database import Connection
from kernel.writing.decision import Decision, Outcome, decided


class ReservationCommands:
    """One method a command; each holds the bank accounts by which it decides."""

    def __init__(self, runtime: Runtime, charts: Charts) -> None:
        self._runtime = runtime
        self._charts = charts

    async def reserve(self, context: CommandContext, wanted: Reservation) -> Answered:
        """Keep money on one or several bank accounts, all of it or nothing."""
        banks = sorted({line.bank for line in wanted.lines})
        async with self._runtime.turn() as connection:
            standing = await hold(connection, banks, free_on=context.today)
            within = self._runtime.path.within(connection)
            command = Reserve(
                reservation=wanted,
                chart=self._charts.ever(wanted.county),
                free_fen={name: -standing[name] for name in banks},
            )
            return await within.decide(
                context, DECIDER, stream_of(wanted.reservation_id), command, lambda done: _body(done.after), status=201
            )

    async def pay(
        self, context: CommandContext, of: Reservation, wanted: Sequence[tuple[int, int]], paid_on: date
    ) -> Answered:
        """Pay parts of what is kept, by line and fen: all of them or none."""
        parts = tuple(
            Part(number=number, amount_fen=fen, journal_id=context.new_id(f"journal {place}"))
            for place, (number, fen) in enumerate(wanted, start=1)
        )
        by_number = {line.number: line for line in of.lines}
        named = [by_number[part.number] for part in parts if part.number in by_number]
        async with self._runtime.turn() as connection:
            first = await open_from(connection, [of.county])
            names = {name for line in named for name in (line.account, line.bank)}
            turn = _Turn(connection, self._runtime.path.within(connection), Moment(context.today, first[of.county]))
            standing = await hold(connection, names, free_on=context.today)

            async def attempt() -> Outcome:
                stream, state = await turn.within.standing(DECIDER, stream_of(of.reservation_id))
                command = PayParts(
                    reservation_id=of.reservation_id,
                    parts=parts,
                    by=context.actor,
                    on=context.today,
                    limit=await limit_of(connection, of.county),
                    booked_fen={
                        line.account: await booked_today(connection, line.account, PAYMENT, context.today)
                        for line in named
                    },
                )
                done = decided(DECIDER, stream, state, command)
                assert state is not None, "what is not there is refused"
                booked = await turn.pay(state, parts, standing, paid_on)
                body = {**_body(done.after), "journal_ids": [part.journal_id for part in parts]}
                return Outcome((*(one.append for one in booked), done.append), body, 201)

            return await turn.within.run(context, attempt)

    async def void(self, context: CommandContext, of: Reservation, reason: VoidReason) -> Answered:
        """Let what is left of a reservation go."""
        return await self._end(
            context, of, Void(reservation_id=of.reservation_id, by=context.actor, on=context.today, reason=reason)
        )

    async def expire(self, context: CommandContext, of: Reservation) -> Answered:
        """Note that a reservation ran out."""
        return await self._end(
            context, of, Expire(reservation_id=of.reservation_id, by=context.actor, on=context.today)
        )

    async def _end(self, context: CommandContext, of: Reservation, command: Void | Expire) -> Answered:
        return await self._runtime.path.decide(
            context, DECIDER, stream_of(of.reservation_id), command, lambda done: _body(done.after)
        )


class _Turn:
    """A transaction that holds the accounts of the parts that are paid."""

    def __init__(self, connection: Connection, within: Within, moment: Moment) -> None:
        self._connection = connection
        self.within = within
        self._moment = moment

    async def pay(
        self, of: Reservation, parts: Sequence[Part], standing: dict[str, int], paid_on: date
    ) -> list[Decision[JournalState, JournalEvent]]:
        """The journals of the parts, one after the other; nothing is written yet. Raises Refused."""
        by_number, left = {line.number: line for line in of.lines}, dict(standing)
        booked: list[Decision[JournalState, JournalEvent]] = []
        for part in parts:
            line = by_number[part.number]
            await check_no_budget(self._connection, line.account, paid_on.year)
            out = PayOut(
                journal_id=part.journal_id,
                transfer=Transfer(line.account, part.amount_fen, paid_on),
                owed_fen=left[line.account],
                # What is kept by this reservation is there for it, and what is kept by others is not.
                bank_fen=of.kept_on(line.bank) - left[line.bank],
                moment=self._moment,
                later_fen=await self._later(line.account, paid_on),
            )
            stream, state = await self.within.standing(money.DECIDER, f"journal/{part.journal_id}")
            booked.append(decided(money.DECIDER, stream, state, out))
            left = after(left, booked[-1].events)
        return booked

    async def _later(self, account: str, paid_on: date) -> int:
        """What came to be owed after the year of the payment; a payment of this year knows of none."""
        if paid_on.year >= self._moment.today.year:
            return 0
        return await later_than(self._connection, account, date(paid_on.year, 12, 31))


def _body(of: Reservation) -> dict[str, str]:
    return {"reservation_id": of.reservation_id, "status": of.status}
