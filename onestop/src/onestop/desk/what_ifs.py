"""What-ifs over HTTP: what a period would have cost under another law, asked, followed, and read row by row (0069)."""

import asyncio
from datetime import date, datetime
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
    keyless,
    paged,
    paging,
    tagged,
)
from kernel.http.amounts import SignedYuan
from kernel.http.fields import DivisionCode
from kernel.security import Principal
from kernel.values.refusals import Refused, forbidden
from kernel.writing.database import administering
from kernel.writing.snapshots import snapshot
from law.packs import Pack, PackError, parse_pack
from onestop.desk.answers import once
from onestop.desk.asking import Begun, WhatIf, WhatIfState, begin, cancel, one_what_if, stop, what_ifs
from onestop.desk.callers import Clerk
from onestop.desk.desk import Desk
from onestop.desk.what_if_rows import Totals, totals_of
from onestop.what_if.question import Question
from onestop.what_if.run import SCHEMA as OF_SETTLEMENT
from onestop.what_if.run import answerable

CODES: Final = (
    ErrorCode("WHAT_IF_UNKNOWN", 404, "No such what-if"),
    ErrorCode("WHAT_IF_RUNNING", 409, "Another what-if is answered at this moment"),
    ErrorCode("WHAT_IF_OVER", 409, "The what-if is over already"),
    ErrorCode("NOTHING_SETTLED", 409, "Nobody was settled in the period"),
    ErrorCode("READING_UNKNOWN", 409, "The law cannot be read so"),
    ErrorCode("FIGURE_UNKNOWN", 409, "The law leaves no such figure open"),
    ErrorCode("FIGURE_MALFORMED", 422, "A figure is no amount or percentage, or out of range"),
    ErrorCode("OTHER_LAW_MISSING", 422, "It is not said under which other law"),
    ErrorCode("POLICY_UNKNOWN", 422, "No policy is in force there and then"),
    ErrorCode("PACK_UNUSABLE", 422, "The pack cannot be used"),
    ErrorCode("PERIOD_BACKWARDS", 422, "The period ends before it begins"),
    ErrorCode("PERIOD_NOT_ENDED", 422, "The period is not over yet"),
)

#: The largest pack of today is an eighth of it.
_PACK_MAX: Final = 256 * 1024
IdInPath = Annotated[int, Path(ge=1, lt=2**31)]
ByNumber = Annotated[PageRequest, paging(int)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_]+$")]
Value = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Named = Annotated[dict[Name, Value], msgspec.Meta(max_length=50)]


class Ask(RequestBody, frozen=True, kw_only=True):
    """Settlements whose discharge lies in the period, decided again.

    ``pack`` is a policy pack's whole YAML text, for the place that it is of; without it each is decided by its own law,
    read as ``readings`` say. ``configured`` are figures that the other law leaves open. ``within`` are the divisions
    whose people are counted: the caller's where none are said.
    """

    since: date = msgspec.field(name="from")
    until: date = msgspec.field(name="to")
    pack: Annotated[str, msgspec.Meta(min_length=1, max_length=_PACK_MAX)] | None = None
    readings: Named = msgspec.field(default_factory=dict)
    configured: Named = msgspec.field(default_factory=dict)
    leave_out_refused: bool = False
    within: Annotated[tuple[DivisionCode, ...], msgspec.Meta(max_length=50)] = ()


class Asked(Wire, frozen=True):
    """The what-if that is answered now; its address is in Location."""

    what_if_id: int
    state: WhatIfState


class LeftOut(Wire, frozen=True, kw_only=True):
    """Settlements that the other law refuses for the same reason; ``first`` is one of them."""

    code: str
    settlements: int
    first: str
    detail: str


class TotalAnswer(Wire, frozen=True, kw_only=True):
    """What a payer paid, would have paid, and the difference, in yuan; PATIENT is what patients pay."""

    payer: str
    before_fen: SignedYuan
    otherwise_fen: SignedYuan
    difference_fen: SignedYuan


class WhatIfAnswer(Wire, frozen=True, kw_only=True):
    """A what-if: what was asked, by whom, and what it came to; ``code`` and ``detail`` say why there is no answer.

    ``settlements`` were decided again, ``changed`` of them to other amounts; null until it has ended.
    """

    what_if_id: int
    state: WhatIfState
    asked_by: str
    since: date = msgspec.field(name="from")
    until: date = msgspec.field(name="to")
    pack_id: str | None
    pack_digest: str | None
    readings: dict[str, str]
    configured: dict[str, str]
    leave_out_refused: bool
    within: tuple[str, ...]
    began_at: datetime
    ended_at: datetime | None
    settlements: int | None
    changed: int | None
    totals: tuple[TotalAnswer, ...]
    refused: tuple[LeftOut, ...]
    code: str | None
    detail: str | None
    ended_by: str | None


