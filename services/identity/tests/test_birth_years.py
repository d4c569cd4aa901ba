"""Others are told in which year somebody was born, and no more of it: nobody is treated before that."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest
from services.identity.tests.conftest import BY_ONE, NOW
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of

from contracts.identity import CONTRACT
from identity.config import (
    BIRTH_YEARS_SETTING,
    KEYS_SETTING,
    POLICIES_SETTING,
    TELL_PUSHES_SETTING,
    Config,
    config_from,
)
from identity.main import build
from identity.persons.domain.corrections import DECIDER, CorrectIdNumber, DataCorrectionReason, PersonalRecord
from identity.persons.domain.entitlement import Entitlement
from identity.persons.domain.erasure import erase
from identity.persons.domain.person import PersonRegistered, SealedPersonalData
from kernel.messaging.envelope import decode
from kernel.security import KeyRing
from kernel.security.key_ring import KEYS_FILE
from kernel.testing.deadline import eventually
from kernel.testing.specification import given
from kernel.testing.surroundings import Service, Surroundings

PERSON: Final = {"id_number": "445202198506120023", "name": "欧阳测试", "born_on": "1985-06-12", "sex": "FEMALE"}
SEALED: Final = SealedPersonalData(id_number="AQ==", name="Ag==")


@pytest.fixture
async def identity(request: pytest.FixtureRequest, around: Surroundings, tmp_path: Path) -> Service:
    tells = getattr(request, "param", True)
    config = Config(keys=KeyRing.in_folder(tmp_path), library=BY_ONE, tells_birth_years=tells)
    return await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)


async def told(around: Surroundings, count: int) -> list[Any]:
    async def arrived() -> list[Any]:
        rows = await around.bus.fetch(
            'SELECT headers, body FROM messages WHERE topic = $1 ORDER BY "offset"', "identity"
        )
        return [] if len(rows) < count else rows

    return list(await eventually(arrived))


@pytest.mark.parametrize(("identity", "year"), [(True, 1985), (False, None)], indirect=["identity"])
async def test_the_year_is_told_from_the_registration_on_where_that_is_switched_on(
    civil_affairs: httpx.AsyncClient, around: Surroundings, year: int | None
) -> None:
    registered = await civil_affairs.post("/v1/persons", json=PERSON | {"county": "445202"})
    said = {"category": "TEKUN", "valid_from": "2019-01-01", "evidence": "list"}
    path = f"/v1/persons/{registered.json()['person_id']}/memberships"
    assert (await civil_affairs.post(path, json=said)).is_success
    for row in await told(around, 2):
        assert msgspec.json.decode(row["body"]).get("born_in") == year
        assert b"06-12" not in row["body"]
        event = decode(CONTRACT, msgspec.json.decode(row["headers"])["ce_type"], row["body"])
        assert event.born_in == (msgspec.UNSET if year is None else year)


async def test_the_year_is_told_of_whom_a_list_brings_in(
    civil_affairs: httpx.AsyncClient, around: Surroundings
) -> None:
    office = Office(civil_affairs, "civil-affairs")
    number = number_of(7)
    content = csv_of([number, "示例七", "445202", "2019-01-01"], headings=HEADINGS)
    batch = await office.hand_in("list-1", content, category="TEKUN", as_of="2019-07-01T00:00:00+08:00")
    assert batch["outcomes"] == {"REGISTERED": 1}, await office.lines("list-1")
    (row,) = await told(around, 1)
    assert msgspec.json.decode(row["body"])["born_in"] == int(number[6:10])


def test_a_corrected_number_says_another_year_and_an_erasure_none() -> None:
    person = Entitlement(person_id="p1", revision=1, county="445201", born_in=1985)
    registered = PersonRegistered("t1", SEALED, "civil-affairs", person)
    record = PersonalRecord("t2", SEALED, "civil-affairs")
    right = CorrectIdNumber(record, "t1", date(1958, 6, 12), DataCorrectionReason.ENTERED_WRONGLY, "agency")
    after = given(DECIDER, [registered]).when(right).state
    assert after == msgspec.structs.replace(person, revision=2, born_in=1958)
    assert erase(person, ("t1",)).entitlement.born_in is None
    # Of whom no year was told none is told by the way: an old release may still run beside.
    untold = PersonRegistered("t1", SEALED, "civil-affairs", msgspec.structs.replace(person, born_in=None))
    corrected = given(DECIDER, [untold]).when(right).state
    assert corrected is not None
    assert corrected.born_in is None


def test_the_switch_is_a_setting(tmp_path: Path) -> None:
    KeyRing.in_folder(tmp_path)
    environ = {KEYS_SETTING: str(tmp_path / KEYS_FILE), POLICIES_SETTING: str(tmp_path)}
    assert config_from(environ).tells_birth_years
    assert not config_from(environ | {BIRTH_YEARS_SETTING: "no"}).tells_birth_years
    assert config_from(environ).tells_pushes
    assert not config_from(environ | {TELL_PUSHES_SETTING: "no"}).tells_pushes
