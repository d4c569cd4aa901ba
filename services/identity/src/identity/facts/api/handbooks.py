"""Handbooks over HTTP: a hospital shows a number and learns whether it is the person's, and nothing else."""

from datetime import date
from typing import Annotated

from identity.facts.commands.handbooks import HandbookCommands
from identity.facts.domain.handbook import HandbookResult
from identity.facts.queries.telling import HandbookNumber
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answered
from kernel.security import Principal, Role


class HandbookCheckBody(RequestBody, frozen=True):
    """A handbook that was shown for a person."""

    person_id: str
    number: HandbookNumber


class HandbookCheckAnswer(Wire, frozen=True):
    """What the handbook says. The admission names ``handbook_check_id``."""

    handbook_check_id: str
    person_id: str
    result: HandbookResult
    checked_on: date


Hospital = Annotated[Principal, allow(Role.HOSPITAL)]


def handbooks(commands: HandbookCommands) -> Router:
    """The route of /v1/handbook-checks."""
    router = Router(prefix="/v1/handbook-checks", tags=["handbooks"])

    @router.post("", status_code=201)
    async def check_handbook(
        caller: Hospital, command: Sent[HandbookCheckBody], key: IdempotencyKey
    ) -> Json[HandbookCheckAnswer]:
        """Check a poverty handbook at the door; who asked is written down, the number is not."""
        return answered(await commands.check(caller, key, command.person_id, command.number))

    return router
