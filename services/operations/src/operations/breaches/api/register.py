"""The register of breaches over HTTP (001 三(三) 追责问责)."""

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request

from kernel.http import (
    ById,
    ErrorCode,
    IdempotencyKey,
    Json,
    Page,
    RequestBody,
    Router,
    Sent,
    Wire,
    allow,
    answer,
    answered,
    keyless,
    paged,
    tagged,
)
from kernel.http.fields import CountyFilter, DivisionCode, Identifier, NameInPath, Text, after_of, counties_of
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from kernel.values.refusals import Refused, not_found
from law.packs import PackLibrary
from operations.breaches.commands.register import BreachCommands, breach_id_of, party_of
from operations.breaches.commands.watching import ClockWatch
from operations.breaches.domain.breach import Breach, CloseBreach, IssueNotice, OpenBreach, Status, WithdrawBreach
from operations.breaches.domain.kinds import RULES, BreachKind
from operations.breaches.queries import BreachQueries

CODES: Final = (
    ErrorCode("BREACH_UNKNOWN", 404, "No such breach"),
    ErrorCode("BREACH_EXISTS", 409, "There is a breach of this kind about this case"),
    ErrorCode("BREACH_NOT_IN_STATE", 409, "The breach is in another state"),
    ErrorCode("BREACH_SAME_PERSON", 409, "Whoever opened it does not withdraw it"),
    ErrorCode("BREACH_PARTY_MISSING", 422, "It is not said who answers for it"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
)

Officer = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
Whole = Annotated[Principal, allow(Role.OPERATIONS, by_division=True)]
Reader = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, Role.FINANCE, Role.DEPARTMENT, by_division=True)]
KindFilter = Annotated[str, Query(max_length=40, pattern=r"^[A-Z_0-9]*$")]
StatusFilter = Annotated[str, Query(pattern=r"^(OPEN|NOTICED|CLOSED|WITHDRAWN)?$")]
PartyFilter = Annotated[str, Query(max_length=60)]
Evidence = Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=50)]
Party = Annotated[str, msgspec.Meta(max_length=60)]


class BreachBody(RequestBody, frozen=True, kw_only=True):
    """A breach about one case. Without ``party`` it is who has the duty by the place's documents.

    ``evidence`` are ids of events, journals or settlements that show it.
    """

    kind: BreachKind
    county: DivisionCode
    about: Identifier
    why: Text
    party: Party = ""
    evidence: Evidence = ()


class NoticeBody(RequestBody, frozen=True):
    """The number of the document that gives notice (通报文号), and its day."""

    reference: Text
    on: date


class BecauseBody(RequestBody, frozen=True):
    """What was done to put it right, or why it was none."""

    because: Text


class BreachStands(Wire, frozen=True):
    """Where the breach stands now."""

    breach_id: str
    status: str


class Looked(Wire, frozen=True):
    """How many clocks are about to break, and how many have passed and nothing was done."""

    about: int
    late: int


class BreachAnswer(Wire, frozen=True, kw_only=True):
    """A breach: what, where, who answers for it, what shows it, and what became of it."""

    breach_id: str
    kind: BreachKind
    title: str
    clause: str
    county: str
    party: str
    about: str
    why: str
    evidence: tuple[str, ...]
    status: Status
    opened_on: date
    opened_by: str
    due_on: date | None
    notice: str | None
    noticed_on: date | None
    closed_on: date | None
    closed_because: str | None


