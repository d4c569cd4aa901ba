"""The platform in a process of its own, as the thing that is measured."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import httpx
import msgspec

from kernel.security import Issuer
from onestop.platform import embedded_settings
from onestop.services import SERVICES

FIRST_PORT = 18401
READY_WITHIN_SECONDS = 60


@contextmanager
def platform_process(database: str, folder: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """Run `onestop platform` until the block ends."""
    command = [sys.executable, "-m", "onestop", "platform", "--database", database, "--folder", str(folder)]
    with (folder / "platform.log").open("a") as log:
        process = subprocess.Popen(
            [*command, "--first-port", str(FIRST_PORT), *more], stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError((folder / "platform.log").read_text()[-3000:])
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def settlement_process(
    database: str, folder: Path, policies: Path, *, instance: int = 0
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run an instance of the settlement service alone, as a deployment does; gives its address and process."""
    with service_process("settlement", database, folder, policies, instance=instance) as running:
        yield running


@contextmanager
def identity_process(database: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the identity service alone; gives its address and process."""
    with service_process("identity", database, folder, Path("policies")) as running:
        yield running


@contextmanager
def service_process(
    name: str,
    database: str,
    folder: Path,
    policies: Path,
    *,
    instance: int = 0,
    port: int | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run an instance of one service alone, as a deployment does; gives its address and process.

    ``more`` are settings that are added to these or replace them, such as another transport's.
    """
    keys = issuer(folder)
    port = port or FIRST_PORT + len(SERVICES) + instance
    url = f"http://127.0.0.1:{port}"
    settings = embedded_settings(folder, policies) | {
        "ONESTOP_DATABASE_URL": database.replace("postgres@", f"{SERVICES[name].schema}@"),
        "ONESTOP_TRANSPORT": "embedded",
        "ONESTOP_JWKS": msgspec.json.encode(keys.jwks()).decode(),
        "ONESTOP_TOKEN_ISSUER": keys.issuer,
        "ONESTOP_TOKEN_AUDIENCE": keys.audience,
        "ONESTOP_HOST": "127.0.0.1",
        "ONESTOP_PORT": str(port),
        "ONESTOP_POLICIES": str(policies),
        **more,
    }
    with (folder / f"{name}.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "onestop", "service", name],
            env={**os.environ, **settings},
            stderr=log,
            text=True,
        )
    try:
        _wait_until_ready(url, process, folder / f"{name}.log")
        yield url, process
    finally:
        process.terminate()
        process.wait(30)


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


def resident_mib(process: subprocess.Popen[str]) -> float:
    """Memory of a process now."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def machine() -> str:
    """What this ran on."""
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "unknown")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return f"{os.cpu_count()} cores ({model.partition(':')[2].strip()}), commit {commit.stdout.strip() or 'unknown'}"
