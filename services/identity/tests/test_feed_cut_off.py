"""A file that breaks off is refused whole; a fault in a last line without end is that row's."""

from typing import Final

import httpx
import pytest
from services.identity.tests.office import Office, csv_of, person

AS_OF: Final = "2019-07-01T00:00:00+08:00"


@pytest.mark.parametrize("cut", [9, 17, 25])
async def test_a_file_that_breaks_off_in_its_last_row_is_refused_whole(
    civil_affairs: httpx.AsyncClient, cut: int
) -> None:
    civil = Office(civil_affairs, "civil-affairs")
    batch = await civil.hand_in("1", csv_of(person(1), person(2))[:-cut], category="DIBAO", as_of=AS_OF)
    assert (batch["status"], batch["problem"]["code"]) == ("REFUSED", "FEED_FILE_TRUNCATED")
    assert await civil.standing() == 0


async def test_a_fault_in_a_last_line_without_end_is_that_row_s(civil_affairs: httpx.AsyncClient) -> None:
    civil = Office(civil_affairs, "civil-affairs")
    batch = await civil.hand_in("1", csv_of(person(1), person(2))[:-2], category="DIBAO", as_of=AS_OF)
    assert batch["outcomes"] == {"REFUSED": 1, "REGISTERED": 1}