def breaches(
    commands: BreachCommands, found: BreachQueries, watch: ClockWatch, library: PackLibrary, requests: Requests
) -> Router:
    """The routes of /v1/breaches."""
    router = Router(prefix="/v1/breaches", tags=["breaches"])

    async def seen(caller: Principal, breach_id: str) -> Breach:
        breach = await found.one_breach(breach_id)
        if breach is None:
            raise not_found("BREACH_UNKNOWN", f"there is no breach {breach_id}", breach=breach_id)
        caller.must_act_in(breach.county)
        return breach

    @router.post("", status_code=201)
    async def open_breach(caller: Officer, command: Sent[BreachBody], key: IdempotencyKey) -> Json[BreachStands]:
        """Open a breach; one of a kind about one case."""
        caller.must_act_in(command.county)
        opened = _opened(command, library, caller.subject, requests.today)
        return answered(await commands.do(requests.by(caller, key), opened.breach_id, OpenBreach(opened), status=201))

    @router.post("/{breach_id}/notice")
    async def give_notice(
        breach_id: NameInPath, caller: Officer, command: Sent[NoticeBody], key: IdempotencyKey
    ) -> Json[BreachStands]:
        """Say by which document notice was given of it."""
        await seen(caller, breach_id)
        said = IssueNotice(command.reference, command.on, requests.today)
        return answered(await commands.do(requests.by(caller, key), breach_id, said))

    @router.post("/{breach_id}/closure")
    async def close(
        breach_id: NameInPath, caller: Officer, command: Sent[BecauseBody], key: IdempotencyKey
    ) -> Json[BreachStands]:
        """Close it: it was put right (整改)."""
        await seen(caller, breach_id)
        said = CloseBreach(command.because, requests.today)
        return answered(await commands.do(requests.by(caller, key), breach_id, said))

    @router.post("/{breach_id}/withdrawal")
    async def withdraw(
        breach_id: NameInPath, caller: Officer, command: Sent[BecauseBody], key: IdempotencyKey
    ) -> Json[BreachStands]:
        """Withdraw it: it was none. Another person than who opened it."""
        await seen(caller, breach_id)
        said = WithdrawBreach(command.because, caller.subject, requests.today)
        return answered(await commands.do(requests.by(caller, key), breach_id, said))

    @router.post("/look", dependencies=[keyless("it opens what is not open yet, however often it is asked")])
    async def look(caller: Whole) -> Json[Looked]:
        """Look now which clocks have passed, and open a breach for each; otherwise it is done every ten minutes."""
        counts = await watch.look(caller.division_patterns)
        return answer(Looked(about=counts["ABOUT"], late=counts["LATE"]))

    @router.get("")
    async def list_breaches(
        caller: Reader,
        page: ById,
        request: Request,
        county: CountyFilter = "",
        kind: KindFilter = "",
        status: StatusFilter = "",
        party: PartyFilter = "",
    ) -> Json[Page[BreachAnswer]]:
        """Breaches in the order of their ids."""
        patterns = counties_of(caller, county or None)
        rows = await found.breaches(patterns, after_of(page), kind, status, party, page.limit + 1)
        return tagged(request, paged([_told(row) for row in rows], page, "breach_id"))

    @router.get("/{breach_id}")
    async def get_breach(breach_id: NameInPath, caller: Reader, request: Request) -> Json[BreachAnswer]:
        """One breach."""
        return tagged(request, answer(_told(await seen(caller, breach_id))))

    return router


def _opened(body: BreachBody, library: PackLibrary, by: str, today: date) -> Breach:
    party = body.party or party_of(library, body.kind, body.county, today)
    if not party:
        detail = f"no duty at {body.county} says who answers for {body.kind}; name the party"
        raise Refused("BREACH_PARTY_MISSING", detail, about={"kind": body.kind.value})
    return Breach(
        breach_id=breach_id_of(body.kind, body.county, body.about),
        kind=body.kind,
        county=body.county,
        party=party,
        about=body.about,
        why=body.why,
        evidence=body.evidence,
        status="OPEN",
        opened_on=today,
        opened_by=by,
    )


def _told(breach: Breach) -> BreachAnswer:
    rule = RULES[breach.kind]
    same = {name: getattr(breach, name) for name in breach.__struct_fields__}
    return BreachAnswer(**same, title=rule.title, clause=rule.clause)
