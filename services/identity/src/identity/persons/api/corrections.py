"""Corrections over HTTP: personal data, the ID number, and a death that was recorded wrongly."""

from datetime import date
from typing import Annotated

import msgspec

from identity.persons.api.persons import check_in_feed
from identity.persons.commands.corrections import CorrectionCommands
from identity.persons.domain.corrections import DataCorrectionReason, DeathCorrectionReason
from identity.persons.domain.resident_id import Sex, check_holder, parse_resident_id
from identity.persons.queries.changes import PersonChanged
from identity.persons.queries.direct import DirectChanges
from identity.persons.queries.divisions import DivisionQueries
from identity.persons.queries.personal_fields import Address, CardNumber, IdNumber, Name, Phone
from identity.persons.queries.persons import PersonQueries
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, allow, answered
from kernel.http.fields import Text
from kernel.security import Principal, Role


class PersonalDataBody(RequestBody, frozen=True, kw_only=True):
    """What differs. A field that is left out stays; one that is null is emptied."""

    reason: DataCorrectionReason
    name: Name | msgspec.UnsetType = msgspec.UNSET
    phone: Phone | msgspec.UnsetType | None = msgspec.UNSET
    address: Address | msgspec.UnsetType | None = msgspec.UNSET
    card_number: CardNumber | msgspec.UnsetType | None = msgspec.UNSET


class IdNumberBody(RequestBody, frozen=True):
    """The right number as the ID card shows it; birth date and sex must agree with it."""

    id_number: IdNumber
    born_on: date
    sex: Sex
    reason: DataCorrectionReason


class DeathCorrectionBody(RequestBody, frozen=True):
    """The right day, or none where the person is not dead; ``evidence`` names the paper."""

    reason: DeathCorrectionReason
    evidence: Text
    died_on: date | None = None


Corrector = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY)]
Settler = Annotated[Principal, allow(Role.AGENCY)]


def corrections(
    commands: CorrectionCommands, queries: PersonQueries, divisions: DivisionQueries, direct: DirectChanges
) -> Router:
    """The routes under /v1/persons/{person_id} that correct."""
    router = Router(prefix="/v1/persons/{person_id}", tags=["corrections"], dependencies=[divisions.guard])

    @router.post("/personal-data/correction")
    async def correct_data(
        person_id: str, caller: Corrector, command: Sent[PersonalDataBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Correct name, phone, address or card number; for the agency and departments that feed the person."""
        await _check_may_correct(caller, person_id, queries)
        if command.name is not msgspec.UNSET:
            await direct.check(caller, person_id)
        said = msgspec.structs.asdict(command)
        changes = {name: said[name] for name in said if name != "reason" and said[name] is not msgspec.UNSET}
        return answered(await commands.correct_data(caller, key, person_id, changes, command.reason))

    @router.post("/id-number/correction")
    async def correct_number(
        person_id: str, caller: Corrector, command: Sent[IdNumberBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Correct the ID number; a look-up by the former one still finds the person, and says so."""
        await _check_may_correct(caller, person_id, queries)
        await direct.check(caller, person_id)
        number = parse_resident_id(command.id_number, today=commands.today)
        check_holder(number, born_on=command.born_on, sex=command.sex)
        return answered(await commands.correct_number(caller, key, person_id, number, command.reason))

    @router.post("/death/correction")
    async def correct_death(
        person_id: str, caller: Settler, command: Sent[DeathCorrectionBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Settle on which day a person died, where departments disagree, or that they are alive after all."""
        await direct.check(caller, person_id)
        return answered(
            await commands.correct_death(caller, key, person_id, command.died_on, command.reason, command.evidence)
        )

    return router


async def _check_may_correct(caller: Principal, person_id: str, queries: PersonQueries) -> None:
    await queries.known(person_id)
    await check_in_feed(caller, person_id, queries)
