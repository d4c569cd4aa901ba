"""Settlements' stories over HTTP: found by whatever name somebody has, told as JSON and as a page to print."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from kernel.http import ErrorCode, Json, Page, PageRequest, Router, Wire, answer, paged, paging, tagged
from kernel.http.fields import NameInPath
from kernel.security import Principal
from onestop.desk.callers import Clerk, Who
from onestop.desk.desk import Desk
from onestop.desk.stories import StoryAnswer, story_answer
from onestop.desk.theirs import as_seen_by
from onestop.found_by import After, FoundSettlement, found_by
from onestop.looks import write_down
from onestop.trace import Story, trace
from onestop.trace_page import STYLE, page_of

CODES: Final = (
    ErrorCode("NOTHING_FOUND", 404, "The name stands for nothing that was settled here"),
    ErrorCode("SETTLEMENT_UNKNOWN", 404, "No such settlement"),
)
Name = Annotated[
    str,
    Query(
        min_length=1,
        max_length=100,
        description="A settlement, stay, person, journal, or a hospital's own number of either",
    ),
]
_PageAfter = Annotated[PageRequest, paging(date, str)]
_STYLE_DIGEST: Final = b64encode(sha256(STYLE.encode()).digest()).decode()
#: The page is one text: it fetches nothing, runs nothing, sends nothing anywhere, and is framed by nobody.
_SAFE: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


class FoundAnswer(Wire, frozen=True, kw_only=True):
    """A settlement that is meant by a name; ``county`` is that of the person whose bill it is."""

    settlement_id: str
    encounter_id: str
    hospital_id: str
    discharged_on: date
    county: str


class Html(Response):
    """A page to print."""

    media_type = "text/html; charset=utf-8"


def router(desk: Desk) -> Router:
    """The routes of /v1/traces: what is told is read, then whether the caller may see it; then the look is kept."""
    traces = Router(prefix="/v1/traces", tags=["traces"])

    async def seen(settlement_id: str, caller: Principal, who: Who) -> tuple[Story, int]:
        story, left_out = as_seen_by(caller, await trace(desk.database, settlement_id))
        settled = story.settlement
        await write_down(desk.database, "trace", [settled.person_id], who, [settled.county])
        return story, left_out

    @traces.get("")
    async def find(caller: Clerk, who: Who, page: _PageAfter, request: Request, name: Name) -> Json[Page[FoundAnswer]]:
        """The settlements that a name stands for, in the caller's divisions, the latest discharge first."""
        after = None if page.after is None else After(*page.after)
        found = await found_by(
            desk.database, name, patterns=caller.division_patterns, after=after, limit=page.limit + 1
        )
        await _kept(desk, who, found[: page.limit])
        lines = [FoundAnswer(**msgspec.structs.asdict(one)) for one in found]
        return tagged(request, paged(lines, page, "discharged_on", "settlement_id"))

    @traces.get("/{settlement_id}")
    async def story(settlement_id: NameInPath, caller: Clerk, who: Who, request: Request) -> Json[StoryAnswer]:
        """A settlement's whole story: its bills by payer and clause, and every step of every service."""
        told, left_out = await seen(settlement_id, caller, who)
        return tagged(request, answer(story_answer(told, left_out)))

    @traces.get("/{settlement_id}/page")
    async def page(settlement_id: NameInPath, caller: Clerk, who: Who, request: Request) -> Html:
        """The story as a page to print, in Chinese."""
        told, left_out = await seen(settlement_id, caller, who)
        return tagged(request, Html(page_of(told, left_out), headers=_SAFE))

    return traces


async def _kept(desk: Desk, who: Who, shown: Sequence[FoundSettlement]) -> None:
    settlements, counties = [one.settlement_id for one in shown], [one.county for one in shown]
    await write_down(desk.database, "trace", settlements, who, counties)
