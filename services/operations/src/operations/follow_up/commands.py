"""Commands on files of illnesses and on who is responsible for whom."""

from datetime import datetime
from uuid import uuid4

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from operations.follow_up.domain import file as files
from operations.follow_up.domain import responsible, seen


class FollowUpCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def do(self, context: CommandContext, person_id: str, illness: str, command: files.FileCommand) -> Answered:
        """Open, contract, visit or close."""

        def body(after: files.IllnessFile | None) -> dict[str, object]:
            assert after is not None, "what was done stands"
            return {"person_id": after.person_id, "illness": after.illness, "visits": after.visits}

        stream = f"file/{person_id}/{illness}"
        return await self._runtime.path.decide(
            context,
            files.DECIDER,
            stream,
            command,
            lambda d: body(d.after),
            status=201 if isinstance(command, files.OpenFile) else 200,
        )

    async def assign(self, context: CommandContext, command: responsible.Assign) -> Answered:
        """Say who is responsible for a person."""

        def body(after: responsible.Responsible | None) -> dict[str, object]:
            return {"person_id": command.person_id, "holders": after.holders if after else {}}

        stream = f"responsible/{command.person_id}"
        return await self._runtime.path.decide(context, responsible.DECIDER, stream, command, lambda d: body(d.after))

    async def see(self, county: str, person_id: str | None, by: str, now: datetime) -> None:
        """Write down that somebody looks at files."""
        look = str(uuid4())
        context = CommandContext.of_service("operations", f"look/{look}", now)
        command = seen.See(county=county, person_id=person_id, by=by, today=context.today)
        await self._runtime.path.decide(context, seen.DECIDER, f"file-look/{look}", command, lambda _d: None, new=True)
