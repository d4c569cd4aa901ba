"""Commands about webhooks: set, paused, resumed, removed."""

from collections.abc import Iterable

from kernel.running.runtime import Runtime
from kernel.values.refusals import conflict
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import Answered
from kernel.writing.decision import Decision
from settlement.institutions.domain import hospital_unknown
from settlement.webhooks.domain.address import Network, check_literal, parts_of
from settlement.webhooks.domain.webhook import (
    DECIDER,
    PauseWebhook,
    RemoveWebhook,
    ResumeWebhook,
    SetWebhook,
    Webhook,
    WebhookEvent,
)
from settlement.webhooks.queries.positions import PositionQueries


class WebhookCommands:
    """One method a command. ``signs`` says whether there is a key to sign with; without one nothing is sent."""

    def __init__(
        self, runtime: Runtime, positions: PositionQueries, networks: Iterable[Network], *, signs: bool, plain: bool
    ) -> None:
        self._runtime = runtime
        self._positions = positions
        self._networks = tuple(networks)
        self._signs = signs
        self._plain = plain

    async def set(self, context: CommandContext, hospital_id: str, url: str, after: int | None) -> Answered:
        """Have a hospital's changes sent to an address; raises Refused WEBHOOKS_OFF, WEBHOOK_URL_WRONG, …"""
        if not self._signs:
            raise conflict("WEBHOOKS_OFF", "nothing can be signed here, so nothing is sent: follow the changes instead")
        if await self._positions.division_of(hospital_id) is None:
            raise hospital_unknown(hospital_id)
        check_literal(parts_of(url, plain=self._plain), self._networks)

        async def gather(_webhook: Webhook | None) -> SetWebhook:
            head = await self._positions.head()
            return SetWebhook(
                hospital_id=hospital_id, url=url, after=after, head=head, by=context.actor, at=context.now
            )

        done = await self._runtime.path.gather(
            context, DECIDER, _stream(hospital_id), gather, _answer, contended=hospital_id
        )
        await self._positions.try_at_once(hospital_id, context.now)  # the pause was for the old address
        return done

    async def change(
        self, context: CommandContext, hospital_id: str, command: PauseWebhook | ResumeWebhook | RemoveWebhook
    ) -> Answered:
        """Pause, resume or remove it; raises Refused WEBHOOK_UNKNOWN."""
        path = self._runtime.path
        done = await path.decide(context, DECIDER, _stream(hospital_id), command, _answer, contended=hospital_id)
        if isinstance(command, ResumeWebhook):
            await self._positions.try_at_once(hospital_id, context.now)
        return done


def _stream(hospital_id: str) -> str:
    return f"webhook/{hospital_id}"


def _answer(decision: Decision[Webhook | None, WebhookEvent]) -> dict[str, object]:
    webhook = decision.after
    return {"hospital_id": webhook.hospital_id, "revision": webhook.revision}
