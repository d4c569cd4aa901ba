"""A real PgBouncer before a server: one server session serves many callers, a transaction at a time."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from kernel.running import server_process
from kernel.running.server_process import Account

_READY_SECONDS: Final = 20
#: From here on it knows in which server session a caller's prepared statements are.
_VERSION_MIN: Final = (1, 21)
_SETTINGS: Final = """
[databases]
* = host={host} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
max_prepared_statements = 200
default_pool_size = {sessions}
"""


def pgbouncer_available() -> bool:
    """Whether this machine has a PgBouncer that keeps prepared statements."""
    if shutil.which("pgbouncer") is None:
        return False
    said = subprocess.run(["pgbouncer", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"PgBouncer (\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= _VERSION_MIN


class PgBouncer:
    """A pooler of transactions before the server of ``database_url``, with so many sessions a user and database."""

    def __init__(self, folder: Path, database_url: str, users: Sequence[str], *, sessions: int) -> None:
        self._folder = folder
        self._name = urlsplit(database_url).path.strip("/")
        (self._host,) = parse_qs(urlsplit(database_url).query)["host"]
        self._users = users
        self._sessions = sessions
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]

    @property
    def url(self) -> str:
        """The database's address through the pooler."""
        return f"postgresql://127.0.0.1:{self._port}/{self._name}"

    def start(self) -> None:
        """Start, and return when it takes connections; raises AssertionError after some seconds."""
        # It refuses to run as root, and whoever else it runs as must be let in.
        account = Account(65534, 65534) if os.geteuid() == 0 else None
        self._folder.mkdir(mode=0o755)
        settings, users = self._folder / "pgbouncer.ini", self._folder / "users.txt"
        users.write_text("".join(f'"{user}" ""\n' for user in self._users))
        settings.write_text(_SETTINGS.format(host=self._host, port=self._port, users=users, sessions=self._sessions))
        for step in (self._folder, *self._folder.parents):
            if account is not None and not step.stat().st_mode & 0o001:
                step.chmod(step.stat().st_mode | 0o001)
        program = shutil.which("pgbouncer")
        assert program is not None, "ask pgbouncer_available() first"
        log = self._folder / "pgbouncer.log"
        self._process = server_process.start(
            [program, settings], log=log, environment=os.environ, death_signal=signal.SIGKILL, account=account
        )
        deadline = time.monotonic() + _READY_SECONDS
        while not self._listens():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """End it and every connection through it; does nothing when it is not running."""
        process, self._process = self._process, None
        if process is not None:
            server_process.stop(process, (signal.SIGTERM, 5.0))

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
