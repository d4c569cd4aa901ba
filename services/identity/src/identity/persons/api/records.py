"""Whole records over HTTP: merging two of one person, and annulling one made by error."""

from typing import Annotated

import msgspec

from identity.persons.commands.records import RecordCommands
from identity.persons.domain.annulment import AnnulmentReason
from identity.persons.queries.changes import PersonChanged
from identity.persons.queries.direct import DirectChanges
from identity.persons.queries.divisions import DivisionQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answered
from kernel.http.fields import Text
from kernel.security import Principal, Role

RecordId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class MergeBody(RequestBody, frozen=True, kw_only=True):
    """The other record of the same person. ``keep`` names memberships to keep where one department's contradict."""

    other_id: RecordId
    evidence: Text
    keep: Annotated[list[RecordId], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)


class AnnulmentBody(RequestBody, frozen=True):
    """Why the registration should never have been."""

    reason: AnnulmentReason


class RecordsMergedAnswer(Wire, frozen=True):
    """The surviving record after a merger, with the memberships taken over and those given up on either side."""

    person_id: str
    revision: int
    merged_id: str
    taken: list[str]
    given_up: list[str]


Agency = Annotated[Principal, allow(Role.AGENCY)]


def records(commands: RecordCommands, divisions: DivisionQueries, direct: DirectChanges) -> Router:
    """The routes under /v1/persons/{person_id} about whole records."""
    router = Router(prefix="/v1/persons/{person_id}", tags=["records"], dependencies=[divisions.guard])

    @router.post("/merger")
    async def merge(
        person_id: str, caller: Agency, command: Sent[MergeBody], key: IdempotencyKey
    ) -> Json[RecordsMergedAnswer]:
        """Merge another record of the same person into this one, which survives; the other leads here afterwards.

        Where three people handle changes of either, it is entered.
        """
        await divisions.must_act_for(caller, command.other_id)
        for record in (person_id, command.other_id):
            await direct.check(caller, record)
        return answered(
            await commands.merge(caller, key, person_id, command.other_id, frozenset(command.keep), command.evidence)
        )

    @router.post("/annulment")
    async def annul(
        person_id: str, caller: Agency, command: Sent[AnnulmentBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Take back a registration made by error, on which nothing rests; its ID number is free again."""
        return answered(await commands.annul(caller, key, person_id, command.reason))

    return router
