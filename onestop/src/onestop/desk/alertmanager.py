"""Alertmanager's own door (API v2): the alarms that it has, and the silences by which somebody sees to one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import httpx
import msgspec

from kernel.http.availability import UnavailableError
from kernel.http.plain import TRUSTS_NOBODY

_TIMEOUT_SECONDS: Final = 5.0
_RUNBOOK: Final = "docs/runbooks/alarms.md"
_RUNBOOKS: Final = "docs/runbooks/"


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody sees to alarms: who, why and until when. ``only`` are the labels that it names, all of them exactly."""

    silence_id: str
    created_by: str
    comment: str
    until: datetime
    only: Mapping[str, str] | None


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm of this moment, with the silences that hold it back."""

    fingerprint: str
    labels: Mapping[str, str]
    state: str
    summary: str
    do: str
    began_at: datetime
    silences: tuple[Silence, ...]

    @property
    def name(self) -> str:
        """The rule that raised it."""
        return self.labels.get("alertname", "")

    @property
    def service(self) -> str:
        """Of which service, or nothing where it is of none."""
        return self.labels.get("service", "")

    @property
    def severity(self) -> str:
        """``page`` is for at once, ``look`` for working hours."""
        return self.labels.get("severity", "")

    @property
    def runbook(self) -> str:
        """The runbook that it names in what to do, or else that of all alarms."""
        _, found, rest = self.do.partition(_RUNBOOKS)
        return f"{found}{rest.split('.md')[0]}.md" if found and ".md" in rest else _RUNBOOK


class Alertmanager:
    """One Alertmanager. Every question raises UnavailableError where it is away or does not answer as it should."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def alarms(self) -> list[Alarm]:
        """All alarms that it has."""
        alerts = await self._ask("GET", "/alerts")
        silences = {one["id"]: _silence(one) for one in await self._ask("GET", "/silences")}
        return [_alarm(alert, silences) for alert in alerts]

    async def silence(self, labels: Mapping[str, str], by: str, because: str, since: datetime, until: datetime) -> str:
        """Hold back the alarm of exactly these labels; gives the silence's id."""
        matchers = [
            {"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in sorted(labels.items())
        ]
        times = {"startsAt": since.isoformat(), "endsAt": until.isoformat()}
        made = await self._ask(
            "POST", "/silences", {"matchers": matchers, **times, "createdBy": by, "comment": because}
        )
        silence_id: str = made["silenceID"]
        return silence_id

    async def expire(self, silence_id: str) -> None:
        """End a silence."""
        await self._ask("DELETE", f"/silence/{silence_id}")

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        try:
            async with httpx.AsyncClient(verify=TRUSTS_NOBODY, timeout=_TIMEOUT_SECONDS) as client:
                response = await client.request(method, f"{self._url}/api/v2{path}", json=body)
                response.raise_for_status()
                return response.json() if response.content else None
        except (httpx.HTTPError, ValueError) as error:
            said = f"Alertmanager does not answer as it should ({type(error).__name__}): see whether it runs"
            raise UnavailableError(said) from error


def _alarm(alert: Mapping[str, Any], silences: Mapping[str, Silence]) -> Alarm:
    annotations, status = alert["annotations"], alert["status"]
    return Alarm(
        fingerprint=alert["fingerprint"],
        labels=alert["labels"],
        state=status["state"],
        summary=annotations.get("summary", ""),
        do=annotations.get("do", ""),
        began_at=datetime.fromisoformat(alert["startsAt"]),
        silences=tuple(silences[name] for name in status["silencedBy"] if name in silences),
    )


def _silence(said: Mapping[str, Any]) -> Silence:
    matchers = said["matchers"]
    plain = all(one.get("isEqual", True) and not one["isRegex"] for one in matchers)
    return Silence(
        silence_id=said["id"],
        created_by=said["createdBy"],
        comment=said["comment"],
        until=datetime.fromisoformat(said["endsAt"]),
        only={one["name"]: one["value"] for one in matchers} if plain else None,
    )
