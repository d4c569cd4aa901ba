"""Commands on payment files: made of booked payments, answered by the bank line by line, cancelled before it paid."""

import hashlib
from typing import TypeAlias
from uuid import uuid4

import msgspec

from fund_ledger.journals.domain import accounts
from fund_ledger.journals.queries.turn import hold
from fund_ledger.payees.domain import AccountsSeen, Details, lost
from fund_ledger.payees.queries import Vault, paid_to
from fund_ledger.payment_files.domain.file import (
    DECIDER,
    AnswerFile,
    CancelFile,
    CancelReason,
    Made,
    MakeFile,
    PaymentFile,
    lines_of,
    must_be_open,
    stream_of,
)
from fund_ledger.payment_files.queries import wanted
from fund_ledger.payment_files.reading.answer import SaidAnswer
from fund_ledger.payment_files.reading.writing import csv_file
from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.refusals import conflict, not_found
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.database import Connection
from kernel.writing.decision import Outcome, decided
from kernel.writing.event_store import Stream, StreamAppend

Content: TypeAlias = tuple[Made, dict[str, Details], bytes]


class FileCommands:
    """One method a command. The bank account is held meanwhile, so that no payment gets into two files."""

    def __init__(self, runtime: Runtime, vault: Vault, requests: Requests) -> None:
        self._runtime = runtime
        self._vault = vault
        self._requests = requests

    async def make(self, context: CommandContext, county: str, fund: str, journal_ids: tuple[str, ...]) -> Answered:
        """Make a file of payments of an account, in their order."""
        short = context.new_id("payment-file").replace("-", "")[:12]
        file = _blank(f"{county}-{fund}-{context.today:%Y%m%d}-{short}", county, fund, context)

        async with self._runtime.turn() as connection:
            await hold(connection, [accounts.bank(county, fund)])
            within = self._runtime.path.within(connection)

            async def attempt() -> Outcome:
                stream, state = await within.standing(DECIDER, stream_of(file.file_id))
                command, left_out = await self._gathered(connection, file, journal_ids)
                done = decided(DECIDER, stream, state, command)
                return done.outcome({**_body(done.after.file), "left_out": left_out}, 201)

            return await within.run(context, attempt)

    async def _gathered(
        self, connection: Connection, file: PaymentFile, journal_ids: tuple[str, ...]
    ) -> tuple[MakeFile, tuple[str, ...]]:
        """What a file is made of, and the payments that are left out of it: who was erased stops nobody's money."""
        found = await wanted(connection, accounts.bank(file.county, file.fund), journal_ids)
        known = await paid_to(connection, file.county, {(one.payee_kind, one.payee_id) for one in found.values()})
        details = await self._vault.open((one.account_id for one in known.values()), connection)
        erased = {payee for payee, one in known.items() if one.account_id not in details}
        left_out = tuple(name for name, one in found.items() if (one.payee_kind, one.payee_id) in erased)
        if left_out and len(left_out) == len(journal_ids):
            raise lost(*left_out)
        command = MakeFile(
            file=file,
            wanted=tuple(name for name in journal_ids if name not in left_out),
            found=found,
            accounts={payee: (one.account_id, one.tail) for payee, one in known.items()},
        )
        lines = lines_of(command)
        file = msgspec.structs.replace(file, lines=len(lines), total_fen=sum(line.amount_fen for line in lines))
        check = self._vault.keyed(hashlib.sha256(csv_file(file, lines, details)).hexdigest())
        return msgspec.structs.replace(command, file=msgspec.structs.replace(file, check_hash=check)), left_out

    async def cancel(self, context: CommandContext, of: PaymentFile, reason: CancelReason) -> Answered:
        """The bank pays nothing of a file."""
        command = CancelFile(file_id=of.file_id, by=context.actor, on=context.today, reason=reason)
        return await self._runtime.path.decide(
            context, DECIDER, stream_of(of.file_id), command, lambda done: _body(done.after.file)
        )

    def answering(self, context: CommandContext, of: PaymentFile, said: SaidAnswer, content: bytes) -> AnswerFile:
        """What the bank's answer asks of the file."""
        return AnswerFile(
            file_id=of.file_id,
            named=said.file_id,
            results=said.results,
            check=self._vault.keyed(said.sha256) if said.sha256 else None,
            answer_hash=self._vault.keyed(hashlib.sha256(content).hexdigest()),
            by=context.actor,
            on=context.today,
        )

    async def open(self, caller: Principal, file_id: str) -> Content:
        """A file, its accounts and its CSV; that the caller looks is written down first.

        Raises Refused PAYMENT_FILE_UNKNOWN, PAYMENT_FILE_NOT_OPEN, PERSON_ERASED, PAYMENT_FILE_CHANGED.
        """
        _, made = await self._runtime.path.standing(DECIDER, stream_of(file_id))
        if made is None:
            raise not_found("PAYMENT_FILE_UNKNOWN", f"there is no payment file {file_id}", file_id=file_id)
        # What was cancelled or answered would be paid a second time from a copy fetched now.
        must_be_open(made.file)
        await self._note(caller, file_id)
        details = await self._vault.open(line.account_id for line in made.lines)
        if gone := [line.journal_id for line in made.lines if line.account_id not in details]:
            raise lost(*gone)
        content = csv_file(made.file, made.lines, details)
        if self._vault.keyed(hashlib.sha256(content).hexdigest()) != made.file.check_hash:
            detail = (
                f"{file_id} is not what it was when it was made: hand nothing of it to the bank, and tell operations"
            )
            raise conflict("PAYMENT_FILE_CHANGED", detail, file_id=file_id)
        return made, dict(details), content

    async def _note(self, caller: Principal, file_id: str) -> None:
        seen = AccountsSeen(
            look_id=str(uuid4()),
            subject_id=file_id,
            seen_by=caller.subject,
            organisation=caller.organisation,
            roles=tuple(sorted(role.value for role in caller.roles)),
        )
        context = CommandContext.of_service("looks", seen.look_id, self._requests.clock())
        append = StreamAppend(Stream(f"look/{seen.look_id}"), (seen,))

        async def attempt() -> Outcome:
            return Outcome((append,), {})

        await self._runtime.path.run(msgspec.structs.replace(context, actor=caller.subject), attempt)


def _blank(file_id: str, county: str, fund: str, context: CommandContext) -> PaymentFile:
    return PaymentFile(
        file_id=file_id,
        county=county,
        fund=fund,
        lines=0,
        total_fen=0,
        check_hash="",
        made_on=context.today,
        made_by=context.actor,
    )


def _body(file: PaymentFile) -> dict[str, object]:
    return {"file_id": file.file_id, "status": file.status, "lines": file.lines, "rejected_lines": file.rejected}
