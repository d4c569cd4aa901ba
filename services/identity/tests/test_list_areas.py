"""What a file says of its area does not decide who must handle its rows: where the people live does (004 七(四))."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import pytest
from services.identity.tests.conftest import LIBRARY
from services.identity.tests.office import Office, csv_of, person

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
#: In Jieyang three people handle what is said of its people, in Liuzhou one suffices.
JIEYANG, OTHER_COUNTY, LIUZHOU = "445202", "445203", "450205"
LIST: Final = {"kind": "full", "category": "DIBAO"}


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=LIBRARY)
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


@pytest.fixture
def civil(civil_affairs: httpx.AsyncClient) -> Office:
    return Office(civil_affairs, "civil-affairs")


async def approved(identity: Service, office: Office, number: str) -> None:
    """Two others handle a batch, and it is applied."""
    second = await identity.client(Role.DEPARTMENT, "civil-affairs", subject="second")
    third = await identity.client(Role.AGENCY, "A445200", subject="third")
    for client, step in ((second, "review"), (third, "approval")):
        taken = await client.post(f"{office.path(number)}/{step}")
        assert taken.is_success, taken.text
    await office.ended(number)


async def refused(office: Office, number: str) -> list[tuple[int, str]]:
    return [(line["row"], line["code"]) for line in await office.lines(number) if line["outcome"] == "REFUSED"]


@pytest.mark.parametrize("run", ["real", "dry"])
async def test_a_foreign_area_gets_nobody_round_approval(civil: Office, run: str) -> None:
    rows = csv_of(person(1, county=LIUZHOU), person(2, county=JIEYANG))
    batch = await civil.hand_in("1", rows, **LIST, area=LIUZHOU, run=run)
    assert (batch["status"], batch["approval"]) == ("APPLIED" if run == "real" else "TRIED", None)
    assert batch["outcomes"] == {"REGISTERED": 1, "REFUSED": 1}
    assert await refused(civil, "1") == [(3, "ROW_APPROVAL_MISSING")]


async def test_nobody_is_moved_away_from_where_three_people_handle_it(
    identity: Service, civil: Office, agency: httpx.AsyncClient
) -> None:
    await civil.hand_in("1", csv_of(person(1, county=JIEYANG)), **LIST, area=JIEYANG)
    await approved(identity, civil, "1")
    (line,) = await civil.lines("1")
    batch = await civil.hand_in("2", csv_of(person(1, county=LIUZHOU)), **LIST, area=LIUZHOU)
    assert batch["outcomes"] == {"REFUSED": 1}
    assert await refused(civil, "2") == [(2, "ROW_APPROVAL_MISSING")]
    assert (await agency.get(f"/v1/persons/{line['person_id']}")).json()["county"] == JIEYANG


async def test_who_handled_a_county_s_list_handled_nobody_of_another_county(identity: Service, civil: Office) -> None:
    rows = csv_of(person(1, county=JIEYANG), person(2, county=OTHER_COUNTY))
    assert (await civil.hand_in("1", rows, **LIST, area=JIEYANG))["status"] == "ENTERED"
    await approved(identity, civil, "1")
    assert (await civil.batch("1"))["outcomes"] == {"REGISTERED": 1, "REFUSED": 1}
    assert await refused(civil, "1") == [(3, "ROW_APPROVAL_MISSING")]


async def test_where_one_person_suffices_a_row_outside_the_area_is_warned_of(civil: Office) -> None:
    rows = csv_of(person(1, county=LIUZHOU), person(2, county="450203"))
    batch = await civil.hand_in("1", rows, **LIST, area=LIUZHOU)
    assert (batch["outcomes"], batch["warned"]) == ({"REGISTERED": 2}, 1)
