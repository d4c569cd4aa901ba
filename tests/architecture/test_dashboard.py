"""The dashboard: it loads, each panel has its place, and each asks in PromQL for metrics that a service has."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from tests.architecture.test_alarms import known_metrics

_METRIC: Final = re.compile(r"\b((?:onestop|http|event_loop)_[a-z_]+)\b(?=[{\[)])")


@pytest.fixture(scope="module")
def dashboard(root: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((root / "deploy/grafana/onestop.json").read_text())
    return loaded


def _asked(dashboard: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_each_panel_has_a_place_of_its_own_and_says_what_it_shows(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 8
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${source}"}


def test_each_question_is_promql(dashboard: dict[str, Any], tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is missing (Debian's prometheus), so the dashboard cannot be checked here")
    rules = [{"record": f"panel:{i}", "expr": expr} for i, expr in enumerate(_asked(dashboard))]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_each_question_is_about_metrics_that_a_service_has(dashboard: dict[str, Any], database: str) -> None:
    known = await known_metrics(database)
    asked = {name for expr in _asked(dashboard) for name in _METRIC.findall(expr)}
    assert len(asked) > 8
    assert asked <= known
