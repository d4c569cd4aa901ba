"""Commands on clinics that record first and settle later."""

from datetime import date

from fund_ledger.institutions.commands.turn import Lines, Turn, Turns, written
from fund_ledger.institutions.domain.clinic import DECIDER, AssignCentre, Clinic, HandOver, PayClinic
from fund_ledger.institutions.domain.clinic_postings import postings_of
from fund_ledger.institutions.queries import payables_of
from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from fund_ledger.payments.domain.apart import CONSULT_FEE
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome


class ClinicCommands:
    """One method a command; what moves money is booked with it."""

    def __init__(self, runtime: Runtime, turns: Turns) -> None:
        self._runtime = runtime
        self._turns = turns

    async def assign(self, context: CommandContext, clinic: Clinic) -> Answered:
        """Say with which centre a clinic settles."""
        stream = _stream(clinic.clinic_id, clinic.county)
        return await self._runtime.path.decide(context, DECIDER, stream, AssignCentre(clinic), lambda d: _body(d.after))

    async def hand_over(self, context: CommandContext, clinic_id: str, county: str) -> Answered:
        """What the funds owe a clinic now they owe its centre, and the centre the clinic."""
        journal_id = context.new_id("journal")

        async def attempt(turn: Turn) -> Outcome:
            names = await payables_of(turn.connection, clinic_id, county)
            held = await hold(turn.connection, [name for name in names if not _is_fee(turn, name)])
            owed = {accounts.parse(name).fund: fen for name, fen in held.items()}
            command = HandOver(clinic_id=clinic_id, owed_fen=owed, today=context.today)
            done = await turn.decide(DECIDER, _stream(clinic_id, county), command)
            kind, postings = postings_of(done.events[-1])
            lines = Lines(kind=kind, postings=postings, booked_on=context.today, late=True)
            booked = await turn.book(journal_id, lines)
            return Outcome(written(*booked, done), _body(done.after) | {"journal_id": journal_id})

        return await self._turns.take(context, county, (), attempt)

    async def pay(self, context: CommandContext, of: Clinic, amount_fen: int, paid_on: date) -> Answered:
        """The centre paid its clinic."""
        journal_id = context.new_id("journal")
        command = PayClinic(clinic_id=of.clinic_id, amount_fen=amount_fen, paid_on=paid_on, today=context.today)

        async def attempt(turn: Turn) -> Outcome:
            done = await turn.decide(DECIDER, _stream(of.clinic_id, of.county), command)
            kind, postings = postings_of(done.events[-1])
            booked = await turn.book(journal_id, Lines(kind=kind, postings=postings, booked_on=paid_on, late=True))
            return Outcome(written(*booked, done), _body(done.after) | {"journal_id": journal_id})

        return await self._turns.take(context, of.county, (), attempt)


def _is_fee(turn: Turn, name: str) -> bool:
    """Whether an account is of the consultation fee, which has reports of its own."""
    fund = turn.charts.ever(turn.county).funds.get(accounts.parse(name).fund)
    return fund is not None and CONSULT_FEE in fund.purposes


def _body(clinic: Clinic) -> dict[str, str | None]:
    return {"clinic_id": clinic.clinic_id, "centre_id": clinic.centre_id}


def _stream(clinic_id: str, county: str) -> str:
    return f"clinic/{county}/{clinic_id}"
