"""Settlement served over HTTP on a fresh database: a hospital's window, and what identity tells of one person."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from contracts import identity as told
from kernel.messaging.publisher_keys import NO_KEYS, PublisherKeys
from kernel.running.clock import Clock
from kernel.running.hosting import Host
from kernel.security import Issuer, KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings, surroundings
from kernel.values.contract import Contract
from law.packs import PackLibrary, load_library
from settlement.config import Config
from settlement.main import build

POLICIES: Final = Path(__file__).parent.parent.parent.parent / "policies"
NOW: Final = datetime(2019, 8, 20, 9, 0, tzinfo=UTC)
_CONSUMED_SQL: Final = """
SELECT COALESCE(sum(last_pseq), 0) FROM inbox_cursor WHERE consumer = 'settlement-review' AND topic = $1
"""
SCAN_KEYS: Final = KeyRing({"1": b"k" * 32}, current="1", hash_key=b"h" * 32)
FIRST: Final = date(2019, 1, 1)


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return ("settlement",)


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


def _membership(category: str, **more: Any) -> told.Membership:
    return told.Membership(
        membership_id=f"m-{category}", category=category, department="civil-affairs", valid_from=FIRST, **more
    )


class Desk:
    """One hospital's window and one agency, and identity's messages about persons of one county."""

    def __init__(self, around: Surroundings, service: Service, hospital: httpx.AsyncClient, county: str) -> None:
        self.service = service
        self.hospital = hospital
        self.around = around
        self._county = county
        self._revisions: dict[str, int] = {}

    async def tell(
        self,
        person_id: str,
        *categories: str,
        died_on: date | None = None,
        insured: Sequence[told.Enrolment] | None = None,
        born_in: int | None = None,
        certified: Sequence[told.Certification] = (),
        **more: Any,
    ) -> int:
        """Identity tells that a person belongs to exactly these categories since new year; gives the revision."""
        revision = self._revisions[person_id] = self._revisions.get(person_id, 0) + 1
        memberships = [_membership(category, **more) for category in categories]
        besides: dict[str, Any] = {"deceased_on": died_on, "certifications": tuple(certified)}
        besides |= {} if born_in is None else {"born_in": born_in}
        await self._entitled(person_id, revision, "CORRECTED", memberships, insured, **besides)
        await self._until_reviewed("identity", revision)
        return revision

    async def merge(
        self,
        merged_id: str,
        surviving_id: str,
        *categories: str,
        insured: Sequence[told.Enrolment] | None = None,
    ) -> None:
        """Identity tells that a record was merged into another one, which belongs to exactly these categories now."""
        revision = max(self._revisions.get(merged_id, 0), self._revisions.get(surviving_id, 0)) + 1
        self._revisions[merged_id] = self._revisions[surviving_id] = revision
        memberships = [_membership(category) for category in categories]
        for person_id, into in ((surviving_id, None), (merged_id, surviving_id)):
            await self._entitled(person_id, revision, "MERGED", memberships, insured, merged_into=into)
        await self._until_reviewed("identity", None)

    async def _entitled(
        self,
        person_id: str,
        revision: int,
        change: str,
        memberships: Sequence[told.Membership],
        insured: Sequence[told.Enrolment] | None = None,
        **more: Any,
    ) -> None:
        enrolments = (told.Enrolment("RESIDENT", f"{self._county[:4]}00", 2019, FIRST, FIRST),)
        event = told.EntitlementChanged(
            person_id=person_id,
            revision=revision,
            change=change,
            county=self._county,
            memberships=tuple(memberships),
            enrolments=enrolments if insured is None else tuple(insured),
            **more,
        )
        await self.around.tell(told.CONTRACT, person_id, event)

    async def tell_of(self, contract: Contract, key: str, event: Any) -> None:
        """Another service tells something, and it is looked at."""
        await self.around.tell(contract, key, event)
        await self._until_reviewed(contract.topic, 1)

    async def year(self, person_id: str) -> dict[str, Any]:
        """A person's benefit year 2019."""
        operator = await self.service.client(Role.OPERATIONS)
        response = await operator.get(f"/v1/benefit-years/{self._county[:4]}00/{person_id}/2019")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def release(self, review_id: str) -> None:
        """Two operators make a difference good."""
        operator, agency = await self.service.client(Role.OPERATIONS), await self.service.client(Role.AGENCY, "A1")
        body = {"decision": "ADJUST", "reason": "记录合并"}
        for client, step, message in ((operator, "proposal", body), (agency, "release", {})):
            response = await client.post(f"/v1/reviews/{review_id}/{step}", json=message)
            assert response.is_success, response.text

    async def bill(self, person_id: str, day: date, lines: dict[str, str], payers: dict[str, str]) -> dict[str, Any]:
        """A stay that ends on a day with a bill; gives the settlement."""
        encounter = await self.discharged(person_id, day, lines)
        settled: dict[str, Any] = await self._post(f"/v1/encounters/{encounter}/settlement", {"payers": payers})
        return settled

    async def discharged(self, person_id: str, day: date, lines: dict[str, str]) -> str:
        """A stay that ends on a day, not settled yet."""
        body = {"person_id": person_id, "kind": "inpatient", "admitted_on": day.isoformat()}
        encounter: str = (await self._post("/v1/encounters", body))["encounter_id"]
        fees = [{"item": "示范", "amount": amount, "cost_class": kind} for kind, amount in lines.items()]
        await self._post(f"/v1/encounters/{encounter}/fees", {"lines": fees})
        await self._post(f"/v1/encounters/{encounter}/discharge", {"discharged_on": day.isoformat()})
        return encounter

    async def reviews(self, state: str = "OPEN") -> list[dict[str, Any]]:
        """The review items in a state, once everything published was looked at."""
        await self._until_reviewed("settlement", None)
        operator = await self.service.client(Role.OPERATIONS)
        response = await operator.get("/v1/reviews", params={"state": state})
        items: list[dict[str, Any]] = response.json()["items"]
        return items

    async def review(self, review_id: str) -> dict[str, Any]:
        """One item whole."""
        operator = await self.service.client(Role.OPERATIONS)
        response = await operator.get(f"/v1/reviews/{review_id}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        response = await self.hospital.post(path, json=body)
        assert response.is_success, response.text
        return response.json()

    async def _until_reviewed(self, topic: str, messages: int | None) -> None:
        """Wait until the reviewing consumer has worked off what was published on a topic by now."""

        async def arrived() -> bool:
            events = await self.service.pool.fetchval("SELECT count(*) FROM events")
            relayed = await self.service.pool.fetchval("SELECT COALESCE(max(gseq), 0) FROM relay")
            sent = await self.around.bus.fetchval("SELECT count(*) FROM messages WHERE topic = $1", topic)
            consumed = await self.service.pool.fetchval(_CONSUMED_SQL, topic)
            return bool(events == relayed and consumed == sent and sent >= (messages or 0))

        await eventually(arrived)


async def open_desk(
    around: Surroundings,
    county: str,
    *,
    keys: PublisherKeys = NO_KEYS,
    clock: Clock = lambda: NOW,
    library: PackLibrary | None = None,
    **settings: Any,
) -> Desk:
    """Serve settlement with two hospitals of a county, under some settings."""
    config = Config(library=library or load_library(POLICIES), scan_keys=SCAN_KEYS, **settings)

    def built(host: Host) -> FastAPI:
        return build(msgspec.structs.replace(host, keys=keys), config)

    service = await around.serve("settlement", built, clock=clock)
    agency = await service.client(Role.AGENCY, "A1")
    for number in (1, 2):
        entry = {
            "hospital_id": f"H{number}",
            "name": "示范医院",
            "level": "county",
            "division": county,
            "contract_from": "2018-01-01",
        }
        assert (await agency.post("/v1/institutions", json=entry)).status_code == 201
    return Desk(around, service, await service.client(Role.HOSPITAL, "H1"), county)


@pytest.fixture
async def leye(around: Surroundings) -> Desk:
    """乐业县 in Guangxi."""
    return await open_desk(around, "451028")


@pytest.fixture
async def jieyang(around: Surroundings) -> Desk:
    """榕城区 in Jieyang."""
    return await open_desk(around, "445202")


@pytest.fixture
async def liuzhou(around: Surroundings) -> Desk:
    """城中区 in Liuzhou, Guangxi."""
    return await open_desk(around, "450202")
