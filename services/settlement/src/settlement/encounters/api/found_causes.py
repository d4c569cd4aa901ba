"""Found causes over HTTP: the agency says what a bill was for, such as an accident that others answer for."""

from typing import Annotated

import msgspec

from kernel.http import IdempotencyKey, Json, Router, Sent, Wire, allow, answered, of_division
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.encounters.api.bodies import FoundCauseBody
from settlement.encounters.commands.found_causes import FoundCauseCommands
from settlement.encounters.domain.commands import FindCause
from settlement.encounters.queries.encounters import EncounterQueries

Agency = Annotated[Principal, allow(Role.AGENCY, by_division=True)]


class CauseKnown(Wire, frozen=True):
    """The cause as it is known now; ``reviewed`` says that the bill is settled, so that a difference is a review."""

    encounter_id: str
    cause: str
    reviewed: bool


def found_causes(commands: FoundCauseCommands, queries: EncounterQueries, requests: Requests) -> Router:
    """The route of /v1/encounters/{encounter_id}/found-cause."""
    of_encounter = of_division("encounter_id", queries.county_of_encounter)
    router = Router(prefix="/v1/encounters", tags=["encounters"], dependencies=[of_encounter])

    @router.post("/{encounter_id}/found-cause", status_code=201)
    async def find_cause(
        encounter_id: str, caller: Agency, command: Sent[FoundCauseBody], key: IdempotencyKey
    ) -> Json[CauseKnown]:
        """Say what a bill was for, before or after settlement: an accident that others answer for, a court's ruling.

        What was found last counts. A settled bill that comes out otherwise with it becomes a review item.
        """
        context, told = requests.by(caller, key), msgspec.structs.asdict(command)
        excluded = None if command.excluded_fen is None else int(command.excluded_fen)
        told |= {"excluded_fen": excluded, "excluded_compliant_fen": int(command.excluded_compliant_fen or 0)}
        return answered(await commands.find(context, encounter_id, FindCause(**told, today=context.today)))

    return router
