"""Referrals over HTTP: the sending hospital files and endorses, the agency approves."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query

from kernel.http import (
    IdempotencyKey,
    Json,
    Page,
    PageRequest,
    RequestBody,
    Router,
    Wire,
    allow,
    answer,
    body,
    page_of,
    paging,
    stored_answer,
)
from kernel.security import Principal, Role
from referral.domain.referral import Apply, Cancel, Endorse, Review, referral_unknown
from referral.handlers import Handlers
from referral.queries import Queries

Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
Agency = Annotated[Principal, allow(Role.AGENCY)]
Reader = Annotated[Principal, allow(Role.HOSPITAL, Role.AGENCY, Role.OPERATIONS)]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Paper = Literal["id_card_copy", "household_book_copy", "social_card_copy"]
Attribute = Literal["REGISTERED_POOR", "DIBAO", "TEKUN", "ORPHAN", "POOR_DISABLED", "LOW_INCOME", "OTHER_SPECIAL"]
StateName = Annotated[str, Query(max_length=20, pattern=r"^[A-Z_]*$")]


class ApplyBody(RequestBody, frozen=True):
    """The form without its personal fields, which lie with identity."""

    person_id: Identifier
    receiving_hospital: Identifier
    attribute: Attribute
    diagnosis: Text
    signed_on: date
    papers: Annotated[tuple[Paper, ...], msgspec.Meta(max_length=3)]


class OpinionBody(RequestBody, frozen=True):
    """An office's opinion with its seal."""

    agreed: bool
    opinion: Text
    sealed_on: date


class CancelBody(RequestBody, frozen=True):
    """Why the filing is taken back."""

    reason: Text


class Moved(Wire, frozen=True):
    """Where the referral is now."""

    referral_id: str
    state: str


class ReferralAnswer(Wire, frozen=True):
    """A referral as it stands."""

    referral_id: str
    person_id: str
    state: str
    sending_hospital: str
    receiving_hospital: str
    attribute: str
    diagnosis: str
    papers: tuple[str, ...]
    signed_on: date
    endorsed_on: date | None
    approved_on: date | None
    encounter_id: str | None


def referrals(handlers: Handlers, queries: Queries) -> Router:
    """The routes of /v1/referrals."""
    router = Router(prefix="/v1/referrals", tags=["referrals"])
    _add_moves(router, handlers)
    _add_questions(router, queries)
    return router


def _add_moves(router: Router, handlers: Handlers) -> None:
    @router.post("", status_code=201)
    async def apply(
        caller: Hospital, command: Annotated[ApplyBody, body(ApplyBody)], key: IdempotencyKey
    ) -> Json[Moved]:
        """File a referral from the caller's hospital to another one."""
        said = msgspec.structs.asdict(command)

        def command_of(referral_id: str) -> Apply:
            return Apply(
                referral_id=referral_id, sending_hospital=caller.organisation or "", today=handlers.today, **said
            )

        done = await handlers.apply(caller, key, command_of)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/{referral_id}/endorsement")
    async def endorse(
        referral_id: str, caller: Hospital, command: Annotated[OpinionBody, body(OpinionBody)], key: IdempotencyKey
    ) -> Json[Moved]:
        """The sending hospital's insurance office agrees, or not."""
        opinion = Endorse(caller.organisation or "", command.agreed, command.opinion, command.sealed_on, handlers.today)
        done = await handlers.move(caller, key, referral_id, opinion)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/{referral_id}/review")
    async def review(
        referral_id: str, caller: Agency, command: Annotated[OpinionBody, body(OpinionBody)], key: IdempotencyKey
    ) -> Json[Moved]:
        """The agency approves, or rejects."""
        opinion = Review(command.agreed, command.opinion, command.sealed_on, handlers.today)
        done = await handlers.move(caller, key, referral_id, opinion)
        return stored_answer(done.status, done.body, replayed=done.replayed)

    @router.post("/{referral_id}/cancellation")
    async def cancel(
        referral_id: str, caller: Hospital, command: Annotated[CancelBody, body(CancelBody)], key: IdempotencyKey
    ) -> Json[Moved]:
        """The sending hospital takes the filing back, before a stay begins on it."""
        taken_back = Cancel(caller.organisation or "", command.reason, handlers.today)
        done = await handlers.move(caller, key, referral_id, taken_back)
        return stored_answer(done.status, done.body, replayed=done.replayed)


def _add_questions(router: Router, queries: Queries) -> None:
    @router.get("")
    async def list_referrals(
        caller: Reader, page: Annotated[PageRequest, paging(str)], state: StateName = ""
    ) -> Json[Page[ReferralAnswer]]:
        """Referrals: a hospital's own, sent or received; all for the agency. ``state`` narrows the list."""
        own = caller.organisation if Role.HOSPITAL in caller.roles else None
        rows = await queries.referrals(own, state, str(page.after[0]) if page.after else "", page.limit + 1)
        return answer(page_of([_answer(row) for row in rows], page, key=lambda row: (row.referral_id,)))

    @router.get("/{referral_id}")
    async def get_referral(referral_id: str, caller: Reader) -> Json[ReferralAnswer]:
        """One referral."""
        row = await queries.referral(referral_id)
        hospitals = () if row is None else (row["sending_hospital"], row["receiving_hospital"])
        if row is None or (Role.HOSPITAL in caller.roles and caller.organisation not in hospitals):
            raise referral_unknown()
        return answer(_answer(row))


def _answer(row: Any) -> ReferralAnswer:
    return ReferralAnswer(**{**dict(row), "papers": tuple(row["papers"])})
