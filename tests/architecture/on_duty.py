"""A real Alertmanager with our configuration, and a webhook and a mail server that listen to it."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from kernel.testing.deadline import eventually
from onestop.free_ports import first_of_free_ports

_PROGRAM: Final = "prometheus-alertmanager"
_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Told:
    """What came by HTTP and by mail."""

    def __init__(self) -> None:
        self.hooks: list[dict[str, Any]] = []
        self.mails: list[str] = []

    async def hook(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].split("\r\n")[0])
        self.hooks.append(json.loads(await reader.readexactly(length)))
        writer.write(_OK)
        await writer.drain()
        writer.close()

    async def mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().upper().strip():
            if line == "DATA":
                writer.write(b"354 go on\r\n")
                self.mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"250 fine\r\n")
            if line == "QUIT":
                break
        writer.close()


class Duty:
    """A running Alertmanager."""

    def __init__(self, url: str, told: Told) -> None:
        self.url, self.told = url, told

    async def raise_alarm(self, name: str, service: str, severity: str = "page", **annotations: str) -> None:
        alarm = {"labels": {"alertname": name, "service": service, "severity": severity}, "annotations": annotations}
        alarm["startsAt"] = datetime.now(UTC).isoformat()  # type: ignore[assignment]
        async with httpx.AsyncClient() as client:
            (await client.post(f"{self.url}/api/v2/alerts", json=[alarm])).raise_for_status()

    def amtool(self, *words: str) -> str:
        done = subprocess.run(
            ["amtool", f"--alertmanager.url={self.url}", *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def start(root: Path) -> list[str]:
    """The command that starts it with our configuration."""
    if shutil.which(_PROGRAM) is None or shutil.which("amtool") is None:
        pytest.skip("Debian's prometheus-alertmanager is missing, so nobody can be told of alarms here")
    folder = root / "deploy/alertmanager"
    return [str(folder / "start.sh"), str(folder / "alertmanager.yaml")]


@pytest.fixture
async def duty(start: list[str], tmp_path: Path) -> AsyncIterator[Duty]:
    """One that waits for a moment only before it tells."""
    told, port = Told(), first_of_free_ports(1)
    async with (
        await asyncio.start_server(told.hook, "127.0.0.1", 0) as hooks,
        await asyncio.start_server(told.mail, "127.0.0.1", 0) as mails,
    ):
        ways = {
            "ALARM_ALERTMANAGER": _PROGRAM,
            "ALARM_WEBHOOK": f"http://127.0.0.1:{_port(hooks)}/alarms",
            "ALARM_MAIL_TO": "duty@example.cn",
            "ALARM_SMTP_HOST": f"127.0.0.1:{_port(mails)}",
            "ALARM_SMTP_TLS": "false",
            "ALARM_GROUP_WAIT": "1s",
        }
        at = f"--storage.path={tmp_path}", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="
        process = await asyncio.create_subprocess_exec(
            *start, *at, env={**os.environ, **ways}, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await eventually(lambda: _is_ready(f"http://127.0.0.1:{port}"))
            yield Duty(f"http://127.0.0.1:{port}", told)
        finally:
            process.terminate()
            await process.wait()


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _is_ready(url: str) -> bool:
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{url}/-/ready")).is_success
    except httpx.TransportError:
        return False
