"""Catalogue exceptions over HTTP: departments approve cost outside the catalogue above the limit."""

from typing import Annotated

from kernel.http import IdempotencyKey, Json, Router, Sent, Wire, allow, answered, of_division
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.encounters.api.bodies import ExceptionBody
from settlement.encounters.commands.catalogue_exceptions import CatalogueExceptionCommands
from settlement.encounters.queries.encounters import EncounterQueries

Approver = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY)]


class ExceptionApproved(Wire, frozen=True):
    """The departments that have approved by now; the document in force says how many it takes."""

    encounter_id: str
    approved_by: tuple[str, ...]


def catalogue_exceptions(commands: CatalogueExceptionCommands, queries: EncounterQueries, requests: Requests) -> Router:
    """The route of /v1/encounters/{encounter_id}/catalogue-exception."""
    of_encounter = of_division("encounter_id", queries.county_of_encounter)
    router = Router(prefix="/v1/encounters", tags=["encounters"], dependencies=[of_encounter])

    @router.post("/{encounter_id}/catalogue-exception", status_code=201)
    async def approve_exception(
        encounter_id: str, caller: Approver, command: Sent[ExceptionBody], key: IdempotencyKey
    ) -> Json[ExceptionApproved]:
        """Approve the exception for the caller's department, before or after settlement; a settled bill that comes
        out otherwise with it becomes a review item."""
        context, department = requests.by(caller, key), department_of(caller)
        return answered(
            await commands.approve(context, department, encounter_id, command.approved_on, command.evidence)
        )

    return router


def department_of(caller: Principal) -> str:
    """The department that a caller approves for: an agency for medical security, else the one the token names."""
    if Role.DEPARTMENT in caller.roles:
        assert caller.organisation is not None, "a department's token names the department"
        return caller.organisation.replace("-", "_")
    return "medical_security"
