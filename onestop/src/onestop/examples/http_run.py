"""A platform of its own for examples that are played over REST: started, spoken to, and gone again."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kernel.security import Issuer
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.examples.http_player import HttpPlayer
from onestop.services import SERVICES

FIRST_PORT = 18301


@contextmanager
def http_player(policies: Path) -> Iterator[HttpPlayer]:
    """A player whose services run in a process of their own on an embedded PostgreSQL."""
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        folder = Path(name)
        command = [sys.executable, "-m", "onestop", "platform", "--database", server.url(), "--folder", str(folder)]
        command += ["--policies", str(policies), "--first-port", str(FIRST_PORT)]
        with (folder / "platform.log").open("w") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        try:
            if process.stdout.readline() != "ready\n":
                raise RuntimeError((folder / "platform.log").read_text()[-3000:])
            urls = {name: f"http://127.0.0.1:{FIRST_PORT + i}" for i, name in enumerate(SERVICES)}
            player = HttpPlayer(urls, Issuer.in_folder(folder / "keys"))
            yield player
            player.close()
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()
