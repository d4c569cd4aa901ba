"""The service adopts the law that it is configured with, when it starts."""

from kernel.running.requested import Requests
from kernel.running.runtime import Runtime
from kernel.writing.command_context import CommandContext
from law.packs import Pack, PackLibrary
from settlement.policies.domain import DECIDER


class PolicyCommands:
    """The command of the service itself."""

    def __init__(self, runtime: Runtime, library: PackLibrary, requests: Requests) -> None:
        self._runtime = runtime
        self._library = library
        self._requests = requests

    async def adopt(self) -> None:
        """Store every pack that is not in the event store yet; what settles by it can be replayed from there."""
        streams = {f"policy/{pack.digest}": pack for pack in self._library.packs}
        for stream_id, (_, known) in (await self._runtime.store.load_many(list(streams))).items():
            if not known:
                await self._adopt(stream_id, streams[stream_id])

    async def _adopt(self, stream_id: str, pack: Pack) -> None:
        context = CommandContext.of_service("settlement", f"adopt/{pack.digest}", self._requests.clock())
        await self._runtime.path.decide(context, DECIDER, stream_id, pack, lambda _adopted: {"policy": pack.pack_id})
