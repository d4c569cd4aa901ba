"""Alarms reach somebody: a real Alertmanager with our configuration, a webhook and a mail server that listen."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.architecture.on_duty import Duty

from kernel.testing.deadline import eventually


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
