"""Persons over HTTP: register, see, look up, and record a death."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import Query

from identity.persons.commands.persons import PersonCommands
from identity.persons.domain.categories import department_of
from identity.persons.domain.lookup import LookupReason
from identity.persons.domain.masking import mask_id_number, mask_name, mask_phone
from identity.persons.domain.person import person_unknown
from identity.persons.domain.resident_id import Sex, check_holder, parse_resident_id
from identity.persons.domain.seeing import SeenFor
from identity.persons.queries.changes import PersonChanged
from identity.persons.queries.direct import DirectChanges
from identity.persons.queries.divisions import DivisionQueries, own_department
from identity.persons.queries.feed_access import FeedAccess, not_in_feed
from identity.persons.queries.personal_fields import Address, CardNumber, IdNumber, Name, Phone
from identity.persons.queries.persons import PersonQueries, PersonRow
from identity.persons.queries.seeing import Looks
from identity.persons.queries.vault import PersonalData, Vault
from kernel.http import IdempotencyKey, Json, RequestBody, Router, Sent, Wire, allow, answer, answered
from kernel.http.fields import DivisionCode
from kernel.security import ROLES_BEYOND_A_TOWNSHIP, Principal, Role
from kernel.values.division_table import check_division


class RegisterPersonBody(RequestBody, frozen=True, kw_only=True):
    """A person as the ID card shows them. ``county`` is that of the household registration.

    ``another_person`` says that the number's former holder, if there is one, was asked about and is somebody else.
    """

    id_number: IdNumber
    name: Name
    born_on: date
    sex: Sex
    county: DivisionCode
    phone: Phone | None = None
    address: Address | None = None
    card_number: CardNumber | None = None
    another_person: bool = False


class LookupBody(RequestBody, frozen=True):
    """An ID number, and why it is looked up."""

    id_number: IdNumber
    reason: LookupReason


class DeathBody(RequestBody, frozen=True):
    """The day of a death."""

    died_on: date


class PersonFound(Wire, frozen=True):
    """The person who has the ID number; ``former_number`` says that they have another one now."""

    person_id: str
    former_number: bool = False


class PersonAnswer(Wire, frozen=True, kw_only=True):
    """A person. ``masked`` says that personal data are cut short; ``erased`` that nobody can read them any more.

    ``merged_into`` names the record that stands for the person; an ``annulled`` one was registered by error.
    """

    person_id: str
    county: str
    revision: int
    masked: bool
    deceased_on: date | None = None
    merged_into: str | None = None
    annulled: bool = False
    erased: bool = False
    id_number: str | None = None
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    card_number: str | None = None


Registrar = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, by_division=True)]
#: A hospital registers whom no list has yet: the person is pending until a department says more.
Doorkeeper = Annotated[Principal, allow(Role.DEPARTMENT, Role.AGENCY, Role.HOSPITAL, by_division=True)]
Searcher = Annotated[
    Principal,
    allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS, Role.DEPARTMENT, Role.TOWNSHIP, by_division=True),
]
Reader = Annotated[Principal, allow(*ROLES_BEYOND_A_TOWNSHIP)]
WhyAsked = Annotated[LookupReason | None, Query(description="For what the data are looked at")]


class Seeing(msgspec.Struct, frozen=True):
    """What showing a person needs: their data, who may see them whole, and where each look is written down."""

    vault: Vault
    access: FeedAccess
    looks: Looks


def persons(
    commands: PersonCommands,
    queries: PersonQueries,
    seeing: Seeing,
    divisions: DivisionQueries,
    direct: DirectChanges,
) -> Router:
    """The routes of /v1/persons."""
    router = Router(prefix="/v1/persons", tags=["persons"])

    @router.post("", status_code=201)
    async def register(
        caller: Doorkeeper, command: Sent[RegisterPersonBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Register a person; the ID number must agree with the birth date and the sex.

        A hospital registers a patient at its door whom no list has yet, with or without a poverty handbook. That gives
        no benefit: it needs a department's word, and settlement's door says NO_MEMBERSHIP until then.
        """
        own_department(caller)  # a department that is none may not write
        caller.must_act_in(command.county)
        check_division(command.county, commands.today.year)
        resident_id = parse_resident_id(command.id_number, today=commands.today)
        check_holder(resident_id, born_on=command.born_on, sex=command.sex)
        data = PersonalData(resident_id.number, command.name, command.phone, command.address, command.card_number)
        return answered(
            await commands.register(
                caller, key, command.county, resident_id, data, another_person=command.another_person
            )
        )

    @router.post("/lookup")
    async def look_up(caller: Searcher, command: Sent[LookupBody], key: IdempotencyKey) -> Json[PersonFound]:
        """Find the person who has an ID number. Who asked, and why, is kept for ever."""
        resident_id = parse_resident_id(command.id_number, today=commands.today)
        done = await commands.look_up(caller, key, resident_id, command.reason)
        person_id = msgspec.json.decode(done.body)["person_id"]
        if person_id is None:
            raise person_unknown()
        # Only now, so that a search for people of other counties is written down as well.
        await divisions.must_act_for(caller, person_id)
        return answered(done)

    @router.get("/{person_id}", dependencies=[divisions.guard])
    async def see(person_id: str, caller: Reader, reason: WhyAsked = None) -> Json[PersonAnswer]:
        """See a person: the agency, and departments that hold a membership of theirs, in full; everyone else masked.

        A membership that a department has just claimed opens nothing. Each look in full is written down, with the user.
        """
        row = await queries.known(person_id)
        gone = row.merged_into is not None or row.annulled or row.erased
        # Nothing personal is left under such a record, so whoever knows its id may learn what became of it.
        in_full = not gone and await _sees_in_full(caller, person_id, queries, seeing.access)
        if in_full:
            await seeing.looks.note(caller, SeenFor.RECORD, person_ids=[person_id], reason=reason)
        return answer(_person_answer(row, await seeing.vault.open(person_id), masked=not in_full))

    @router.post("/{person_id}/death", dependencies=[divisions.guard])
    async def record_death(
        person_id: str, caller: Registrar, command: Sent[DeathBody], key: IdempotencyKey
    ) -> Json[PersonChanged]:
        """Record a death; memberships stay as their departments said them."""
        await direct.check(caller, person_id)
        return answered(await commands.record_death(caller, key, person_id, command.died_on))

    return router


async def _sees_in_full(caller: Principal, person_id: str, queries: PersonQueries, access: FeedAccess) -> bool:
    await check_in_feed(caller, person_id, queries)
    if Role.DEPARTMENT in caller.roles:
        return await access.opens(person_id, department_of(caller.organisation))
    return Role.AGENCY in caller.roles and caller.own_hospital is None


async def check_in_feed(caller: Principal, person_id: str, queries: PersonQueries) -> None:
    """Refuse a department that has said nothing of a person: PERSON_NOT_IN_FEED."""
    department = own_department(caller)
    if department is None:
        return
    if not await queries.is_in_feed(person_id, department):
        raise not_in_feed(department)


def _person_answer(row: PersonRow, data: PersonalData | None, *, masked: bool) -> PersonAnswer:
    personal: dict[str, Any] = {} if data is None else msgspec.structs.asdict(data)
    if data is not None and masked:
        personal = {
            "id_number": mask_id_number(data.id_number),
            "name": mask_name(data.name),
            "phone": None if data.phone is None else mask_phone(data.phone),
        }
    return PersonAnswer(**msgspec.structs.asdict(row), masked=masked, **personal)
