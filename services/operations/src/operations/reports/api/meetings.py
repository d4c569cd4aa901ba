"""The papers of a joint meeting over HTTP: which lie ready, and all of them as one workbook (002 四(一))."""

import asyncio
from datetime import date
from io import BytesIO
from typing import Annotated, Final

from fastapi import Path
from starlette.requests import Request

from kernel.http import Json, Router, Wire, Workbook, allow, answer
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from operations.periods.domain import PERIOD_PATTERN, period
from operations.reports.api.answers import pieces, token_of
from operations.reports.api.workbook import write_pack
from operations.reports.commands.making import ReportCommands
from operations.reports.domain.asked import KINDS, MEETING_PACK, Asked

Maker = Annotated[Principal, allow(Role.OPERATIONS, Role.AGENCY, by_division=True)]
AreaInPath = Annotated[str, Path(pattern=r"^[0-9]{6}$")]
PeriodInPath = Annotated[str, Path(pattern=PERIOD_PATTERN)]
#: What the pages of the workbook are called.
_PAGES: Final = {
    "meeting-units": "成员单位",
    "meeting-problems": "问题清单",
    "meeting-next": "下一步工作",
    "summary": "汇总表",
}


class PaperAnswer(Wire, frozen=True, kw_only=True):
    """A paper of the meeting, and whether it was made: with POST /v1/reports, under this name."""

    report: str
    title: str
    version: int | None
    made_on: date | None


class PackAnswer(Wire, frozen=True, kw_only=True):
    """The papers of a meeting in their order; ``ready`` once all were made."""

    area: str
    period: str
    ready: bool
    papers: tuple[PaperAnswer, ...]


def meetings(commands: ReportCommands, requests: Requests) -> Router:
    """The routes of /v1/meeting-packs."""
    router = Router(prefix="/v1/meeting-packs", tags=["reports"])

    def asked_for(caller: Principal, area: str, of: str) -> list[Asked]:
        caller.must_act_in(area)
        return [Asked(report=report, area=area, period=period(of)) for report in MEETING_PACK]

    @router.get("/{area}/{of}")
    async def get_pack(area: AreaInPath, of: PeriodInPath, caller: Maker) -> Json[PackAnswer]:
        """Which papers the meeting about a quarter (or an extra meeting about a month) has on the table."""
        papers = [await _paper(commands, asked) for asked in asked_for(caller, area, of)]
        ready = all(paper.version is not None for paper in papers)
        return answer(PackAnswer(area=area, period=of, ready=ready, papers=tuple(papers)))

    @router.get("/{area}/{of}/workbook")
    async def get_workbook(area: AreaInPath, of: PeriodInPath, caller: Maker, request: Request) -> Workbook:
        """All papers as one workbook, each on its page; refused while one was not made. The looks are recorded."""
        now, sheets = requests.clock(), []
        for asked in asked_for(caller, area, of):
            sheet = await commands.read(asked, caller.subject, now, token_of(request))
            made = await commands.made(asked)
            sheets.append((_PAGES[asked.report], sheet, made.version if made else 1))
        file = BytesIO()
        await asyncio.to_thread(write_pack, sheets, file)
        name = f"meeting-{area}-{of}.xlsx"
        return Workbook(pieces(file), headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return router


async def _paper(commands: ReportCommands, asked: Asked) -> PaperAnswer:
    made = await commands.made(asked)
    return PaperAnswer(
        report=asked.report,
        title=KINDS[asked.report].title,
        version=made.version if made else None,
        made_on=made.made_on if made else None,
    )
