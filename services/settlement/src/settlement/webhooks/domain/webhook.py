"""A hospital's webhook: the address to which changes go, from where on, paused and resumed, and removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, not_found


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it stands. ``begins_after`` is a number of the event log, after which it begins.

    ``begun_at_revision`` is when that was said: how far it is counts only from then on.
    """

    hospital_id: str
    revision: int
    url: str
    begins_after: int
    begun_at_revision: int
    set_by: str
    set_at: datetime
    paused: bool = False
    removed: bool = False


# Commands


class SetWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """Have changes sent to an address. ``after`` begins anew after that number; ``head`` is the newest number."""

    hospital_id: str
    url: str
    after: int | None
    head: int
    by: str
    at: datetime


class PauseWebhook(msgspec.Struct, frozen=True):
    """Send nothing until it is resumed; what happens meanwhile waits."""


class ResumeWebhook(msgspec.Struct, frozen=True):
    """Go on where it was paused, and try at once where it has failed."""


class RemoveWebhook(msgspec.Struct, frozen=True):
    """Send nothing any more."""


Command: TypeAlias = SetWebhook | PauseWebhook | ResumeWebhook | RemoveWebhook


# Events


class _Told(msgspec.Struct, frozen=True):
    """An event says itself how the webhook stands after it."""

    webhook: Webhook


class WebhookSet(_Told, frozen=True):
    """An address was named."""


class WebhookPaused(_Told, frozen=True):
    """It was paused."""


class WebhookResumed(_Told, frozen=True):
    """It goes on."""


class WebhookRemoved(_Told, frozen=True):
    """It is there no more."""


WebhookEvent: TypeAlias = WebhookSet | WebhookPaused | WebhookResumed | WebhookRemoved


def decide(command: Command, webhook: Webhook | None) -> Sequence[WebhookEvent]:
    """What a command brings about; raises Refused WEBHOOK_UNKNOWN, CURSOR_AHEAD."""
    if isinstance(command, SetWebhook):
        return [_set(command, webhook)]
    if webhook is None or webhook.removed:
        raise webhook_unknown()
    next_one = msgspec.structs.replace(webhook, revision=webhook.revision + 1)
    match command:
        case PauseWebhook():
            return [] if webhook.paused else [WebhookPaused(msgspec.structs.replace(next_one, paused=True))]
        case ResumeWebhook():
            return [WebhookResumed(msgspec.structs.replace(next_one, paused=False))]
        case RemoveWebhook():
            return [WebhookRemoved(msgspec.structs.replace(next_one, removed=True))]
        case _:
            assert_never(command)


def _set(command: SetWebhook, before: Webhook | None) -> WebhookSet:
    if command.after is not None and command.after > command.head:
        raise Refused("CURSOR_AHEAD", "nothing has happened there yet: give a `next` of /v1/settlement-changes")
    revision = 1 if before is None else before.revision + 1
    goes_on = before is not None and not before.removed and command.after is None
    begins, begun = (before.begins_after, before.begun_at_revision) if goes_on and before else (command.head, revision)
    if command.after is not None:
        begins = command.after
    return WebhookSet(
        Webhook(
            hospital_id=command.hospital_id,
            revision=revision,
            url=command.url,
            begins_after=begins,
            begun_at_revision=begun,
            set_by=command.by,
            set_at=command.at,
        )
    )


DECIDER: Final[Decider[Command, Webhook | None, WebhookEvent]] = Decider(
    None, decide, lambda _before, event: event.webhook
)


def webhook_unknown() -> Refused:
    """There is no webhook of the hospital."""
    return not_found("WEBHOOK_UNKNOWN", "the hospital has no webhook: set one with its address")
