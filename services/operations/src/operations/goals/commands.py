"""Commands on goals."""

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from operations.goals.domain import DECIDER, DropGoal, Goal, SetGoal


class GoalCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def do(self, context: CommandContext, goal_id: str, command: SetGoal | DropGoal) -> Answered:
        """Set, change or drop a goal."""

        def body(after: Goal | None) -> dict[str, object]:
            assert after is not None, "what was done stands"
            return {"goal_id": after.goal_id, "version": after.version}

        return await self._runtime.path.decide(context, DECIDER, f"goal/{goal_id}", command, lambda d: body(d.after))
