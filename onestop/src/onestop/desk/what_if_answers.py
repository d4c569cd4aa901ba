"""A what-if's answer over HTTP: its rows page by page, or all of it as JSON, a workbook or Parquet."""

import asyncio
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from kernel.http import ErrorCode, Json, Page, Router, Wire, paged, tagged
from kernel.http.amounts import SignedYuan
from kernel.http.patience import grant
from kernel.security import Principal
from kernel.values.refusals import conflict
from kernel.writing.database import SingleConnection, administering
from onestop.desk.asking import WhatIf, WhatIfState, one_what_if
from onestop.desk.callers import Clerk
from onestop.desk.desk import Desk
from onestop.desk.what_if_rows import Numbered, Wanted, rows_of, whole
from onestop.desk.what_ifs import ByNumber, IdInPath, must_see
from onestop.what_if.run import Answer
from onestop.what_if.writing import NoWriterError, write

CODES: Final = (
    ErrorCode("WHAT_IF_UNKNOWN", 404, "No such what-if"),
    ErrorCode("WHAT_IF_NOT_ENDED", 409, "The what-if has no answer"),
    ErrorCode("FORM_NOT_WRITTEN", 409, "Nobody here can write the answer in this form"),
)

CountyFilter = Annotated[str, Query(pattern=r"^([0-9]{6})?$")]
MonthFilter = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2})?$", description="Of the discharge, as 2026-01")]
NameFilter = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]
_WRITING_SECONDS: Final = 120.0
_PIECE: Final = 65_536


class Form(StrEnum):
    """In which form the whole answer is wanted."""

    JSON = "json"
    WORKBOOK = "xlsx"
    PARQUET = "parquet"


_MEDIA: Final = {
    Form.JSON: "application/json",
    Form.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PARQUET: "application/vnd.apache.parquet",
}


class RowAnswer(Wire, frozen=True, kw_only=True):
    """A row: month of the discharge, county, hospital, person group, payer and funds; amounts in yuan."""

    number: int
    month: str
    county: str
    hospital_id: str
    group: str
    payer: str
    funds: str
    settlements: int
    before_fen: SignedYuan
    otherwise_fen: SignedYuan
    difference_fen: SignedYuan


class AnswerFile(StreamingResponse):
    """The whole answer as a file, piece by piece."""

    media_type = "application/octet-stream"


def router(desk: Desk) -> Router:
    """The routes of /v1/what-ifs/{id}/rows and /file."""
    router = Router(prefix="/v1/what-ifs", tags=["what-ifs"])

    @router.get("/{what_if_id}/rows")
    async def list_rows(
        what_if_id: IdInPath,
        caller: Clerk,
        page: ByNumber,
        request: Request,
        county: CountyFilter = "",
        hospital: NameFilter = "",
        month: MonthFilter = "",
        payer: NameFilter = "",
        group: NameFilter = "",
        fund: NameFilter = "",
    ) -> Json[Page[RowAnswer]]:
        """An answer's rows in their order: by month, county, hospital, person group and payer."""
        wanted = Wanted(county=county, hospital=hospital, month=month, payer=payer, group=group, fund=fund)
        after = 0 if page.after is None else page.after[0]
        async with administering(desk.database) as session:
            await _ended(session, caller, what_if_id)
            found = await rows_of(session, what_if_id, wanted, after=after, limit=page.limit + 1)
        return tagged(request, paged([_told(one) for one in found], page, "number"))

    @router.get("/{what_if_id}/file")
    async def get_file(
        what_if_id: IdInPath, caller: Clerk, request: Request, form: Annotated[Form, Query()] = Form.WORKBOOK
    ) -> AnswerFile:
        """The whole answer; amounts are in fen in JSON and Parquet, in yuan in the workbook."""
        grant(request, _WRITING_SECONDS)
        async with administering(desk.database) as session:
            found = await whole(session, await _ended(session, caller, what_if_id))
        try:
            content = await asyncio.to_thread(_written, found, form)
        except NoWriterError as error:
            raise conflict("FORM_NOT_WRITTEN", str(error), form=form.value) from error
        named = {"Content-Disposition": f'attachment; filename="what-if-{what_if_id}.{form.value}"'}
        return AnswerFile(_pieces(content), headers=named, media_type=_MEDIA[form])

    return router


async def _ended(session: SingleConnection, caller: Principal, what_if_id: int) -> WhatIf:
    one = await one_what_if(session, what_if_id)
    must_see(caller, one)
    if one.state is not WhatIfState.ENDED:
        why = f" ({one.code}: {one.detail})" if one.code else ""
        raise conflict("WHAT_IF_NOT_ENDED", f"what-if {what_if_id} is {one.state} and has no answer{why}")
    return one


def _written(found: Answer, form: Form) -> bytes:
    with TemporaryDirectory(prefix="onestop-what-if-") as folder:
        path = FilePath(folder) / f"answer.{form.value}"
        write(found, path)
        return path.read_bytes()


def _pieces(content: bytes) -> Iterator[bytes]:
    file = BytesIO(content)
    while piece := file.read(_PIECE):
        yield piece


def _told(one: Numbered) -> RowAnswer:
    row = one.row
    return RowAnswer(
        number=one.number,
        month=row.month,
        county=row.county,
        hospital_id=row.hospital_id,
        group=row.group,
        payer=row.payer,
        funds=row.funds,
        settlements=row.settlements,
        before_fen=SignedYuan(row.before_fen),
        otherwise_fen=SignedYuan(row.otherwise_fen),
        difference_fen=SignedYuan(row.difference_fen),
    )
