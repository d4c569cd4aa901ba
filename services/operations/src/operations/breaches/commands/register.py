"""Commands on breaches: by hand, and by whoever looks."""

from datetime import date

from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from law.packs import PackLibrary
from operations.breaches.domain.breach import DECIDER, Breach, BreachCommand
from operations.breaches.domain.kinds import BreachKind, answers_for


def breach_id_of(kind: BreachKind, county: str, about: str) -> str:
    """The name of the breach of one kind about one case."""
    return f"{kind.value}-{county}-{about}"


def party_of(library: PackLibrary, kind: BreachKind, county: str, on: date, first: str = "") -> str:
    """Who answers for a breach by the documents in force at a place; empty where none of them says."""
    duties = tuple(duty for policy in library.candidates(county, on) for duty in policy.file.duties)
    return answers_for(kind, duties, first) or ""


class BreachCommands:
    """One method a command."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def do(self, context: CommandContext, breach_id: str, command: BreachCommand, status: int = 200) -> Answered:
        """Do something about a breach."""

        def body(after: Breach | None) -> dict[str, str]:
            assert after is not None, "what was done stands"
            return {"breach_id": after.breach_id, "status": after.status}

        stream = f"breach/{breach_id}"
        return await self._runtime.path.decide(
            context, DECIDER, stream, command, lambda d: body(d.after), status=status
        )
