"""Payment lists over HTTP: who paid according to the tax or insurance system, as a file; and its receipt by rows."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Path, Query
from starlette.requests import Request

from identity.comparison.commands.payment_lists import PaymentListCommands
from identity.comparison.domain.payment_list import ListSent, list_unknown
from identity.comparison.queries.payment_lists import PaymentAnswer, PaymentListAnswer, PaymentListQueries
from identity.intake.api import announced_size, moment_of, patiently, receipt_csv
from identity.intake.readers.kinds import MEDIA_TYPES
from kernel.http import (
    ById,
    CsvLines,
    Json,
    Page,
    PageRequest,
    Router,
    Wire,
    allow,
    answer,
    answered,
    keyless,
    paged,
    paging,
)
from kernel.http.fields import counties_of
from kernel.http.raw_bodies import media_type_of
from kernel.security import Principal, Role

#: The medical-security agency has the lists of the insurance and the tax system, and compares (003 一(一)).
Sender = Annotated[Principal, allow(Role.AGENCY, by_division=True)]
Reader = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]
_RECEIPT: Final = ("row", "outcome", "person_id", "name", "code", "detail")
MONTH: Final = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


class ListAccepted(Wire, frozen=True):
    """The file has arrived whole and waits to be read."""

    list_id: str


def payment_lists(commands: PaymentListCommands, queries: PaymentListQueries) -> Router:
    """The routes of /v1/payment-lists."""
    router = Router(prefix="/v1/payment-lists", tags=["comparison"])
    _add_sending(router, commands)
    _add_reading(router, queries)
    return router


def _add_sending(router: Router, commands: PaymentListCommands) -> None:
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
        """Send a payment list: CSV, NDJSON, XLSX, XLS or ODS. The newest by ``as_of`` replaces older ones."""
        caller.must_act_in(area)
        sent = ListSent(
            area=area,
            month=month,
            as_of=moment_of(as_of),
            media_type=media_type_of(request, MEDIA_TYPES),
            file_name=file_name,
        )
        return answered(await commands.receive(caller, sent, announced_size(request), patiently(request)))


def _add_reading(router: Router, queries: PaymentListQueries) -> None:
    @router.get("")
    async def list_lists(
        caller: Reader,
        page: ById,
        area: Annotated[str | None, Query(pattern=r"^[0-9]{6}$")] = None,
        month: Annotated[str | None, Query(pattern=MONTH)] = None,
    ) -> Json[Page[PaymentListAnswer]]:
        """The lists that were sent, the newest first; those that were replaced stay."""
        after = str(page.after[0]) if page.after else None
        rows = await queries.lists(counties_of(caller, area), month, after, page.limit + 1)
        return paged(rows, page, "list_id")

    @router.get("/{list_id}")
    async def get_list(list_id: str, caller: Reader) -> Json[PaymentListAnswer]:
        """One list: how far it is, and what it came to."""
        return answer(await _found(queries, caller, list_id))

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
        return paged(rows, page, "row")

    @router.get("/{list_id}/receipt.csv")
    async def receipt(list_id: str, caller: Reader) -> CsvLines:
        """The whole receipt as a CSV file."""
        await _found(queries, caller, list_id)
        return receipt_csv(list_id, _RECEIPT, lambda after, limit: queries.rows(list_id, after, None, limit))


async def _found(queries: PaymentListQueries, caller: Principal, list_id: str) -> PaymentListAnswer:
    found = await queries.list_of(list_id)
    if found is None:
        raise list_unknown()
    caller.must_act_in(found.area)
    return found
