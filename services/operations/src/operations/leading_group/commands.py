"""The command on a leading group."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from operations.leading_group.domain import DECIDER, Group, SetGroup


class GroupCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def set(self, context: CommandContext, command: SetGroup) -> Answered:
        """Say who is in a county's leading group."""

        def body(after: Group | None) -> dict[str, object]:
            assert after is not None, "what was said stands"
            return {"county": after.county, "version": after.version}

        stream = f"leading-group/{command.county}"
        return await self._runtime.path.decide(context, DECIDER, stream, command, lambda d: body(d.after))
