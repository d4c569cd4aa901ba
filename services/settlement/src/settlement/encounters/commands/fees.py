"""Fee lines: what comes onto the bill and off it; lines with numbers are held against those that are on it."""

from collections.abc import Callable

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome
from settlement.encounters.commands.encounters import Answer, outcome_of
from settlement.encounters.domain.bill_lines import LineOnBill
from settlement.encounters.domain.commands import UploadFees, VoidFees
from settlement.encounters.domain.fees import FeeLine
from settlement.encounters.queries.case_file import CaseFile, CaseFiles
from settlement.encounters.queries.reading import ReadingQueries

#: Makes the answer of an upload that brought nothing new, from the encounter and the batch where its lines stand.
KnownAnswer = Callable[[CaseFile, int], str]


class FeeCommands:
    """The commands about a bill's lines."""

    def __init__(self, runtime: Runtime, files: CaseFiles, reading: ReadingQueries) -> None:
        self._runtime = runtime
        self._files = files
        self._reading = reading

    async def upload(  # one method for both kinds of lines, so that a bill may have both
        self,
        context: CommandContext,
        hospital_id: str,
        encounter_id: str,
        lines: tuple[FeeLine, ...],
        answer: Answer,
        known: KnownAnswer,
    ) -> Answered:
        """Add a batch of lines; those with numbers that are on the bill already are not added again."""

        async def attempt() -> Outcome:
            # The stream's version first: whatever comes onto the bill after this look makes the upload start over.
            file = await self._files.of(encounter_id, hospital_id)
            asks = any(line.number is not None or line.returns is not None for line in lines)
            on_bill = await self._numbered(encounter_id) if asks else ()
            outcome = outcome_of(
                file, UploadFees(lines, context.today, on_bill), lambda events: answer(events) if events else "", 201
            )
            if outcome.body:
                return outcome
            where = {line.fee.number: line.batch for line in on_bill}
            return Outcome(outcome.appends, known(file, where[lines[0].number]), 201, outcome.contended)

        return await self._runtime.path.run(context, attempt)

    async def void(
        self, context: CommandContext, hospital_id: str, encounter_id: str, batch: int, answer: Answer
    ) -> Answered:
        """Take a batch off the bill again, unless another one gives lines of it back."""

        async def attempt() -> Outcome:
            file = await self._files.of(encounter_id, hospital_id)
            return outcome_of(file, VoidFees(batch, await self._numbered(encounter_id)), answer)

        return await self._runtime.path.run(context, attempt)

    async def _numbered(self, encounter_id: str) -> tuple[LineOnBill, ...]:
        found = await self._reading.lines(encounter_id, None)
        return tuple(line for line in found if line.fee.number is not None or line.fee.returns is not None)
