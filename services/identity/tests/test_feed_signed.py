"""A department's machine signs what it sends: no one else can, nothing can be changed, and nothing counts twice."""

import io
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import openpyxl
import pytest
from services.identity.tests.machine import Machine
from services.identity.tests.office import Office, csv_of, number_of, person

from identity.config import Config
from identity.intake.readers.kinds import XLSX
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
KEYS: Final = "/v1/feeds/civil-affairs/keys"
ASKED: Final = {"kind": "delta", "category": "DIBAO", "as_of": "2026-12-01T00:00:00+08:00"}


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


@pytest.fixture
def civil(civil_affairs: httpx.AsyncClient) -> Office:
    return Office(civil_affairs, "civil-affairs")


@pytest.fixture
async def machine(civil: Office, agency: httpx.AsyncClient) -> Machine:
    made = Machine(civil.client, NOW)
    body = {"public_key": made.key.public.text, "divisions": ["445202"]}
    registered = await agency.post(KEYS, json=body)
    assert registered.status_code == 201, registered.text
    return made


async def test_a_machine_sends_changes_and_asks_what_became_of_them(civil: Office, machine: Machine) -> None:
    rows = csv_of(person(1), person(2, "", "445281"))
    sent = await machine.send("PUT", civil.path("m1"), rows, **ASKED)
    assert sent.status_code == 202, sent.text
    assert (await civil.batch("m1"))["outcomes"] == {"REFUSED": 1, "REGISTERED": 1}
    polled = (await machine.send("GET", civil.path("m1"))).json()
    assert (polled["status"], polled["divisions"]) == ("APPLIED", ["445202"])
    assert polled["sent_by"].startswith("key:mz.example/445200+")
    refused = await machine.send("GET", f"{civil.path('m1')}/rows", outcome="REFUSED")
    assert [line["code"] for line in refused.json()["items"]] == ["ROW_DIVISION_FOREIGN"]


async def test_what_was_signed_counts_once_and_as_it_was_signed(civil: Office, machine: Machine) -> None:
    request = machine.signed("PUT", civil.path("m1"), csv_of(person(1)), **ASKED)
    assert (await machine.again(request)).status_code == 202
    assert (await machine.again(request)).json()["code"] == "SIGNATURE_REPLAYED"

    async def changed(**parts: Any) -> str:
        good = machine.signed("PUT", civil.path("m2"), csv_of(person(2)), **ASKED)
        kept = {name: value for name, value in good.headers.items() if name.lower() != "content-length"}
        told = {"method": "PUT", "url": good.url, "content": good.content, "headers": kept, **parts}
        code: str = (await machine.again(httpx.Request(**told))).json()["code"]
        return code

    assert await changed(content=csv_of(person(3))) == "FEED_DIGEST_DIFFERS"
    assert await changed(url=machine.url.join(civil.path("m3")).copy_merge_params(ASKED)) == "SIGNATURE_WRONG"
    wide = machine.url.join(civil.path("m2")).copy_merge_params(ASKED | {"kind": "full", "area": "445202"})
    assert await changed(url=wide) == "SIGNATURE_WRONG"
    good = machine.signed("PUT", civil.path("m2"), csv_of(person(2)), **ASKED)
    del good.headers["OneStop-Content-SHA256"]
    assert (await machine.again(good)).json()["code"] == "SIGNATURE_WRONG"
    machine.moment -= 3600
    assert (await machine.send("PUT", civil.path("m2"), csv_of(person(2)), **ASKED)).json()["code"] == "SIGNATURE_STALE"
    assert (await civil.batch("m1"))["outcomes"] == {"REGISTERED": 1}
    assert await civil.standing() == 1


