"""Webhooks over HTTP: a hospital names its address, and sees what was delivered, what waits, and what fails."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

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
    allow,
    answer,
    answered,
    of_division,
    page_of,
)
from kernel.http.fields import NameInPath, after_of
from kernel.http.paging import read_number, write_cursor
from kernel.running.requested import Requests
from kernel.security import Principal, Role
from settlement.encounters.queries.changes import ChangeQueries
from settlement.webhooks.commands.webhooks import WebhookCommands
from settlement.webhooks.domain.address import URL_CHARACTERS_MAX
from settlement.webhooks.domain.webhook import PauseWebhook, RemoveWebhook, ResumeWebhook, webhook_unknown
from settlement.webhooks.queries.positions import PositionQueries, Standing

CODES: Final = (
    ErrorCode("WEBHOOK_UNKNOWN", 404, "The hospital has no webhook"),
    ErrorCode("WEBHOOK_URL_WRONG", 422, "The address of the webhook cannot be used"),
    ErrorCode("WEBHOOKS_OFF", 409, "No webhooks are served here"),
    ErrorCode("CURSOR_AHEAD", 422, "The cursor is of something that has not happened"),
)
#: How many that wait are counted.
WAITING_SHOWN_MAX: Final = 500
Hospital = Annotated[Principal, allow(Role.HOSPITAL)]
Keeper = Annotated[Principal, allow(Role.HOSPITAL, Role.OPERATIONS)]
Overseer = Annotated[Principal, allow(Role.AGENCY, Role.OPERATIONS, by_division=True)]


class WebhookBody(RequestBody, frozen=True):
    """The address, over https. ``after``, a ``next`` of /v1/settlement-changes, begins anew there.

    Without it a new webhook begins with what happens from now on, and one that is there goes on with its new address.
    """

    url: Annotated[str, msgspec.Meta(min_length=10, max_length=URL_CHARACTERS_MAX)]
    after: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None


class WebhookChanged(Wire, frozen=True):
    """The webhook, with the number of its changes so far."""

    hospital_id: str
    revision: int


class WebhookRow(Wire, frozen=True, kw_only=True):
    """A webhook. ``state``: DELIVERING, FAILING since ``failed_since``, or PAUSED.

    ``failure``: HTTP_ with a status, TIMED_OUT, NOT_REACHED, TLS_REFUSED, ADDRESS_REFUSED (the name leads to a machine
    that may not be called), ARCHIVED (it begins with what lies in a detached archive) or NOT_SENT (a fault of the
    platform, which its log tells).
    """

    hospital_id: str
    url: str
    state: str
    set_by: str
    set_at: datetime
    delivered_at: datetime | None
    next: str
    failures: int
    failed_since: datetime | None
    failure: str | None
    next_try_at: datetime | None


class WebhookAnswer(Wire, frozen=True, kw_only=True):
    """A webhook, how many changes wait (at most 500 are counted), and the key that checks the signatures."""

    webhook: WebhookRow
    waiting: int
    public_key: str


def webhooks(
    commands: WebhookCommands,
    positions: PositionQueries,
    changes: ChangeQueries,
    requests: Requests,
    public_key: str,
) -> Router:
    """The routes of /v1/webhooks; ``public_key`` checks what is sent, empty where nothing is."""
    router = Router(prefix="/v1/webhooks", tags=["webhooks"])
    of_hospital = of_division("hospital_id", positions.division_of)
    _add_writing(router, commands, requests, of_hospital)

    @router.get("")
    async def list_webhooks(caller: Overseer, page: ById) -> Json[Page[WebhookRow]]:
        """List the webhooks of the hospitals that lie in the caller's divisions."""
        found = await positions.page(caller.division_patterns, after_of(page), page.limit + 1)
        return answer(page_of(list(map(_row, found)), page, lambda row: (row.hospital_id,)))

    @router.get("/{hospital_id}", dependencies=[of_hospital])
    async def get_webhook(hospital_id: NameInPath, caller: Keeper) -> Json[WebhookAnswer]:
        """See a webhook: what was delivered, what waits, and since when it fails."""
        caller.must_act_for(hospital_id)
        standing = await positions.of_hospital(hospital_id)
        if standing is None:
            raise webhook_unknown()
        waiting = await changes.changes(standing.reached, hospital_id, ["%"], WAITING_SHOWN_MAX)
        return answer(WebhookAnswer(webhook=_row(standing), waiting=len(waiting.items), public_key=public_key))

    return router


def _add_writing(router: Router, commands: WebhookCommands, requests: Requests, of_hospital: Any) -> None:
    @router.post("/{hospital_id}")
    async def set_webhook(
        hospital_id: NameInPath, caller: Hospital, command: Sent[WebhookBody], key: IdempotencyKey
    ) -> Json[WebhookChanged]:
        """Have what happens to the hospital's settlements sent to an address, signed (OneStop-Signature) and in order.

        What was not taken with a 2xx within ten seconds comes again, with growing pauses; receivers tell repetitions by
        OneStop-Delivery.
        """
        caller.must_act_for(hospital_id)
        after = None if command.after is None else read_number(command.after)
        return answered(await commands.set(requests.by(caller, key), hospital_id, command.url, after))

    @router.post("/{hospital_id}/pause", dependencies=[of_hospital])
    async def pause_webhook(hospital_id: NameInPath, caller: Keeper, key: IdempotencyKey) -> Json[WebhookChanged]:
        """Send nothing until it is resumed; what happens meanwhile waits."""
        caller.must_act_for(hospital_id)
        return answered(await commands.change(requests.by(caller, key), hospital_id, PauseWebhook()))

    @router.post("/{hospital_id}/resumption", dependencies=[of_hospital])
    async def resume_webhook(hospital_id: NameInPath, caller: Keeper, key: IdempotencyKey) -> Json[WebhookChanged]:
        """Go on where it stopped; one that fails is tried at once."""
        caller.must_act_for(hospital_id)
        return answered(await commands.change(requests.by(caller, key), hospital_id, ResumeWebhook()))

    @router.post("/{hospital_id}/removal", dependencies=[of_hospital])
    async def remove_webhook(hospital_id: NameInPath, caller: Keeper, key: IdempotencyKey) -> Json[WebhookChanged]:
        """Send nothing any more."""
        caller.must_act_for(hospital_id)
        return answered(await commands.change(requests.by(caller, key), hospital_id, RemoveWebhook()))


def _row(standing: Standing) -> WebhookRow:
    state = "PAUSED" if standing.paused else "FAILING" if standing.failures else "DELIVERING"
    return WebhookRow(
        hospital_id=standing.hospital_id,
        url=standing.url,
        state=state,
        set_by=standing.set_by,
        set_at=standing.set_at,
        delivered_at=standing.delivered_at,
        next=write_cursor((standing.reached,)),
        failures=standing.failures,
        failed_since=standing.failed_since,
        failure=standing.last_failure,
        next_try_at=standing.next_try_at if standing.failures else None,
    )
