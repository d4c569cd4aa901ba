"""Differences between services over HTTP: what is kept of them, and their repair by two people (0050)."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Path, Query
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
    answer,
    paged,
    tagged,
)
from kernel.http.fields import Text, after_of
from kernel.http.patience import grant
from kernel.values.refusals import conflict
from kernel.writing.database import administering
from onestop.desk.answers import once
from onestop.desk.callers import WholeClerk
from onestop.desk.desk import Desk
from onestop.reconcile import kept
from onestop.reconcile.difference import ByHand, State
from onestop.reconcile.repairing import release_and_mend

DESK_MENDS_NOTHING: Final = ErrorCode("DESK_MENDS_NOTHING", 409, "The desk was not given what changes the database")
CODES: Final = (
    ErrorCode("DIFFERENCE_UNKNOWN", 404, "No such difference"),
    ErrorCode("PROPOSED_BY_CALLER", 403, "Whoever proposed the repair does not release it"),
    ErrorCode("NOT_PROPOSED", 409, "Nobody has proposed the difference's repair"),
    ErrorCode("DIFFERENCE_ENDED", 409, "A later run did not find the difference any more"),
    ErrorCode("SERVICE_BUSY", 409, "What the repair needs is held by somebody else"),
    DESK_MENDS_NOTHING,
)

InPath = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]
StateFilter = Annotated[
    str, Query(pattern=r"^(OPEN|PROPOSED|RELEASED|MENDED|ANY)?$", description="If not said: all but MENDED")
]
KindFilter = Annotated[str, Query(max_length=60, pattern=r"^[A-Z_0-9]*$")]
OwnerFilter = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$", description="A service or hospital")]
SubjectFilter = Annotated[str, Query(max_length=200, description="How the subject begins, such as a hospital's id")]
#: A repair may have to make an account of many years anew.
_MENDING_SECONDS: Final = 120.0


class Because(RequestBody, frozen=True):
    """What was looked at, and why this repair is right; kept."""

    because: Text


class DifferenceAnswer(Wire, frozen=True, kw_only=True):
    """A difference: its class, whose it is, what mends it, and how far that has come. ``pair`` is what was compared."""

    difference_id: str
    pair: str
    kind: str
    subject: str
    owner: str
    says: str
    command: str
    by_hand: bool
    state: State
    found_at: datetime
    seen_at: datetime
    proposed_by: str | None
    because: str | None
    released_by: str | None
    ended_at: datetime | None


class Proposed(Wire, frozen=True, kw_only=True):
    """The difference with the proposal; another person releases it."""

    difference_id: str
    state: State
    proposed_by: str


class Released(Wire, frozen=True, kw_only=True):
    """What the repair did, and ``then`` what follows by hand; whether it helped the next run says."""

    difference_id: str
    state: State
    released_by: str
    done: str
    then: str


class CountAnswer(Wire, frozen=True, kw_only=True):
    """How many differences of a class and owner are not mended, and since when the oldest."""

    kind: str
    owner: str
    count: int
    oldest_at: datetime


class Counts(Wire, frozen=True, kw_only=True):
    """All that is not mended, by class and owner, and when the last run of all services ended."""

    counts: tuple[CountAnswer, ...]
    ended_at: datetime | None


def router(desk: Desk) -> Router:
    """The routes of /v1/differences."""
    router = Router(prefix="/v1/differences", tags=["differences"])

    @router.get("")
    async def list_differences(
        _caller: WholeClerk,
        page: ById,
        request: Request,
        state: StateFilter = "",
        kind: KindFilter = "",
        owner: OwnerFilter = "",
        subject: SubjectFilter = "",
    ) -> Json[Page[DifferenceAnswer]]:
        """Differences, the oldest first; without a state those that are not mended."""
        asked = kept.Asked(states=_states(state), kind=kind, owner=owner, subject=subject)
        async with administering(desk.database) as session:
            found = await kept.listed(session, asked, after=after_of(page), limit=page.limit + 1)
        return tagged(request, paged([told(one) for one in found], page, "difference_id"))

    @router.get("/counts")
    async def count(_caller: WholeClerk, request: Request) -> Json[Counts]:
        """How many of which class and owner are not mended."""
        async with administering(desk.database) as session:
            standing = await kept.standing(session)
        counts = tuple(
            CountAnswer(kind=one.kind, owner=one.owner, count=one.count, oldest_at=one.oldest_at)
            for one in standing.counts
        )
        return tagged(request, answer(Counts(counts=counts, ended_at=standing.ended_at)))

    @router.get("/{difference_id}")
    async def get_difference(difference_id: InPath, _caller: WholeClerk, request: Request) -> Json[DifferenceAnswer]:
        """One difference."""
        async with administering(desk.database) as session:
            return tagged(request, answer(told(await kept.one_kept(session, difference_id))))

    @router.post("/{difference_id}/proposal")
    async def propose(
        difference_id: InPath, caller: WholeClerk, command: Sent[Because], key: IdempotencyKey
    ) -> Json[Proposed]:
        """Propose its repair; another person releases it."""
        async with administering(desk.database) as session:

            async def proposed() -> Proposed:
                await kept.propose(session, difference_id, caller.subject, command.because)
                return Proposed(difference_id=difference_id, state=State.PROPOSED, proposed_by=caller.subject)

            return await once(session, key, proposed)

    @router.post("/{difference_id}/release")
    async def release(
        difference_id: InPath, caller: WholeClerk, key: IdempotencyKey, request: Request
    ) -> Json[Released]:
        """Release its repair, which is done at once, all or nothing; another person than who proposed it."""
        grant(request, _MENDING_SECONDS)
        async with administering(mending(desk)) as session:

            async def released() -> Released:
                done, command = await release_and_mend(session, difference_id, caller.subject)
                then = command.partition("; ")[2] if command.startswith("onestop reconcile release") else ""
                said = {"difference_id": difference_id, "released_by": caller.subject}
                return Released(**said, state=State.RELEASED, done=done, then=then)

            return await once(session, key, released)

    return router


def mending(desk: Desk) -> str:
    """The address with which the desk changes the database; raises Refused DESK_MENDS_NOTHING where it has none."""
    if desk.mending is None:
        said = "this desk only reads: do it with `onestop reconcile`, or set ONESTOP_ADMIN_DATABASE_URL for the desk"
        raise conflict("DESK_MENDS_NOTHING", said)
    return desk.mending


def told(one: kept.Kept) -> DifferenceAnswer:
    """A difference as it is told; its age is left to whoever reads, so that the same answer has the same ETag."""
    same = {name: getattr(one, name) for name in DifferenceAnswer.__struct_fields__ if hasattr(one, name)}
    return DifferenceAnswer(**same, by_hand=isinstance(one.repair, ByHand))


def _states(state: str) -> frozenset[State]:
    if not state:
        return kept.NOT_MENDED
    return kept.ANY_STATE if state == "ANY" else frozenset({State(state)})
