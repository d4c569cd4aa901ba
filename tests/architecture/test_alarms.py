"""The alarms: each is raised by its fault and by nothing else, reads metrics that exist, and says what to do."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from prometheus_client import CollectorRegistry

from fund_ledger.charts.domain import Charts
from fund_ledger.forecasts.api import FundCollector
from fund_ledger.forecasts.commands import FundWatch
from fund_ledger.forecasts.queries import ForecastQueries
from identity.feeds.api.figures import ConfirmationCollector
from identity.feeds.commands.confirming import ConfirmationWatch
from identity.feeds.queries.confirmations import ConfirmationQueries
from kernel.http.metrics import HttpMetrics
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import BUS_SQL
from kernel.running.metrics import RuntimeCollector
from kernel.running.runtime import Runtime
from kernel.testing import tally
from kernel.writing.database import administering, open_pool
from law.packs import PackLibrary
from onestop.chain_figures import ChainFigures
from onestop.desk.desk import NAME as DESK
from onestop.desk.desk import PORT
from onestop.reconcile.figures import Figures
from onestop.services import SERVICES
from operations.breaches.api.figures import ClockCollector
from operations.breaches.commands.watching import ClockWatch
from operations.clocks.queries.done import ClockQueries
from operations.config import Config
from settlement.webhooks.api.figures import WebhookCollector
from settlement.webhooks.commands.failing import FailingWatch
from settlement.webhooks.queries.positions import PositionQueries

_METRIC: Final = re.compile(r"\b((?:onestop|http|event_loop)_[a-z_]+)\b")
_WELL: Final = """
up{job="onestop",service="s"} 1
onestop_database_up{service="s"} 1
http_requests_total{service="s",status="200"} 0+100x100
http_requests_total{service="s",status="503"} 0+1x100
http_requests_total{service="s",status="500"} 0
onestop_sessions{service="s",pool="commands",state="in use"} 3
onestop_sessions{service="s",pool="commands",state="most"} 5
event_loop_lag_seconds{service="s"} 0.01
onestop_leads{service="s",instance="1"} 1
onestop_leads{service="s",instance="2"} 0
onestop_elections_total{service="s"} 1
onestop_job_held_up{service="s",job="relay",cause="transport"} 0
onestop_job_held_up{service="s",job="relay",cause="fault"} 0
onestop_events_waiting_seconds{service="s",step="sequencer"} 1
onestop_oldest_unsent_event_seconds{service="s"} 1
onestop_horizon_seconds{service="s"} 20
onestop_consumer_troubled{service="s",consumer="c",topic="t"} 0
onestop_consumer_lag{service="s",consumer="c",topic="t",partition="0"} 900
onestop_parked_messages{service="s",consumer="c",topic="t"} 0
onestop_confirmations_overdue{service="s",department="d"} 0
onestop_webhook_failing_seconds{service="s",hospital="h"} 3000
onestop_clocks{service="s",state="ABOUT"} 0
onestop_clocks{service="s",state="LATE"} 0
onestop_reconciliation_differences{service="s",kind="k",owner="o"} 0
up{job="nightly",service="reconcile"} 1
onestop_reconciliation_ended_timestamp_seconds{service="reconcile"} 0
onestop_chain_broken_places{service="s"} 0
up{job="nightly",service="verify-chain"} 1
onestop_chain_verified_timestamp_seconds{service="verify-chain"} 0
onestop_funds{service="s",county="c",state="OVERDRAWN"} 0
onestop_funds{service="s",county="c",state="LOW"} 0
"""
#: For each alarm what differs from a platform that is well.
_FAULTS: Final = {
    "ServiceDown": 'up{job="onestop",service="s"} 0',
    "DatabaseAway": 'onestop_database_up{service="s"} 0',
    "CommandsRefused": 'http_requests_total{service="s",status="503"} 0+10x100',
    "MistakesAtTheDoor": 'http_requests_total{service="s",status="500"} 0+1x100',
    "SessionsUsedUp": 'onestop_sessions{service="s",pool="commands",state="in use"} 5',
    "LoopHeldUp": 'event_loop_lag_seconds{service="s"} 2',
    "NobodyLeads": 'onestop_leads{service="s",instance="1"} 0',
    "TwoLead": 'onestop_leads{service="s",instance="2"} 1',
    "ElectionsOften": 'onestop_elections_total{service="s"} 0+1x100',
    "JobHeldUp": 'onestop_job_held_up{service="s",job="relay",cause="transport"} 1',
    "JobFails": 'onestop_job_held_up{service="s",job="relay",cause="fault"} 1',
    "EventsNotNumbered": 'onestop_events_waiting_seconds{service="s",step="sequencer"} 31',
    "EventsNotSent": 'onestop_oldest_unsent_event_seconds{service="s"} 61',
    "HorizonHeld": 'onestop_horizon_seconds{service="s"} 61',
    "ConsumerHeldUp": 'onestop_consumer_troubled{service="s",consumer="c",topic="t"} 1',
    "ConsumerLags": 'onestop_consumer_lag{service="s",consumer="c",topic="t",partition="0"} 1001',
    "MessagesParked": 'onestop_parked_messages{service="s",consumer="c",topic="t"} 1',
    "WebhookFails": 'onestop_webhook_failing_seconds{service="s",hospital="h"} 3601',
    "ClocksAboutToBreak": 'onestop_clocks{service="s",state="ABOUT"} 5',
    "ClocksLate": 'onestop_clocks{service="s",state="LATE"} 1',
    "ReconciliationDifference": 'onestop_reconciliation_differences{service="s",kind="k",owner="o"} 2',
    "ReconciliationStale": 'onestop_reconciliation_ended_timestamp_seconds{service="reconcile"} -172800',
    "ChainBroken": 'onestop_chain_broken_places{service="s"} 1',
    "ChainNotVerified": 'onestop_chain_verified_timestamp_seconds{service="verify-chain"} -172800',
    "FundsOverdrawn": 'onestop_funds{service="s",county="c",state="OVERDRAWN"} 1',
    "FundsLow": 'onestop_funds{service="s",county="c",state="LOW"} 2',
    "ConfirmationsOverdue": 'onestop_confirmations_overdue{service="s",department="d"} 1',
}


@pytest.fixture(scope="module")
def rules(root: Path) -> dict[str, Any]:
    document = yaml.safe_load((root / "deploy/prometheus/alarms.yaml").read_text())
    return {rule["alert"]: rule for group in document["groups"] for rule in group["rules"]}


def _series(text: str) -> dict[str, str]:
    return {series: values for series, _, values in (line.rpartition("} ") for line in text.strip().splitlines())}


#: The same alarm by other faults: nothing answers there, or no run has ended.
_OTHERWISE: Final = (
    ("ReconciliationStale", 'up{job="nightly",service="reconcile"} 0'),
    ("ReconciliationStale", 'onestop_reconciliation_ended_timestamp_seconds{service="reconcile"} _'),
    ("ChainNotVerified", 'up{job="nightly",service="verify-chain"} 0'),
    ("ChainNotVerified", 'onestop_chain_verified_timestamp_seconds{service="verify-chain"} _'),
)


def _played(name: str, fault: str) -> dict[str, Any]:
    """Ten minutes of a platform that is well but for one thing, and which alarms they raise."""
    played = _series(_WELL) | _series(fault)
    firing = [{"labels": f'{{alertname="{name}"}}', "value": 1}] if fault else []
    return {
        "interval": "10s",
        "input_series": [
            {"series": series + "}", "values": values if "x" in values else f"{values}x100"}
            for series, values in played.items()
        ],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": "10m",
                "exp_samples": firing,
            }
        ],
    }


def test_each_fault_raises_its_alarm_and_no_other(root: Path, tmp_path: Path, rules: dict[str, Any]) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is missing (Debian's prometheus), so the alarms cannot be played here")
    assert _FAULTS.keys() == rules.keys(), "an alarm without a fault that raises it, or the reverse"
    shutil.copy(root / "deploy/prometheus/alarms.yaml", tmp_path)
    played = [_played(name, fault) for name, fault in (("", ""), *_FAULTS.items(), *_OTHERWISE)]
    (tmp_path / "played.yaml").write_text(yaml.safe_dump({"rule_files": ["alarms.yaml"], "tests": played}))
    done = subprocess.run(
        ["promtool", "test", "rules", "played.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alarm_says_what_happened_to_which_service_and_what_to_do(rules: dict[str, Any]) -> None:
    for name, rule in rules.items():
        assert rule["annotations"].keys() == {"summary", "do"}, name
        assert rule["labels"]["severity"] in ("page", "look"), name
        assert "$labels.service" in rule["annotations"]["summary"] or name == "HorizonHeld", name


async def known_metrics(database: str) -> set[str]:
    """The names of all metrics that a service has."""
    await tally.create_schema(database)
    async with administering(database) as admin:
        await admin.execute(BUS_SQL)
    registry = CollectorRegistry()
    HttpMetrics("tally", registry).observe("GET", "/", 200, 0.1)
    async with await open_pool(database, schema="bus", size=1) as bus:
        runtime = Runtime(tally.PARTS, database, EmbeddedEventLog(bus))
        await runtime.start(background=False)
        await runtime.observe()
        registry.register(RuntimeCollector(runtime))
        watch = ConfirmationWatch(ConfirmationQueries(runtime), lambda: datetime(2026, 1, 1, tzinfo=UTC), (10, 31))
        registry.register(ConfirmationCollector(watch))
        clocks = ClockWatch(runtime, ClockQueries(runtime), Config(), lambda: datetime(2026, 1, 1, tzinfo=UTC))
        registry.register(ClockCollector(clocks))
        registry.register(Figures().registry)
        registry.register(ChainFigures().registry)
        funds = FundWatch(ForecastQueries(runtime), Charts(PackLibrary(())), lambda: datetime(2026, 1, 1, tzinfo=UTC))
        registry.register(FundCollector(funds))
        failing = FailingWatch(PositionQueries(runtime))
        registry.register(WebhookCollector(failing, lambda: datetime(2026, 1, 1, tzinfo=UTC)))
        known = {f"{metric.name}{end}" for metric in registry.collect() for end in ("", "_total", "_bucket")}
        await runtime.stop()
    return known


async def test_each_alarm_reads_metrics_that_a_service_has(database: str, rules: dict[str, Any]) -> None:
    known = await known_metrics(database)
    for name, rule in rules.items():
        assert set(_METRIC.findall(rule["expr"])) <= known, name


def test_every_service_is_watched(root: Path) -> None:
    document = yaml.safe_load((root / "deploy/prometheus/prometheus.yaml").read_text())
    job, nightly = document["scrape_configs"]
    compose = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]
    for name, watched_too in zip(("reconcile", "verify-chain"), nightly["static_configs"], strict=True):
        command = compose[name]["command"]
        assert watched_too["targets"] == [f"{name}:{command[command.index('--metrics-port') + 1]}"]
        assert watched_too["labels"] == {"service": name}
    watched = {entry["targets"][0]: entry["labels"]["service"] for entry in job["static_configs"]}
    served = {f"{name}:{service.port}": name for name, service in SERVICES.items()}
    assert watched == {**served, f"{DESK}:{PORT}": DESK}


def test_the_page_of_faults_names_alarms_that_exist(root: Path, rules: dict[str, Any]) -> None:
    page = (root / "docs/reliability.md").read_text()
    named = set(re.findall(r"alarm `(\w+)`", page))
    assert named <= rules.keys()
    assert named, "no fault names its alarm"
