"""A hospital's file of its day (对明细账, 3202) over HTTP: held against ours, and what differs is kept (0050)."""

import asyncio
from datetime import date
from typing import Annotated, Final

from fastapi import Path
from starlette.requests import Request

from kernel.http import ErrorCode, IdempotencyKey, Json, ProblemError, Router, Wire, upload
from kernel.http.patience import grant
from kernel.values.refusals import check_not_to_come
from kernel.writing.database import administering
from onestop.desk.answers import once
from onestop.desk.callers import WholeClerk
from onestop.desk.desk import YEARS, Desk
from onestop.desk.differences import DESK_MENDS_NOTHING, DifferenceAnswer, mending, told
from onestop.reconcile import kept
from onestop.reconcile.day_file import keep_day, read_day_file

CODES: Final = (
    DESK_MENDS_NOTHING,
    ErrorCode("DAY_FILE_UNREADABLE", 422, "The hospital's file of its day cannot be read"),
    ErrorCode("DATE_IN_FUTURE", 422, "A date is still to come"),
)

#: A hundred thousand lines, which is more than a hospital settles in a day, are half as much.
FILE_BYTES_MAX: Final = 16 * 1024 * 1024
_KINDS: Final = ("text/csv", "text/plain", "text/tab-separated-values")
_COMPARING_SECONDS: Final = 120.0
#: So many differences are in the answer; all are kept, and /v1/differences pages through them.
TOLD_MAX: Final = 500

DayFile = Annotated[bytes, upload(_KINDS, FILE_BYTES_MAX)]
HospitalInPath = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]


class DayAnswer(Wire, frozen=True, kw_only=True):
    """What was settled and taken back here on the day, what the hospital has, and where they differ.

    ``differences`` are at most 500 of ``found``; all of them are at /v1/differences?subject=HOSPITAL/DAY.
    """

    hospital_id: str
    day: date
    ours: int
    theirs: int
    found: int
    differences: tuple[DifferenceAnswer, ...]


def router(desk: Desk) -> Router:
    """The route of /v1/day-files."""
    router = Router(prefix="/v1/day-files", tags=["differences"])

    @router.post("/{hospital_id}/{day}")
    async def compare(
        hospital_id: HospitalInPath,
        day: date,
        _caller: WholeClerk,
        content: DayFile,
        key: IdempotencyKey,
        request: Request,
    ) -> Json[DayAnswer]:
        """Hold a hospital's file of a day (comma or tab, UTF-8 or GB18030) against what was settled at its windows.

        A hospital treats people of every county, and what is compared ends and opens differences of all of them.
        """
        grant(request, _COMPARING_SECONDS)
        check_not_to_come("day", day, desk.today)
        if day.year not in YEARS:
            detail = f"day must lie in the years {YEARS.start} to {YEARS.stop - 1}"
            raise ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": "day"})
        address = mending(desk)
        lines = await asyncio.to_thread(read_day_file, content, f"{hospital_id}/{day}")
        async with administering(address) as session:

            async def compared() -> DayAnswer:
                found = await keep_day(session, hospital_id, day, lines)
                shown = [one.difference_id for one in found.differences[:TOLD_MAX]]
                listed = [told(await kept.one_kept(session, name)) for name in shown]
                counts = {"ours": found.ours, "theirs": found.theirs, "found": len(found.differences)}
                return DayAnswer(hospital_id=hospital_id, day=day, **counts, differences=tuple(listed))

            return await once(session, key, compared)

    return router