async def test_a_key_speaks_for_its_department_until_it_is_revoked(
    civil: Office, machine: Machine, agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient
) -> None:
    foreign = await machine.send("GET", "/v1/feeds/poverty-alleviation/batches/1")
    assert foreign.json()["code"] == "ORGANISATION_FOREIGN"
    assert (await machine.send("GET", "/v1/feeds/civil-affairs/batches")).json()["code"] == "TOKEN_MISSING"
    stranger = Machine(civil.client, NOW)
    assert (await stranger.send("GET", civil.path("m1"))).json()["code"] == "SIGNATURE_WRONG"
    own = await civil.client.post(KEYS, json={"public_key": stranger.key.public.text})
    assert own.status_code == 403, "a thief with a department's token makes no key"
    (key,) = (await civil.client.get(KEYS)).json()
    revocation = {"key_id": key["key_id"]}
    other = await poverty_alleviation.post("/v1/feeds/poverty-alleviation/keys/revocation", json=revocation)
    assert other.json()["code"] == "SENDER_KEY_UNKNOWN"
    assert (await civil.client.post(f"{KEYS}/revocation", json=revocation)).json()["revoked_by"] == "department-1"
    assert (await machine.send("GET", civil.path("m1"))).json()["code"] == "SIGNATURE_WRONG"
    again = await agency.post(KEYS, json={"public_key": machine.key.public.text})
    assert again.json()["code"] == "SENDER_KEY_KNOWN"
    wrong = await agency.post(KEYS, json={"public_key": "mz.example/445200+00000000+AAAA"})
    assert wrong.json()["code"] == "SENDER_KEY_MALFORMED"


async def test_a_key_is_confirmed_and_revoked_by_who_acts_where_it_speaks(
    civil: Office, machine: Machine, agency: httpx.AsyncClient, identity: Service
) -> None:
    own = await identity.client(Role.DEPARTMENT, "civil-affairs", subject="own", divisions=["445202"])
    neighbour = await identity.client(Role.AGENCY, "A445281", divisions=["445281"])
    everywhere = Machine(civil.client, NOW)
    assert (await agency.post(KEYS, json={"public_key": everywhere.key.public.text})).status_code == 201
    here, wide = [{"key_id": one["key_id"]} for one in (await civil.client.get(KEYS)).json()]
    for client, key in ((neighbour, here), (own, wide)):
        for step in ("confirmation", "revocation"):
            refused = await client.post(f"{KEYS}/{step}", json=key)
            assert (refused.status_code, refused.json()["code"]) == (403, "DIVISION_FOREIGN"), step
    assert (await own.post(f"{KEYS}/confirmation", json=here)).json()["confirmed_by"] == "own"
    assert (await own.post(f"{KEYS}/revocation", json=here)).json()["revoked_by"] == "own"
    assert (await machine.send("GET", civil.path("m1"))).json()["code"] == "SIGNATURE_WRONG"


@pytest.mark.parametrize(
    "department", ["civil-affairs", "poverty-alleviation", "disabled-persons", "county-government"]
)
async def test_a_template_that_is_filled_in_is_read(identity: Service, department: str) -> None:
    client = await identity.client(Role.DEPARTMENT, department)
    path = f"/v1/feeds/{department}/template"
    text = (await client.get(f"{path}.csv")).content.decode("utf-8-sig")
    answered = await client.get(f"{path}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answered.content))
    sheet = book["名单"]
    headings = [str(cell.value) for cell in sheet[1]]
    assert headings == text.strip().split(",")
    assert [name for name in headings if name.endswith("*")] == ["姓名*", "身份证号*", "县区代码*", "开始日期*"]
    categories = {"civil-affairs": "低保", "poverty-alleviation": "建档立卡", "disabled-persons": "贫困残疾人"}
    filled = {
        "姓名*": "示例", "身份证号*": number_of(1), "县区代码*": "榕城区", "开始日期*": "2019.5.1",
        "类别": categories.get(department, "OTHER_SPECIAL"), "脱贫状态": "未脱贫",
    }  # fmt: skip
    sheet.append([filled.get(name, "") for name in headings])
    kept = io.BytesIO()
    book.save(kept)
    batch = await Office(client, department).hand_in("1", kept.getvalue(), XLSX)
    assert (batch["outcomes"], [notice["code"] for notice in batch["notices"] or []]) == (
        {"REGISTERED": 1}, ["SHEET_SKIPPED"],
    )  # fmt: skip
