"""Commands on files of insurers."""

from typing import NamedTuple

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from operations.insurers.domain import DECIDER, Insurer, InsurerCommand


class File(NamedTuple):
    """Which file: an insurer's in a county."""

    county: str
    insurer_id: str


class InsurerCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def do(self, context: CommandContext, file: File, command: InsurerCommand) -> Answered:
        """Open or change a file, say the terms of a year, write a check down."""

        def body(after: Insurer | None) -> dict[str, object]:
            assert after is not None, "what was done stands"
            return {"insurer_id": after.insurer_id, "version": after.version}

        stream = await self._stream_of(file)
        return await self._runtime.path.decide(context, DECIDER, stream, command, lambda d: body(d.after))

    async def _stream_of(self, file: File) -> str:
        """A county's file has a stream of its own; the first county's of before goes on in that of the insurer."""
        of_insurer = f"insurer/{file.insurer_id}"
        _, first = await self._runtime.path.standing(DECIDER, of_insurer)
        is_first = first is not None and first.county == file.county
        return of_insurer if is_first else f"{of_insurer}/{file.county}"
