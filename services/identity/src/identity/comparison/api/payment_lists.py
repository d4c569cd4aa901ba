"""Payment lists over HTTP: who paid according to the tax or insurance system, as a file; and its receipt by rows."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from identity.comparison.commands.receiving import ListSent, PaymentListHandlers
from identity.comparison.domain.payment_list import list_unknown
from identity.comparison.queries.payment_lists import ListRow, PaymentListQueries, PaymentRow
from identity.intake.readers.files import MEDIA_TYPES
from identity.intake.uploads import announced_size, patiently
from kernel.http import (
    Json,
    Page,
    PageRequest,
    Router,
    Wire,
    Yuan,
    allow,
    answer,
    keyless,
    page_of,
    paging,
    stored_answer,
)
from kernel.http.fields import counties_of
from kernel.http.raw_bodies import media_type_of
from kernel.security import Principal, Role
from kernel.values.refusals import Refused

#: The medical-security agency has the lists of the insurance and the tax system, and compares (003 一(一)).
Sender = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
_ROWS_AT_ONCE: Final = 1_000
MONTH: Final = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class ListAccepted(Wire, frozen=True):
    """The file has arrived whole and waits to be read."""

    list_id: str


class PaymentListAnswer(Wire, frozen=True):
    """A list: what was sent, how far it is, what it came to; ``counts`` where comparisons of area and month use it."""

    list_id: str
    area: str
    month: str
    as_of: datetime
    received_at: datetime
    sent_by: str
    media_type: str
    size: int
    sha256: str
    file_name: str | None
    status: str
    problem: dict[str, Any] | None
    outcomes: dict[str, int] | None
    ended_at: datetime | None
    rows_read: int
    rows_noted: int
    counts: bool


class PaymentAnswer(Wire, frozen=True):
    """What a row came to. Without ``person_id`` nobody here has the number: the sender finds the row in the file."""

    row: int
    outcome: str
    person_id: str | None
    area: str | None
    year: int | None
    paid_on: date | None
    amount_fen: Yuan | None
    name: str | None
    code: str | None
    detail: str | None


def payment_lists(handlers: PaymentListHandlers, queries: PaymentListQueries) -> Router:
    """The routes of /v1/payment-lists."""
    router = Router(prefix="/v1/payment-lists", tags=["comparison"])
    _add_sending(router, handlers)
    _add_reading(router, queries)
    return router


def _add_sending(router: Router, handlers: PaymentListHandlers) -> None:
    @router.put(
        "/{area}/{month}",
        status_code=202,
        dependencies=[keyless("the same file for the same area, month and moment is the same list")],
    )
    async def send_list(
        area: Annotated[str, Path(pattern=r"^[0-9]{6}$", description="The area within which the list is whole")],
        month: Annotated[str, Path(pattern=MONTH, description="The month whose comparison rests on it")],
        caller: Sender,
        request: Request,
        as_of: Annotated[datetime, Query(description="The moment that the list speaks for, with its time zone")],
        file_name: Annotated[str | None, Query(max_length=120)] = None,
    ) -> Json[ListAccepted]:
        """Send a payment list: CSV, NDJSON or XLSX, UTF-8 or GB18030. The newest by ``as_of`` replaces older ones."""
        caller.must_act_in(area)
        if as_of.tzinfo is None:
            raise Refused("FEED_DESCRIPTION_WRONG", "as_of needs its time zone, such as 2019-08-01T08:00:00+08:00")
        sent = ListSent(
            area=area,
            month=month,
            as_of=as_of.astimezone(UTC),
            media_type=media_type_of(request, MEDIA_TYPES),
            file_name=file_name,
        )
        size = announced_size(request)
        done = await handlers.receive(caller, sent, size, patiently(request))
        return stored_answer(done.status, done.body, replayed=done.replayed)


def _add_reading(router: Router, queries: PaymentListQueries) -> None:
    @router.get("")
    async def list_lists(
        caller: Reader,
        page: Annotated[PageRequest, paging(str)],
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$")] = None,
        month: Annotated[str | None, Query(pattern=MONTH)] = None,
    ) -> Json[Page[PaymentListAnswer]]:
        """The lists that were sent, the newest first; those that were replaced stay."""
        after = str(page.after[0]) if page.after else None
        rows = await queries.lists(counties_of(caller, area), month, after, page.limit + 1)
        return answer(page_of([_list(row) for row in rows], page, key=lambda row: (row.list_id,)))

    @router.get("/{list_id}")
    async def get_list(list_id: str, caller: Reader) -> Json[PaymentListAnswer]:
        """One list: how far it is, and what it came to."""
        return answer(_list(await _found(queries, caller, list_id)))

    @router.get("/{list_id}/rows")
    async def list_rows(
        list_id: str,
        caller: Reader,
        page: Annotated[PageRequest, paging(int)],
        outcome: Annotated[str | None, Query(pattern=r"^[A-Z_]{1,20}$", description="Such as REFUSED")] = None,
    ) -> Json[Page[PaymentAnswer]]:
        """The receipt, row by row; strangers who are not marked as poor are only counted."""
        await _found(queries, caller, list_id)
        after = int(page.after[0]) if page.after else 0
        rows = await queries.rows(list_id, after, outcome, page.limit + 1)
        return answer(page_of([_payment(row) for row in rows], page, key=lambda row: (row.row,)))

    @router.get("/{list_id}/receipt.csv")
    async def receipt(list_id: str, caller: Reader) -> StreamingResponse:
        """The whole receipt as a CSV file."""
        await _found(queries, caller, list_id)
        headers = {"Content-Disposition": f'attachment; filename="receipt-{list_id}.csv"'}
        return StreamingResponse(_csv(queries, list_id), media_type="text/csv; charset=utf-8", headers=headers)


async def _csv(queries: PaymentListQueries, list_id: str) -> AsyncIterator[str]:
    yield "\ufeffrow,outcome,person_id,name,code,detail\r\n"
    after = 0
    while rows := await queries.rows(list_id, after, None, _ROWS_AT_ONCE):
        yield "".join(_csv_line(row) for row in rows)
        after = rows[-1].row


def _csv_line(row: PaymentRow) -> str:
    detail = (row.detail or "").replace('"', '""')
    return f'{row.row},{row.outcome},{row.person_id or ""},{row.name or ""},{row.code or ""},"{detail}"\r\n'


async def _found(queries: PaymentListQueries, caller: Principal, list_id: str) -> ListRow:
    found = await queries.one(list_id)
    if found is None:
        raise list_unknown()
    caller.must_act_in(found.area)
    return found


def _list(row: ListRow) -> PaymentListAnswer:
    return PaymentListAnswer(**msgspec.structs.asdict(row))


def _payment(row: PaymentRow) -> PaymentAnswer:
    told = msgspec.structs.asdict(row)
    amount_fen = told.pop("amount_fen")
    return PaymentAnswer(amount_fen=None if amount_fen is None else Yuan(amount_fen), **told)
