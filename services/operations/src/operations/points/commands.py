"""Commands on service points."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from operations.points.domain import DECIDER, ClosePoint, Point, SetPoint


class PointCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def do(self, context: CommandContext, point_id: str, command: SetPoint | ClosePoint) -> Answered:
        """Enter, change or close a service point."""

        def body(after: Point | None) -> dict[str, object]:
            assert after is not None, "what was done stands"
            return {"point_id": after.point_id, "version": after.version}

        return await self._runtime.path.decide(context, DECIDER, f"point/{point_id}", command, lambda d: body(d.after))
