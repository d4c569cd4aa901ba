"""Commands on files of insurers."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from operations.insurers.domain import DECIDER, Insurer, InsurerCommand


class InsurerCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def do(self, context: CommandContext, insurer_id: str, command: InsurerCommand) -> Answered:
        """Open or change a file, say the terms of a year, write a check down."""

        def body(after: Insurer | None) -> dict[str, object]:
            assert after is not None, "what was done stands"
            return {"insurer_id": after.insurer_id, "version": after.version}

        stream = f"insurer/{insurer_id}"
        return await self._runtime.path.decide(context, DECIDER, stream, command, lambda d: body(d.after))
