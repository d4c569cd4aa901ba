"""Runs of the reconciliation over HTTP: begun here or at the command line, one at a time (0050, 0069)."""

from contextlib import AsyncExitStack
from typing import Annotated, Final

import msgspec
from fastapi import Path
from starlette.requests import Request

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
    answer,
    paged,
    paging,
    tagged,
)
from kernel.writing.database import administering
from onestop.desk.answers import once
from onestop.desk.callers import WholeClerk
from onestop.desk.desk import Desk
from onestop.desk.differences import DESK_MENDS_NOTHING, mending
from onestop.reconcile.run import carry_out
from onestop.reconcile.runs import Begun, Run, RunState, begin, one_run, runs
from onestop.reconcile.topics import broker_at

CODES: Final = (
    DESK_MENDS_NOTHING,
    ErrorCode("RECONCILIATION_UNKNOWN", 404, "No such reconciliation"),
    ErrorCode("RECONCILIATION_RUNNING", 409, "A reconciliation goes on already"),
)

RunInPath = Annotated[int, Path(ge=1, lt=2**31)]
ByNumber = Annotated[PageRequest, paging(int)]


class Start(RequestBody, frozen=True):
    """How many seconds consumers that are behind are waited for; what is late by then is no difference."""

    patience_seconds: Annotated[int, msgspec.Meta(ge=0, le=600)] = 10


class Started(Wire, frozen=True):
    """The run that has begun; its address is in Location."""

    run_id: int
    state: RunState


def router(desk: Desk) -> Router:
    """The routes of /v1/reconciliations."""
    router = Router(prefix="/v1/reconciliations", tags=["differences"])

    @router.post("", status_code=202)
    async def start(caller: WholeClerk, command: Sent[Start], key: IdempotencyKey) -> Json[Started]:
        """Hold all services against each other now; refused while another run goes on, whoever began it."""
        address, begun = mending(desk), list[Begun]()

        async def started() -> Started:
            begun.append(await begin(address, caller.subject))
            return Started(begun[0].run_id, RunState.RUNNING)

        try:
            async with administering(desk.database) as session:
                told = await once(session, key, started, status=202)
        except BaseException as error:
            for one in begun:
                await one.fail(error)
            raise
        for one in begun:
            desk.jobs.begin("reconciliation", _carried_out(desk, one, address, float(command.patience_seconds)))
        told.headers["Location"] = f"/v1/reconciliations/{msgspec.json.decode(told.body)['run_id']}"
        return told

    @router.get("")
    async def list_runs(_caller: WholeClerk, page: ByNumber, request: Request) -> Json[Page[Run]]:
        """Runs, the newest first."""
        before = 0 if page.after is None else page.after[0]
        async with administering(desk.database) as session:
            found = await runs(session, before=before, limit=page.limit + 1)
        return tagged(request, paged(found, page, "run_id"))

    @router.get("/{run_id}")
    async def get_run(run_id: RunInPath, _caller: WholeClerk, request: Request) -> Json[Run]:
        """One run."""
        async with administering(desk.database) as session:
            return tagged(request, answer(await one_run(session, run_id)))

    return router


async def _carried_out(desk: Desk, begun: Begun, address: str, patience_seconds: float) -> None:
    async with AsyncExitStack() as stack:
        try:
            broker = await stack.enter_async_context(broker_at(address, desk.broker))
        except BaseException as error:
            await begun.fail(error)
            raise
        await carry_out(begun, address, patience_seconds=patience_seconds, broker=broker)
