"""An upgrade without a pause: the release before serves on the new schema, beside the new program, and then leaves.

``deploy/release-before`` names the commit of that release; whoever releases puts the one that runs into it.
"""

import asyncio
import io
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest
from tests.faults.killable import whole_visit

from kernel.security import Issuer
from onestop.free_ports import first_of_free_ports
from onestop.migrating import migrate
from onestop.one_process import DOORS
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from onestop.services import SERVICES
from workbench.demo.report import read_books
from workbench.demo.town import settle_in

ROOT: Final = Path(__file__).parents[2]
#: A whole platform in one process: the command line of the release before may name plug-ins that are no more.
PROGRAM: Final = """
import sys, uvloop
from pathlib import Path
from onestop.one_process import serve_all
database, folder, policies, port = sys.argv[1:]
uvloop.run(serve_all(database, Path(folder), Path(policies), int(port), None))
"""
VISITS_EACH: Final = 6
#: What the release before does not tell, nobody tells until the last of its instances has ended (decision 0052).
UNTOLD: Final = dict.fromkeys(
    (
        "ONESTOP_TELL_STAYS",
        "ONESTOP_TELL_CASES",
        "ONESTOP_TELL_DOCTORS",
        "ONESTOP_TELL_BIRTH_YEARS",
        "ONESTOP_TELL_PUSHES",
        "ONESTOP_TELL_MONEY",
    ),
    "no",
)


class Program:
    """One release of the platform in a process of its own."""

    def __init__(self, sources: Path, database: str, folder: Path) -> None:
        self._sources = sources
        self._database = database
        self._folder = folder
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def urls(self) -> dict[str, str]:
        return {name: f"http://127.0.0.1:{self._port + i}" for i, name in enumerate(SERVICES)}

    def start(self) -> None:
        self._port = first_of_free_ports(len(DOORS))
        members = ("shared", "services/*", "onestop", "workbench")
        paths = [str(path / "src") for member in members for path in self._sources.glob(member)]
        arguments = [self._database, str(self._folder), str(self._sources / "policies"), str(self._port)]
        log = self._folder / f"{self._port}.log"
        with log.open("a") as written:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *arguments],
                env={**os.environ, **UNTOLD, "PYTHONPATH": os.pathsep.join(paths)},
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
                cwd=self._folder,
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        self._process.stdout.close()
        assert said == "ready\n", log.read_text()[-3000:]

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None


@pytest.fixture(scope="module")
def release_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the release before, as they were."""
    commit = (ROOT / "deploy/release-before").read_text().strip()
    archived = subprocess.run(
        ["git", "archive", commit, "shared", "services", "onestop", "workbench", "policies"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if archived.returncode != 0:
        pytest.skip(f"the history here does not reach back to the release before, {commit}")
    folder = tmp_path_factory.mktemp("release-before")
    with tarfile.open(fileobj=io.BytesIO(archived.stdout)) as sources:
        sources.extractall(folder, filter="data")
    return folder


@pytest.fixture
async def programs(release_before: Path, database: str, tmp_path: Path) -> AsyncIterator[tuple[Program, Program]]:
    old, new = (Program(sources, database, tmp_path) for sources in (release_before, ROOT))
    try:
        yield old, new
    finally:
        for program in (old, new):
            await asyncio.to_thread(program.end)


async def test_an_upgrade_under_load_answers_everybody_and_loses_nothing(
    programs: tuple[Program, Program], database: str, tmp_path: Path
) -> None:
    old, new = programs
    await asyncio.to_thread(old.start)
    settled: list[str] = []
    async with AsyncExitStack() as stack:
        issuer = Issuer.in_folder(tmp_path / "keys")
        before = Platform(database, old.urls, issuer, stack)
        people = list((await settle_in(before, 9)).ids.values())

        async def load(*served_by: Platform) -> None:
            first = len(settled)
            visits = [
                whole_visit(served_by[n % len(served_by)], people[n % len(people)], n)
                for n in range(first, first + VISITS_EACH)
            ]
            settled.extend(await asyncio.gather(*visits))

        await load(before)
        await asyncio.gather(migrate(database), load(before))
        await load(before)
        await asyncio.to_thread(new.start)
        after = Platform(database, new.urls, issuer, stack)
        await load(before, after)
        await asyncio.to_thread(old.end)
        await load(after)
    await wait_until_arrived(database)
    books = await read_books(database)
    assert (books.settled, books.problems) == (len(set(settled)), [])
    assert len(set(settled)) == 5 * VISITS_EACH
    assert (await verify(database)).differences == ()
