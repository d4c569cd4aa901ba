"""Whatever stands in a file, reading it ends, with rows or with a reason, and the next file goes on."""

import os
import tempfile
from collections import deque
from contextlib import closing
from datetime import date
from functools import partial
from typing import Final

import httpx
import pytest
from services.identity.tests.damage import damaged
from services.identity.tests.office import Office, csv_of, person

from identity.feeds.domain.row import FileDescription, feed_form
from identity.intake.domain import FileRefusedError, in_chinese
from identity.intake.readers.limits import Limits
from identity.intake.readers.packing import unpacked
from identity.intake.readers.process import ReadingProcess
from identity.persons.domain.categories import Category, Department

#: The long form, behind ``make fuzz-feeds``, has thousands.
FILES: Final = int(os.environ.get("ONESTOP_FUZZ_FILES", "60"))
FORM: Final = partial(
    feed_form,
    FileDescription(
        department=Department.CIVIL_AFFAIRS,
        category=Category.DIBAO,
        evidence="feed 1",
        stated="20261210",
        today=date(2026, 12, 10),
    ),
)
LIMITS: Final = Limits(memory_bytes=1024 * 1024 * 1024, cpu_seconds=20, patience_seconds=30.0)


def read(content: bytes, media_type: str) -> tuple[int, str]:
    """How many rows a file has, or why it has none."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        process = ReadingProcess(file, media_type, FORM, LIMITS)
        rows = 0
        try:
            while piece := process.piece():
                rows += sum(1 for _ in unpacked(piece))
        except FileRefusedError as refused:
            assert in_chinese(refused.problem.detail), refused.problem
            return rows, refused.problem.code
        finally:
            process.close()
        return rows, ""


@pytest.mark.parametrize("first", range(0, FILES, 20))
def test_a_damaged_file_is_read_or_refused(first: int) -> None:
    for seed in range(first, min(first + 20, FILES)):
        rows, code = read(*damaged(seed))
        assert rows or code, f"seed {seed}"


async def test_after_damaged_files_the_next_one_is_applied(civil_affairs: httpx.AsyncClient) -> None:
    civil = Office(civil_affairs, "civil-affairs")
    seeds = range(1000, 1012)
    for seed in seeds:
        content, media_type = damaged(seed)
        await civil.send(str(seed), content, media_type, category="DIBAO", as_of="2019-07-01T00:00:00Z")
    for seed in seeds:  # one at a time: a dozen together may take longer than a file is waited for
        await civil.ended(str(seed))
    good = csv_of(person(50))
    done = await civil.hand_in("good", good, category="DIBAO", as_of="2019-07-02T00:00:00Z")
    assert done["outcomes"] == {"REGISTERED": 1}
    assert {(await civil.batch(str(seed)))["status"] for seed in seeds} <= {"APPLIED", "REFUSED"}


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(memory_bytes=20 * 1024 * 1024), "内存"),
        (Limits(cpu_seconds=1, memory_bytes=1024 * 1024 * 1024), "时间"),
    ],
)
def test_a_file_that_takes_more_than_a_file_may_is_refused(limits: Limits, words: str) -> None:
    content = csv_of(*(person(n % 50) for n in range(120_000)))
    with tempfile.TemporaryFile() as file:
        file.write(content)
        with (
            closing(ReadingProcess(file, "text/csv", FORM, limits)) as process,
            pytest.raises(FileRefusedError, match=words) as refused,
        ):
            deque(iter(process.piece, b""), maxlen=0)
    assert refused.value.problem.code == "FEED_FILE_TOO_HEAVY"
