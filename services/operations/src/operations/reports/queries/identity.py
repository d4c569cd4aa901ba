"""Questions to identity at its own doors, each with the caller's own token: it says who may see what, and notes it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any, Final

import httpx
import msgspec

from kernel.http import UnavailableError
from kernel.http.plain import TRUSTS_NOBODY
from kernel.values.refusals import forbidden
from operations.reports.domain.coverage import Figures, OnRoster

_PAGE: Final = 500
_SECONDS: Final = 20.0
#: So many questions of one report are under way at once: identity serves others, too.
_AT_ONCE: Final = 8
#: Why a person's name is looked at, as identity writes it down.
_WHY: Final = "AUDIT"
#: A person's name and ID number, as far as the caller may see them.
Person = tuple[str | None, str | None]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A month's comparison of an area with the insured."""

    comparison_id: str
    area: str
    month: str
    compared_on: date
    #: None of what was put away, and beside an identity of the release before, which does not say it.
    made_at: datetime | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """An area's figures: a row for each area directly below it, and their sum."""

    recipients: str
    rows: tuple[Figures, ...]
    total: Figures


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    person_id: str
    township: str
    finding: str
    code: str | None


class PeopleQueries:
    """Read-only questions, each bounded; ``address`` is identity's, empty where the settings name none.

    Raises Refused IDENTITY_REFUSED where identity refuses the caller, UnavailableError where it does not answer.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    async def comparisons(self, month: str, token: str) -> list[Compared]:
        """The comparisons of a month that the caller may see."""
        async with self._asking(token) as ask:
            return [msgspec.convert(one, Compared) for one in await ask.items("/v1/comparisons", month=month)]

    async def notice(self, of: Compared, area: str, token: str) -> Notice:
        """A comparison's figures of an area in it."""
        async with self._asking(token) as ask:
            return msgspec.convert(await ask.get(f"/v1/comparisons/{of.comparison_id}/notice", area=area), Notice)

    async def found(self, of: Compared, area: str, findings: Iterable[str], most: int, token: str) -> list[OnRoster]:
        """Who is behind some findings, with the household on the comparison's day; one more than ``most`` at most."""
        path, people = f"/v1/comparisons/{of.comparison_id}/persons", list[_Found]()
        async with self._asking(token) as ask:
            for finding in findings:
                rows = await ask.items(path, most=most + 1 - len(people), finding=finding, area=area)
                people += [msgspec.convert(one, _Found) for one in rows]
            if len(people) > most:
                return [_on_roster(one, {}) for one in people]
            return await asyncio.gather(*(self._with_household(ask, one, of.compared_on) for one in people))

    async def _with_household(self, ask: "_Asking", one: _Found, on: date) -> OnRoster:
        facts = (await ask.get(f"/v1/persons/{one.person_id}/as-of", on=on.isoformat()))["facts"]
        households = (fact["detail"] for fact in facts if fact["detail"]["kind"] == "household")
        return _on_roster(one, next(households, {}))

    async def persons(self, person_ids: Iterable[str], token: str) -> Mapping[str, Person]:
        """Names and ID numbers by person."""
        wanted = sorted(set(person_ids))
        async with self._asking(token) as ask:
            answers = await asyncio.gather(*(ask.get(f"/v1/persons/{one}", reason=_WHY) for one in wanted))
        return {one: (told.get("name"), told.get("id_number")) for one, told in zip(wanted, answers, strict=True)}

    @asynccontextmanager
    async def _asking(self, token: str) -> AsyncIterator["_Asking"]:
        if not self._address:
            raise UnavailableError("operations does not know where identity is: ONESTOP_IDENTITY_URL says it")
        verify = TRUSTS_NOBODY if self._address.startswith("http://") else True
        headers = {"Authorization": token}
        async with httpx.AsyncClient(
            base_url=self._address, headers=headers, verify=verify, timeout=_SECONDS, trust_env=False
        ) as client:
            yield _Asking(client)


class _Asking:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def get(self, path: str, **asked: Any) -> Any:
        """What identity answers."""
        async with self._turns:
            response = await self._client.get(path, params={k: v for k, v in asked.items() if v is not None})
        if response.is_success:
            return response.json()
        if (
            response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
            or response.status_code == httpx.codes.TOO_MANY_REQUESTS
        ):
            raise UnavailableError(f"identity cannot answer just now ({response.status_code})")
        raise forbidden("IDENTITY_REFUSED", f"identity refuses it: {_said(response)}")

    async def items(self, path: str, most: int = 10_000, **asked: Any) -> list[Any]:
        """The items of a list, page by page, not many more than ``most``."""
        found, after = list[Any](), None
        while True:
            page = await self.get(path, limit=min(_PAGE, max(1, most)), after=after, **asked)
            found += page["items"]
            after = page.get("next")
            if not after or len(found) >= most:
                return found


def _said(response: httpx.Response) -> str:
    try:
        problem = response.json()
        return f"{problem['code']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return str(response.status_code)


def _on_roster(one: _Found, household: Mapping[str, Any]) -> OnRoster:
    return OnRoster(
        person_id=one.person_id,
        township=one.township,
        finding=one.finding,
        code=one.code,
        household_id=household.get("household_id"),
        role=household.get("role"),
    )
