"""Receiving a file: spooled as it arrives, and kept where a command takes it in."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final, TypeVar

from identity.intake.spool import Spool, Upload, check_size
from kernel.http import current_correlation_id
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.values.decider import Decider
from kernel.values.refusals import Refused
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Outcome, decided

CommandT = TypeVar("CommandT")
_ACCEPTED: Final = 202


class Receiving:
    """Takes files of at most ``size_max`` bytes in."""

    def __init__(self, runtime: Runtime, spool: Spool, size_max: int) -> None:
        self._runtime = runtime
        self._spool = spool
        self._size_max = size_max

    async def upload(self, size: int, content: AsyncIterator[bytes]) -> Upload:
        """Spool a file as it arrives; ``size`` is what its sender announces. Raises Refused FEED_FILE_TOO_LARGE."""
        check_size(size, self._size_max)
        return await self._spool.take(content, self._size_max)

    async def take_in(
        self,
        caller: Principal,
        now: datetime,
        decider: Decider[CommandT, Any, Any],
        stream_id: str,
        command: CommandT,
        upload: Upload,
        body: dict[str, str],
        kept_as: str = "",
    ) -> Answered:
        """Decide about an upload, and keep it where it is new: under ``kept_as``, or else the id in ``stream_id``.

        Raises Refused.
        """
        kind, _, file_id = stream_id.partition("/")
        context = CommandContext(
            scope=kind,
            # It has no key of its sender's: what it is and its moment make it unique.
            key=f"{file_id}/{upload.sha256}/{now.isoformat()}",
            request_hash=b"",
            actor=caller.subject,
            now=now,
            correlation_id=current_correlation_id(),
        )

        async def attempt() -> Outcome:
            decision = decided(decider, *await self._runtime.path.standing(decider, stream_id), command)
            if decision.events:
                await self._spool.keep(kept_as or file_id, upload)
            else:
                await self._spool.forget(upload.upload_id)
            return decision.outcome(body, _ACCEPTED)

        try:
            return await self._runtime.path.run(context, attempt)
        except Refused:
            await self._spool.forget(upload.upload_id)
            raise
