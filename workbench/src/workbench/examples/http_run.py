"""A platform of its own for examples that are played over REST: started, spoken to, and gone again."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from kernel.security import Issuer
from law.packs import PackLibrary, load_library
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.free_ports import first_of_free_ports
from onestop.one_process import DOORS
from onestop.quiescence import wait_until_arrived
from workbench.examples.http_client import HttpClient
from workbench.examples.http_player import HttpPlayer
from workbench.examples.http_regions import ZONES
from workbench.examples.settle import SettleExample

_LONG_AGO: Final = date(2000, 1, 1)


@contextmanager
def http_player(policies: Path, examples: Iterable[SettleExample]) -> Iterator[HttpPlayer]:
    """A player whose services run in a process of their own on an embedded PostgreSQL.

    Figures that examples configure go into the settings of their packs, as a county would write them.
    """
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        folder = Path(name)
        library = _configured(policies, folder / "policies", examples)
        with running_services(server.url(), folder, folder / "policies") as urls:
            client = HttpClient(
                urls, Issuer.in_folder(folder / "keys"), lambda: asyncio.run(wait_until_arrived(server.url()))
            )
            yield HttpPlayer(client, library)
            client.close()


@contextmanager
def running_services(database: str, folder: Path, policies: Path) -> Iterator[dict[str, str]]:
    """Every service and the desk in a process of its own on a database; gives their addresses, and ends it then."""
    first_port = first_of_free_ports(len(DOORS))
    with platform_process(database, folder, "--policies", str(policies), "--zones", ZONES, first_port=first_port):
        yield {name: f"http://127.0.0.1:{first_port + i}" for i, name in enumerate(DOORS)}


@contextmanager
def platform_process(database: str, folder: Path, *more: str, first_port: int) -> Iterator[subprocess.Popen[str]]:
    """Run `onestop platform` until the block ends; ``more`` are further arguments."""
    command = [sys.executable, "-m", "onestop", "platform", "--database", database, "--folder", str(folder)]
    log = folder / "platform.log"
    with log.open("a") as written:
        process = subprocess.Popen(
            [*command, "--first-port", str(first_port), *more], stdout=subprocess.PIPE, stderr=written, text=True
        )
    assert process.stdout is not None
    try:
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(log.read_text()[-3000:])
        yield process
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def _configured(policies: Path, copy: Path, examples: Iterable[SettleExample]) -> PackLibrary:
    shutil.copytree(policies, copy)
    for region, figures in _figures(examples).items():
        for pack in (pack for pack in load_library(copy).packs if pack.file.region == region):
            values = {name: [_value(figure)] for name, figure in figures.items()}
            path = copy / f"{pack.pack_id}.settings.yaml"
            path.write_text(yaml.safe_dump({"configured": values}, allow_unicode=True), encoding="utf-8")
    return load_library(copy)


def _figures(examples: Iterable[SettleExample]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for example in examples:
        for name, figure in example.config.items():
            known = found.setdefault(example.region, {}).setdefault(name, str(figure))
            assert known == str(figure), (
                f"{example.id} configures {name} otherwise than an example before: play it alone"
            )
    return found


def _value(figure: str) -> dict[str, object]:
    return {"from": _LONG_AGO, "value": figure, "clause": "示例"}
