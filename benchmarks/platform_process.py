"""The platform in a process of its own, as the thing that is measured."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx
import msgspec

from kernel.messaging.publisher_keys import keys_in_folder
from kernel.security import Issuer
from onestop.platform import embedded_settings
from onestop.services import SERVICES
from workbench.examples import http_run

PROJECT: Final = Path(__file__).parent.parent
POLICIES: Final = PROJECT / "policies"
FIRST_PORT = 18401
READY_WITHIN_SECONDS = 60


@contextmanager
def platform_process(database: str, folder: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Run every service in one process, at ``urls``, until the block ends."""
    with http_run.platform_process(database, folder, *more, first_port=FIRST_PORT) as process:
        yield process


@contextmanager
def service_process(
    name: str,
    database: str,
    folder: Path,
    *,
    instance: int = 0,
    port: int | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run an instance of one service alone, as a deployment does; gives its address and process.

    ``more`` are settings that are added to these or replace them, such as another transport's.
    """
    port = port or FIRST_PORT + len(SERVICES) + instance
    url, log = f"http://127.0.0.1:{port}", folder / f"{name}.log"
    settings = {**os.environ, **_settings(name, database, folder), "ONESTOP_PORT": str(port), **more}
    command = [sys.executable, "-m", "onestop", "service", name]
    with log.open("a") as written:
        process = subprocess.Popen(command, env=settings, stderr=written, text=True)
    try:
        _wait_until_ready(url, process, log)
        yield url, process
    finally:
        process.terminate()
        process.wait(30)


def signing(name: str, folder: Path) -> dict[str, str]:
    """The keys with which a service seals its messages, as the platform made them: without, its relay sends nothing."""
    topic = SERVICES[name].parts.topic
    own = keys_in_folder(folder / "keys", [topic])[topic].own
    assert own is not None, "a key in a folder is made where there is none"
    public = msgspec.json.encode({topic: [own.public.text]}).decode()
    return {"ONESTOP_SIGNING_KEY": own.text, "ONESTOP_PUBLISHER_KEYS": public}


def _settings(name: str, database: str, folder: Path) -> dict[str, str]:
    keys = issuer(folder)
    return embedded_settings(folder, POLICIES) | {
        "ONESTOP_DATABASE_URL": database.replace("postgres@", f"{SERVICES[name].schema}@"),
        "ONESTOP_TRANSPORT": "embedded",
        "ONESTOP_JWKS": msgspec.json.encode(keys.jwks()).decode(),
        "ONESTOP_TOKEN_ISSUER": keys.issuer,
        "ONESTOP_TOKEN_AUDIENCE": keys.audience,
        "ONESTOP_HOST": "127.0.0.1",
    }


def _wait_until_ready(url: str, process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/ready").is_success:
                return
        time.sleep(0.05)
    ended = "is still starting" if process.poll() is None else f"ended with {process.returncode}"
    raise RuntimeError(f"{url} is not ready; its process {ended} and logged: {log.read_text()[-3000:]}")


def urls() -> dict[str, str]:
    """Where the services are."""
    return {name: f"http://127.0.0.1:{FIRST_PORT + i}" for i, name in enumerate(SERVICES)}


def issuer(folder: Path) -> Issuer:
    """The platform's own issuer."""
    return Issuer.in_folder(folder / "keys")


def memory_mib(pid: int, what: str = "VmRSS") -> float:
    """A process's memory now, or whatever else of it /proc tells, such as ``VmHWM``."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(what))
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """The processor time of a process and of its children, those that have ended and those that run."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            numbers = stat.read_text().rpartition(")")[2].split()
            if pid in (int(stat.parent.name), int(numbers[1])):
                total += sum(map(int, numbers[11:15] if int(stat.parent.name) == pid else numbers[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """What this ran on."""
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "unknown")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return f"{os.cpu_count()} cores ({model.partition(':')[2].strip()}), commit {commit.stdout.strip() or 'unknown'}"
