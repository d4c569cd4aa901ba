"""Alarms reach somebody: a real Alertmanager with our configuration, a webhook and a mail server that listen."""

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
import yaml

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

    async def raise_alarm(self, name: str, service: str, severity: str = "page") -> None:
        alarm = {"labels": {"alertname": name, "service": service, "severity": severity}}
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


async def test_alarms_of_one_kind_come_together_by_both_ways_and_an_acknowledged_one_does_not_come(duty: Duty) -> None:
    duty.amtool("silence", "add", "alertname=TwoLead", "--author=li", "--comment=the old one ends", "--duration=1h")
    await duty.raise_alarm("TwoLead", "settlement")
    await duty.raise_alarm("MessagesParked", "settlement")
    await duty.raise_alarm("MessagesParked", "referral")

    async def told() -> bool:
        return bool(duty.told.hooks and duty.told.mails)

    await eventually(told)
    (hook,) = duty.told.hooks
    assert {alarm["labels"]["service"] for alarm in hook["alerts"]} == {"settlement", "referral"}
    (mail,) = duty.told.mails
    assert "To: duty@example.cn" in mail
    assert "MessagesParked" in mail
    assert "TwoLead" in duty.amtool("alert", "query", "--silenced"), "it is acknowledged, not forgotten"


@pytest.mark.parametrize("ways", [{}, {"ALARM_WEBHOOK": "http://hook:1/x"}, {"ALARM_MAIL_TO": "duty@example.cn"}])
def test_the_configuration_holds_whoever_is_told(start: list[str], ways: dict[str, str], tmp_path: Path) -> None:
    kept = tmp_path / "kept.yaml"
    keeper = tmp_path / "keeper"
    keeper.write_text(f'#!/bin/sh\namtool check-config "${{1#--config.file=}}" && cp "${{1#--config.file=}}" {kept}\n')
    keeper.chmod(0o755)
    environ = {"PATH": os.environ["PATH"], "ALARM_ALERTMANAGER": str(keeper), **ways}
    done = subprocess.run(start, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("nobody is told" in done.stderr) == (not ways)
    made = yaml.safe_load(kept.read_text())
    named = {way for receiver in made["receivers"] for way in receiver if way != "name"}
    assert named == {"webhook_configs" if "ALARM_WEBHOOK" in name else "email_configs" for name in ways}


def test_an_address_that_would_change_the_configuration_is_refused(root: Path) -> None:
    start = [str(root / "deploy/alertmanager/start.sh"), str(root / "deploy/alertmanager/alertmanager.yaml")]
    environ = {"PATH": os.environ["PATH"], "ALARM_WEBHOOK": 'http://x" }]', "ALARM_ALERTMANAGER": "true"}
    done = subprocess.run(start, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "an address has no quote" in done.stderr


def test_at_night_only_pages_come(root: Path) -> None:
    made = yaml.safe_load((root / "deploy/alertmanager/alertmanager.yaml").read_text())
    routes = {route["matchers"][0]: route.get("mute_time_intervals", []) for route in made["route"]["routes"]}
    assert routes == {'severity="page"': [], 'severity="look"': ["quiet"]}
    (quiet,) = made["time_intervals"]
    assert quiet["time_intervals"][0]["location"] == "Asia/Shanghai"
