"""Looks at personal data: written down before anything is shown, and listed for whoever oversees privacy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from identity.persons.domain.lookup import LookupReason
from identity.persons.domain.seeing import DataSeen, SeenFor
from kernel.http import Wire, current_correlation_id
from kernel.running.clock import Clock
from kernel.running.runtime import Runtime
from kernel.security import Principal
from kernel.writing.command_context import CommandContext
from kernel.writing.decision import Outcome
from kernel.writing.event_store import Stream, StreamAppend
from kernel.writing.reads import Reads

_SHOWN: Final = "look_id, seen_by, organisation, roles, seen_for, reason, batch_id, seen_at"
# $2 is the last one shown; its moment is looked up, so that a cursor needs no time that could be malformed.
_AFTER: Final = """
($2 = '' OR (seen_at, look_id) < ((SELECT seen_at FROM data_looks WHERE look_id = $2), $2))
ORDER BY seen_at DESC, look_id DESC LIMIT $3
"""
_OF_PERSON_SQL: Final = f"SELECT {_SHOWN} FROM data_looks WHERE person_ids @> ARRAY[$1] AND {_AFTER}"
_OF_BATCH_SQL: Final = f"SELECT {_SHOWN} FROM data_looks WHERE batch_id = $1 AND {_AFTER}"


class LookAnswer(Wire, frozen=True, kw_only=True):
    """A look at personal data: which user of which organisation, at what, and for what."""

    look_id: str
    seen_by: str
    organisation: str | None
    roles: list[str]
    seen_for: str
    reason: str | None
    batch_id: str | None
    seen_at: datetime


class Looks(Reads):
    """Writes looks down, and reads them back; each answer is bounded."""

    def __init__(self, runtime: Runtime, clock: Clock) -> None:
        super().__init__(runtime)
        self._path_of = runtime
        self._clock = clock

    async def note(
        self,
        caller: Principal,
        seen_for: SeenFor,
        *,
        person_ids: Sequence[str] = (),
        batch_id: str | None = None,
        reason: LookupReason | None = None,
    ) -> None:
        """Write down that a caller is about to see personal data; where that fails, nothing may be shown."""
        seen = DataSeen(
            look_id=str(uuid4()),
            seen_by=caller.subject,
            organisation=caller.organisation,
            roles=tuple(sorted(role.value for role in caller.roles)),
            seen_for=seen_for,
            reason=reason,
            person_ids=tuple(person_ids),
            batch_id=batch_id,
        )
        context = CommandContext(
            scope="looks",
            key=seen.look_id,
            request_hash=b"",
            actor=caller.subject,
            now=self._clock(),
            correlation_id=current_correlation_id(),
        )
        append = StreamAppend(Stream(f"look/{seen.look_id}"), (seen,))

        async def attempt() -> Outcome:
            return Outcome((append,), {})

        await self._path_of.path.run(context, attempt)

    async def of_person(self, person_id: str, *, after: str, limit: int) -> list[LookAnswer]:
        """The looks at a person's data, the newest first."""
        return await self.many(LookAnswer, _OF_PERSON_SQL, person_id, after, limit)

    async def of_batch(self, batch_id: str, *, after: str, limit: int) -> list[LookAnswer]:
        """The looks at the people of a batch, the newest first."""
        return await self.many(LookAnswer, _OF_BATCH_SQL, batch_id, after, limit)
