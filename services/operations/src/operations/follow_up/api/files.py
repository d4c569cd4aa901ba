"""Files of illnesses over HTTP: green and red lists, the contracted doctor, visits, what it cost."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Query

from kernel.http import (
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Sent,
    Wire,
    Yuan,
    allow,
    answer,
    answered,
    paged,
    paging,
)
from kernel.http.fields import CountyQuery, Identifier, NameInPath, Text
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import not_found
from law.packs import PackLibrary
from law.packs.rules import FollowUp
from operations.follow_up.commands import FollowUpCommands
from operations.follow_up.domain.file import CloseFile, Contract, IllnessFile, OpenFile, RecordVisit, Zone, zone_of
from operations.follow_up.queries import FollowUpQueries

CODES: Final = (
    ErrorCode("FILE_UNKNOWN", 404, "No such file"),
    ErrorCode("FILE_EXISTS", 409, "The illness has a file"),
    ErrorCode("FILE_CLOSED", 409, "The file is closed"),
    ErrorCode("FILE_WITHOUT_DOCTOR", 409, "Nobody is contracted"),
    ErrorCode("PERSON_UNKNOWN", 404, "No such person"),
)
#: A sample where no document in force has an interval (AMB-L10: four visits a year).
INTERVAL_DAYS: Final = 90

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.DEPARTMENT, by_division=True)]
ZoneFilter = Annotated[str, Query(pattern=r"^(GREEN|RED)?$")]
ByFile = Annotated[PageRequest, paging(str, str)]


class FileBody(RequestBody, frozen=True):
    """Whose illness, by the code of a listed disease or of ICD-10."""

    person_id: Identifier
    illness: Identifier


class ContractBody(RequestBody, frozen=True, kw_only=True):
    """The contracted doctor's account, where, and where the person's own plan lies (一人一策)."""

    doctor: Identifier
    hospital_id: Identifier
    plan: Text | None = None
    on: date


class VisitBody(RequestBody, frozen=True):
    """A visit on a day, and what came of it."""

    on: date
    found: Text


class FileStands(Wire, frozen=True):
    """Where the file stands now."""

    person_id: str
    illness: str
    visits: int


class FileLine(Wire, frozen=True, kw_only=True):
    """A file of a list."""

    person_id: str
    illness: str
    zone: Zone
    doctor: str | None
    hospital_id: str | None
    contracted_on: date | None
    last_visit_on: date | None
    visits: int


class VisitAnswer(Wire, frozen=True):
    """A visit."""

    visited_on: date
    visited_by: str
    found: str


class StayAnswer(Wire, frozen=True, kw_only=True):
    """A bill of the illness."""

    settlement_id: str
    hospital_id: str
    encounter_kind: str
    admitted_on: date | None
    discharged_on: date
    total_fen: Yuan
    patient_pays_fen: Yuan
    revoked: bool


class FileAnswer(Wire, frozen=True, kw_only=True):
    """One illness, one file: contract, plan, visits and bills (the newest 200 of each)."""

    person_id: str
    illness: str
    county: str
    zone: Zone
    opened_on: date
    closed_on: date | None
    doctor: str | None
    hospital_id: str | None
    plan: str | None
    contracted_on: date | None
    visits: tuple[VisitAnswer, ...]
    stays: tuple[StayAnswer, ...]


def files(commands: FollowUpCommands, found: FollowUpQueries, library: PackLibrary, requests: Requests) -> Router:
    """The routes of /v1/illness-files."""
    router = Router(prefix="/v1/illness-files", tags=["follow-up"])

    async def seen(caller: Principal, person_id: str, illness: str) -> IllnessFile:
        file = await found.one_file(person_id, illness)
        if file is None:
            raise not_found("FILE_UNKNOWN", f"there is no file of {illness} of {person_id}", person=person_id)
        caller.must_act_in(file.county)
        return file

    @router.post("", status_code=201)
    async def open_file(caller: Officer, command: Sent[FileBody], key: IdempotencyKey) -> Json[FileStands]:
        """Open the file of an illness; one for each."""
        county = await found.county_of(command.person_id)
        if county is None:
            raise not_found("PERSON_UNKNOWN", f"identity told of nobody {command.person_id}", person=command.person_id)
        caller.must_act_in(county)
        said = OpenFile(command.person_id, command.illness, county, requests.today)
        return answered(await commands.do(requests.by(caller, key), command.person_id, command.illness, said))

    @router.post("/{person_id}/{illness}/contract")
    async def contract(
        person_id: NameInPath, illness: NameInPath, caller: Officer, command: Sent[ContractBody], key: IdempotencyKey
    ) -> Json[FileStands]:
        """Say which doctor is contracted for it."""
        await seen(caller, person_id, illness)
        said = Contract(
            doctor=command.doctor,
            hospital_id=command.hospital_id,
            plan=command.plan,
            on=command.on,
            today=requests.today,
        )
        return answered(await commands.do(requests.by(caller, key), person_id, illness, said))

    @router.post("/{person_id}/{illness}/visits")
    async def visit(
        person_id: NameInPath, illness: NameInPath, caller: Officer, command: Sent[VisitBody], key: IdempotencyKey
    ) -> Json[FileStands]:
        """Write a follow-up visit down."""
        await seen(caller, person_id, illness)
        said = RecordVisit(by=caller.subject, on=command.on, found=command.found, today=requests.today)
        return answered(await commands.do(requests.by(caller, key), person_id, illness, said))

    @router.post("/{person_id}/{illness}/closing")
    async def close(
        person_id: NameInPath, illness: NameInPath, caller: Officer, key: IdempotencyKey
    ) -> Json[FileStands]:
        """Close the file: the illness is over."""
        await seen(caller, person_id, illness)
        return answered(await commands.do(requests.by(caller, key), person_id, illness, CloseFile(requests.today)))

    @router.get("")
    async def list_files(
        caller: Officer, page: ByFile, county: CountyQuery, zone: ZoneFilter = ""
    ) -> Json[Page[FileLine]]:
        """A county's open files of the living: all, or those of the green or the red zone. The look is written down."""
        caller.must_act_in(county)
        await commands.see(county, None, caller.subject, requests.clock())
        today, days = requests.today, interval_of(library, county, requests.today)
        after = ("", "") if page.after is None else (str(page.after[0]), str(page.after[1]))
        rows = await found.files(county, after, zone, today, days, page.limit + 1)
        return paged([_line(row, today, days) for row in rows], page, "person_id", "illness")

    @router.get("/{person_id}/{illness}")
    async def get_file(person_id: NameInPath, illness: NameInPath, caller: Officer) -> Json[FileAnswer]:
        """One file with its visits and bills. The look is written down."""
        file = await seen(caller, person_id, illness)
        await commands.see(file.county, person_id, caller.subject, requests.clock())
        same = ("person_id", "illness", "county", "opened_on", "closed_on", "doctor", "hospital_id", "plan")
        visits, stays = await found.visits(person_id, illness), await found.stays(person_id, illness)
        return answer(
            FileAnswer(
                **{name: getattr(file, name) for name in same},
                contracted_on=file.contracted_on,
                zone=zone_of(file, requests.today, interval_of(library, file.county, requests.today)),
                visits=tuple(VisitAnswer(one.visited_on, one.visited_by, one.found) for one in visits),
                stays=tuple(StayAnswer.of_row(**msgspec.structs.asdict(one)) for one in stays),
            )
        )

    return router


def interval_of(library: PackLibrary, county: str, on: date) -> int:
    """How many days may lie between visits at a place: by its document, or the sample."""
    clocks = (clock for policy in library.candidates(county, on) for clock in policy.file.clocks)
    return next((clock.days for clock in clocks if isinstance(clock, FollowUp)), INTERVAL_DAYS)


def _line(file: IllnessFile, today: date, days: int) -> FileLine:
    same = ("person_id", "illness", "doctor", "hospital_id", "contracted_on", "last_visit_on", "visits")
    return FileLine(**{name: getattr(file, name) for name in same}, zone=zone_of(file, today, days))
