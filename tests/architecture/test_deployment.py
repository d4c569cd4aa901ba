"""What the files for Docker say about services, ports, secrets and versions is what the code says."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from onestop.desk.desk import NAME as DESK
from onestop.desk.desk import PORT
from onestop.services import SERVICES


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((root / "docker-compose.yml").read_text())
    return document


def _settings(root: Path, pattern: str, file: str) -> set[str]:
    return set(re.findall(pattern, (root / file).read_text(), re.MULTILINE))


def test_every_service_runs_at_its_usual_port_as_its_own_role(compose: dict[str, Any]) -> None:
    running = {name: entry for name, entry in compose["services"].items() if entry.get("command", [""])[0] == "service"}
    assert running.keys() == SERVICES.keys()
    for name, entry in running.items():
        service, settings = SERVICES[name], entry["environment"]
        assert entry["command"] == ["service", name]
        assert settings["ONESTOP_PORT"] == str(service.port)
        assert entry["ports"] == [f"127.0.0.1:{service.port}:{service.port}"]
        assert settings["ONESTOP_DATABASE_URL"] == f"postgresql://{service.schema}@postgres:5432/onestop"
        password = f"{service.schema.upper()}_DATABASE_PASSWORD"
        assert settings["PGPASSWORD"].startswith("${" + password + ":?")
        assert password in compose["services"]["postgres"]["environment"]


def test_the_desk_runs_at_its_usual_port_as_its_own_role_and_has_no_other_password(compose: dict[str, Any]) -> None:
    entry = compose["services"][DESK]
    settings = entry["environment"]
    assert (entry["command"], settings["ONESTOP_PORT"]) == ([DESK], str(PORT))
    assert entry["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert settings["ONESTOP_DATABASE_URL"] == f"postgresql://{DESK}@postgres:5432/onestop"
    assert settings["ONESTOP_ADMIN_DATABASE_URL"] == ""
    passwords = {name for name in re.findall(r"\$\{(\w+)", str(settings)) if "PASSWORD" in name or "KEY_RING" in name}
    assert passwords == {"DESK_DATABASE_PASSWORD"}
    assert passwords <= compose["services"]["postgres"]["environment"].keys()
    assert "secrets" not in entry


def test_every_service_waits_for_the_migration_and_not_for_the_broker(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        assert {needed: how["condition"] for needed, how in compose["services"][name]["depends_on"].items()} == {
            "migrate": "service_completed_successfully",
            "kafka": "service_started",
        }
    assert compose["services"]["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_whatever_runs_has_a_memory_limit_and_says_when_it_is_healthy(compose: dict[str, Any]) -> None:
    for name, entry in compose["services"].items():
        assert "mem_limit" in entry, name
        assert ("healthcheck" in entry) == (name not in {"migrate", "kafka-rights"}), name


def test_the_example_of_env_names_every_secret_and_holds_none(root: Path, compose: dict[str, Any]) -> None:
    wanted = _settings(root, r"\$\{(\w+)", "docker-compose.yml")
    wanted |= {secret["environment"] for secret in compose["secrets"].values()}
    assert _settings(root, r"^(\w+)=$", ".env.example") == wanted
    assert not _settings(root, r"^(\w+)=.", ".env.example")


def test_every_setting_given_is_one_that_the_code_reads(root: Path, texts: dict[str, str]) -> None:
    code = "\n".join(text for path, text in texts.items() if path.endswith(".py") and "/src/" in path)
    for file in ("docker-compose.yml", "deploy/Dockerfile"):
        for name in _settings(root, r"\b(ONESTOP_\w+)\s*[:=] ?\S", file):
            assert f'"{name}"' in code, f"{file} gives {name}, which nothing reads"


def test_the_builder_gets_what_the_image_copies_and_nothing_else(root: Path) -> None:
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", (root / "deploy/Dockerfile").read_text(), re.MULTILINE)
    copied = {source for line in lines for source in line.split()}
    ignored = (root / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert all((root / source).exists() for source in copied)


def test_the_image_ships_every_member_but_the_workbench(root: Path) -> None:
    shipped = set(re.findall(r"^COPY (\w+) \1$", (root / "deploy/Dockerfile").read_text(), re.MULTILINE))
    (members,) = re.findall(r"^MEMBERS := (.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert shipped - {"policies"} == set(members.replace("$(wildcard services/*)", "services").split()) - {"workbench"}


def test_containers_and_embedded_runs_use_the_same_versions(root: Path, compose: dict[str, Any]) -> None:
    (kafka,) = re.findall(
        r"<artifactId>kafka_2.13</artifactId>\s*<version>(.*?)</version>", (root / "deploy/kafka/pom.xml").read_text()
    )
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{kafka}"
    assert compose["services"]["postgres"]["image"] == "postgres:18"


def test_env_is_made_once_for_its_owner_only_and_never_replaced(root: Path, tmp_path: Path) -> None:
    target = tmp_path / ".env"
    command = (sys.executable, root / "deploy/new_env.py", root / ".env.example", target, tmp_path / "keys")
    subprocess.run(command, check=True)
    first = target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not re.search(r"^(?!ALARM_)\w+=$", first, re.MULTILINE), "every setting has a value"
    passwords = re.findall(r"_PASSWORD=(.+)", first)
    assert len(set(passwords)) == len(passwords)
    subprocess.run(command, check=True)
    assert target.read_text() == first


def test_an_env_from_before_a_service_gets_what_it_lacks_and_nothing_else(root: Path, tmp_path: Path) -> None:
    target, example = tmp_path / ".env", root / ".env.example"
    command = (sys.executable, root / "deploy/new_env.py", example, target, tmp_path / "keys")
    subprocess.run(command, check=True)
    of_now = settings_in(target)
    own = json.dumps(
        {topic: key for topic, key in json.loads(of_now["PUBLISHER_KEYS"]).items() if topic != "operations"}
    )
    kept = {name: value for name, value in of_now.items() if not name.startswith(("OPERATIONS_", "SCAN_KEY_RING"))}
    kept |= {"PUBLISHER_KEYS": own, "IDENTITY_DATABASE_PASSWORD": "of-the-place", "ALARM_WEBHOOK": ""}
    target.write_text("# ours\n" + "".join(f"{name}='{value}'\n" for name, value in kept.items()))
    subprocess.run(command, check=True)
    after = settings_in(target)
    assert set(after) == set(of_now)
    assert {name: after[name] for name in kept if name != "PUBLISHER_KEYS"} == {
        name: value for name, value in kept.items() if name != "PUBLISHER_KEYS"
    }
    assert json.loads(after["PUBLISHER_KEYS"]) == json.loads(of_now["PUBLISHER_KEYS"])
    assert all(after[name] for name in of_now if name.startswith(("OPERATIONS_", "SCAN_KEY_RING")))
    assert target.read_text().startswith("# ours\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def settings_in(env: Path) -> dict[str, str]:
    """The settings of a file, without quotes."""
    lines = [line.partition("=") for line in env.read_text().splitlines() if "=" in line and not line.startswith("#")]
    return {name: value.strip("'") for name, _, value in lines}
