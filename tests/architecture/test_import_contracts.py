"""The import contracts in `.importlinter` do catch what they are for: each breach is planted in a small sample."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_SERVICES = ("identity", "referral", "settlement", "fund_ledger")
_FILES = ("main", "config", "consumers", "handlers", "projections", "queries", "integration_events", "event_types")
_FOLDERS = ("api", "domain", "migrations")


@pytest.fixture
def sample(tmp_path: Path, root: Path) -> Path:
    """A project with our packages, nothing in them, and our contracts."""
    modules = [f"{service}/{name}.py" for service in _SERVICES for name in _FILES]
    packages = [f"{service}/{name}" for service in _SERVICES for name in _FOLDERS]
    for package in (*_SERVICES, *packages, "kernel", "kernel/testing", "onestop"):
        _plant(tmp_path, f"{package}/__init__.py", "")
    for module in (*modules, "kernel/money.py", "kernel/database.py"):
        _plant(tmp_path, module, "")
    shutil.copy(root / ".importlinter", tmp_path)
    return tmp_path


def _plant(sample: Path, module: str, line: str) -> None:
    path = sample / module
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line)


def _lint(sample: Path) -> tuple[int, str]:
    # Its own folder comes first on the path, so the packages of the sample hide the installed ones.
    program = "from importlinter.cli import lint_imports_command as main; main()"
    command = [sys.executable, "-c", program, "--no-cache", "--config", ".importlinter"]
    done = subprocess.run(command, cwd=sample, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_sample_without_a_breach_keeps_every_contract(sample: Path) -> None:
    _plant(
        sample,
        "settlement/main.py",
        "import settlement.api, settlement.reactions.told, settlement.config, kernel.values.money",
    )
    _plant(sample, "settlement/handlers.py", "import settlement.encounters.queries.encounters, settlement.domain")
    _plant(sample, "onestop/__init__.py", "import settlement.main, identity.main, kernel.testing")
    status, output = _lint(sample)
    assert status == 0, output
    assert "0 broken" in output


@pytest.mark.parametrize(
    ("module", "line", "breach"),
    [
        (
            "settlement/handlers.py",
            "import identity.persons.queries.persons",
            "settlement is not allowed to import identity",
        ),
        ("referral/consumers.py", "import onestop", "referral is not allowed to import onestop"),
        ("kernel/money.py", "import settlement.config", "kernel is not allowed to import settlement"),
        ("identity/config.py", "import identity.domain", "config is not allowed to import identity.domain"),
        (
            "settlement/domain/bill.py",
            "import settlement.encounters.queries.encounters",
            "domain is not allowed to import settlement.encounters.queries.encounters",
        ),
        (
            "settlement/queries.py",
            "import settlement.encounters.commands.encounters",
            "queries is not allowed to import settlement.encounters.commands.encounters",
        ),
        ("fund_ledger/api/books.py", "import fund_ledger.main", "api is not allowed to import fund_ledger.main"),
        (
            "referral/api/filings.py",
            "import referral.reactions.told",
            "api is not allowed to import referral.reactions.told",
        ),
        ("identity/projections.py", "import identity.event_types", "not allowed to import identity.event_types"),
        ("identity/main.py", "import identity.migrations", "main is not allowed to import identity.migrations"),
        ("fund_ledger/utils.py", "", "utils"),
        ("settlement/repositories/__init__.py", "", "repositories"),
        ("identity/domain/person.py", "import asyncpg", "identity.domain is not allowed to import asyncpg"),
        ("referral/domain/filing.py", "from random import choice", "referral.domain is not allowed to import random"),
        ("settlement/handlers.py", "import kernel.testing", "settlement is not allowed to import kernel.testing"),
    ],
)
def test_a_breach_is_found(sample: Path, module: str, line: str, breach: str) -> None:
    _plant(sample, module, line)
    status, output = _lint(sample)
    assert status == 1, output
    assert breach in output


def test_a_domain_that_reaches_io_through_the_kernel_is_found(sample: Path) -> None:
    _plant(sample, "kernel/database.py", "import sqlalchemy")
    _plant(sample, "kernel/money.py", "import kernel.writing.database")
    _plant(sample, "settlement/domain/bill.py", "from kernel import money")
    status, output = _lint(sample)
    assert status == 1, output
    assert "settlement.domain is not allowed to import sqlalchemy" in output
    assert "kernel.writing.database -> sqlalchemy" in output