def router(desk: Desk) -> Router:
    """The routes of /v1/what-ifs but those of an answer's rows."""
    router = Router(prefix="/v1/what-ifs", tags=["what-ifs"])

    @router.post("", status_code=202)
    async def ask(caller: Clerk, command: Sent[Ask], key: IdempotencyKey) -> Json[Asked]:
        """Ask; what can have no answer is refused at once, the rest goes on by itself, one at a time."""
        pack = await _pack(command)
        question = _question(caller, command, pack, desk.today)
        begun: list[Begun] = []

        async def asked() -> Asked:
            async with snapshot(desk.database, OF_SETTLEMENT) as picture:
                await answerable(picture, question)
            named = None if pack is None else (pack.pack_id, pack.digest)
            begun.append(await begin(desk.database, caller.subject, question, named))
            return Asked(begun[0].what_if_id, WhatIfState.RUNNING)

        try:
            async with administering(desk.database) as session:
                told = await once(session, key, asked, status=202)
        except BaseException:
            for one in begun:
                await one.interrupt()
            raise
        for one in begun:
            desk.jobs.begin("what-if", one.answered(desk.database, question, desk.processes))
        told.headers["Location"] = f"/v1/what-ifs/{msgspec.json.decode(told.body)['what_if_id']}"
        return told

    @router.get("")
    async def list_what_ifs(caller: Clerk, page: ByNumber, request: Request) -> Json[Page[WhatIfAnswer]]:
        """What-ifs, the newest first, without their totals; a caller of a division sees those that count its people."""
        before = 0 if page.after is None else page.after[0]
        patterns = None if caller.divisions is None else caller.division_patterns
        async with administering(desk.database) as session:
            found = await what_ifs(session, patterns, before=before, limit=page.limit + 1)
        return tagged(request, paged([_told(one, ()) for one in found], page, "what_if_id"))

    @router.get("/{what_if_id}")
    async def get_what_if(what_if_id: IdInPath, caller: Clerk, request: Request) -> Json[WhatIfAnswer]:
        """One what-if, with what each payer paid and would have paid."""
        async with administering(desk.database) as session:
            one = await one_what_if(session, what_if_id)
            must_see(caller, one)
            return tagged(request, answer(_told(one, await totals_of(session, what_if_id))))

    @router.post(
        "/{what_if_id}/cancellation", dependencies=[keyless("it is called off once, however often it is said")]
    )
    async def call_off(what_if_id: IdInPath, caller: Clerk) -> Json[WhatIfAnswer]:
        """Call one off that is being answered; nothing is kept of what it came to by then."""
        async with administering(desk.database) as session:
            must_see(caller, await one_what_if(session, what_if_id))
            await cancel(session, what_if_id, caller.subject)
            await stop(session, what_if_id)
            return answer(_told(await one_what_if(session, what_if_id), ()))

    return router


def must_see(caller: Principal, one: WhatIf) -> None:
    """Refuse what counts people of other divisions than the caller's; raises Refused DIVISION_FOREIGN."""
    if caller.divisions is None:
        return
    if not one.within:
        detail = f"what-if {one.what_if_id} counts people of every division; this token is for some"
        raise forbidden("DIVISION_FOREIGN", detail, what_if=str(one.what_if_id))
    for area in one.within:
        caller.must_act_in(area)


async def _pack(command: Ask) -> Pack | None:
    if command.pack is None:
        return None
    try:
        return await asyncio.to_thread(parse_pack, command.pack, "pack")
    except PackError as error:
        raise Refused("PACK_UNUSABLE", str(error), about={"line": str(error.line)}) from error


def _question(caller: Principal, command: Ask, pack: Pack | None, today: date) -> Question:
    if pack is None and not command.readings and not command.configured:
        raise Refused("OTHER_LAW_MISSING", "say under which other law: a pack, readings or configured figures")
    if caller.divisions is not None:
        if pack is None:
            detail = "readings and figures without a pack are of every place's law: send your division's own pack"
            raise forbidden("DIVISIONS_NOT_SERVED", detail)
        caller.must_act_in(pack.file.division)
        for area in command.within:
            caller.must_act_in(area)
    if command.until < command.since:
        detail = f"{command.until} lies before {command.since}; say the first day first"
        raise Refused("PERIOD_BACKWARDS", detail)
    if command.until >= today:
        detail = f"{command.until} is not over: more may be settled; ask of a period that ends before {today}"
        raise Refused("PERIOD_NOT_ENDED", detail, about={"period": f"{command.since}/{command.until}"})
    return Question(
        since=command.since,
        until=command.until,
        pack_text=command.pack,
        readings=command.readings,
        configured=command.configured,
        leave_out=command.leave_out_refused,
        within=command.within or tuple(sorted(caller.divisions or ())),
    )


def _told(one: WhatIf, totals: Totals) -> WhatIfAnswer:
    asked = one.question
    same = {name: getattr(one, name) for name in WhatIfAnswer.__struct_fields__ if name in _SAME}
    return WhatIfAnswer(
        **same,
        since=asked.since,
        until=asked.until,
        readings=asked.readings,
        configured=asked.configured,
        leave_out_refused=asked.leave_out,
        totals=tuple(
            TotalAnswer(
                payer=payer,
                before_fen=SignedYuan(before),
                otherwise_fen=SignedYuan(otherwise),
                difference_fen=SignedYuan(otherwise - before),
            )
            for payer, before, otherwise in totals
        ),
        refused=tuple(LeftOut(**msgspec.structs.asdict(refusal)) for refusal in one.refused),
    )


_SAME: Final = frozenset(WhatIf.__struct_fields__) - {"refused", "question"}
