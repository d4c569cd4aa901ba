"""The import contracts in `.importlinter` do catch what they are for: each breach is planted in a small sample."""

from pathlib import Path

import pytest
from tests.architecture.planting import lint, plant_project, source
from tests.architecture.planting import plant as plant_file


@pytest.fixture
def sample(tmp_path: Path, root: Path) -> Path:
    """A project with our packages, our services and topics, nothing in them, and our contracts."""
    plant_project(tmp_path, (root / ".importlinter").read_text(encoding="utf-8"))
    return tmp_path


def plant(sample: Path, module: str, text: str) -> None:
    """Put a module where its package lies."""
    plant_file(sample, source(module), text)


def test_the_sample_without_a_breach_keeps_every_contract(sample: Path) -> None:
    plant(sample, "settlement/main.py", "import settlement.encounters.api, settlement.config, kernel.running.module")
    plant(sample, "settlement/encounters/domain.py", "import law.waterfall, contracts.settlement, kernel.values.module")
    plant(sample, "law/waterfall.py", "import law.methods.given, kernel.values.module")
    plant(sample, "contracts/settlement.py", "from kernel.values import module")
    plant(sample, "identity/feeds/commands.py", "import identity.intake.staging, identity.intake.spool")
    plant(sample, "identity/reactions/module.py", "import contracts.settlement, identity.persons.commands")
    plant(sample, "onestop/platform.py", "import settlement.main, identity.main, law.waterfall")
    plant(sample, "workbench/demo.py", "import onestop.platform, kernel.testing, settlement.main")
    status, output = lint(sample)
    assert status == 0, output
    assert "0 broken" in output


@pytest.mark.parametrize(
    ("module", "line", "breach"),
    [
        # from package to package
        ("settlement/years/commands.py", "identity.persons.queries", "settlement is not allowed to import identity"),
        ("operations/main.py", "fund_ledger.journals.rows", "operations is not allowed to import fund_ledger"),
        ("referral/reactions/module.py", "onestop.main", "referral is not allowed to import onestop"),
        ("onestop/platform.py", "workbench.demo", "onestop is not allowed to import workbench"),
        ("identity/main.py", "workbench.demo", "identity is not allowed to import workbench"),
        ("kernel/running/module.py", "workbench.demo", "kernel is not allowed to import workbench"),
        ("kernel/values/module.py", "settlement.config", "kernel is not allowed to import settlement"),
        ("kernel/values/module.py", "contracts.identity", "kernel is not allowed to import contracts"),
        ("kernel/values/module.py", "law.waterfall", "kernel is not allowed to import law"),
        ("law/waterfall.py", "contracts.identity", "law is not allowed to import contracts"),
        ("contracts/identity.py", "law.waterfall", "contracts is not allowed to import law"),
        ("law/waterfall.py", "settlement.years.domain", "law is not allowed to import settlement"),
        # inside the kernel
        ("kernel/values/module.py", "kernel.writing", "kernel.values is not allowed to import kernel.writing"),
        ("kernel/security/module.py", "kernel.writing", "kernel.security is not allowed to import kernel.writing"),
        ("kernel/writing/module.py", "kernel.security", "kernel.writing is not allowed to import kernel.security"),
        ("kernel/writing/module.py", "kernel.messaging", "kernel.writing is not allowed to import kernel.messaging"),
        ("kernel/http/module.py", "kernel.messaging", "kernel.http is not allowed to import kernel.messaging"),
        ("kernel/http/module.py", "kernel.running", "kernel.http is not allowed to import kernel.running"),
        ("kernel/running/module.py", "kernel.testing", "kernel.running is not allowed to import kernel.testing"),
        ("kernel/utils.py", "sys", "The following modules are not listed as layers: - kernel.utils"),
        # the law and the contracts need values only
        ("law/waterfall.py", "kernel.writing.module", "law is not allowed to import kernel.writing"),
        ("contracts/identity.py", "kernel.messaging.module", "contracts is not allowed to import kernel.messaging"),
        # purity
        ("identity/persons/domain.py", "asyncpg", "identity.persons.domain is not allowed to import asyncpg"),
        ("referral/copies/domain.py", "random", "referral.copies.domain is not allowed to import random"),
        ("operations/indicators/domain.py", "httpx", "operations.indicators.domain is not allowed to import httpx"),
        ("law/methods/given.py", "secrets", "law is not allowed to import secrets"),
        ("contracts/identity.py", "asyncio", "contracts is not allowed to import asyncio"),
        # no test code in production
        ("settlement/main.py", "kernel.testing", "settlement.main -> kernel.testing (l.1)"),
        ("onestop/platform.py", "kernel.testing.kafka_broker", "onestop.platform -> kernel.testing.kafka_broker (l.1)"),
        ("identity/main.py", "pytest", "identity is not allowed to import pytest"),
        ("workbench/demo.py", "pytest", "workbench is not allowed to import pytest"),
        # the topics of every service
        ("identity/persons/domain.py", "identity.facts.domain", "facts stands above persons"),
        (
            "identity/intake/spool.py",
            "identity.intake.staging",
            "inside intake imports go api > working > receiving > returning > reading > staging > spool > readers",
        ),
        ("referral/copies/rows.py", "referral.copies.queries", "inside copies imports go"),
        ("settlement/reviews/commands.py", "settlement.years.commands", "of years, only queries and domain are open"),
        ("fund_ledger/journals/api.py", "fund_ledger.main", "journals is a topic: of what lies beside the topics"),
        ("operations/utils.py", "sys", "operations.utils is no part"),
        ("settlement/encounters/benefit.py", "sys", "settlement.encounters.benefit is none of the words of a topic"),
    ],
)
def test_a_breach_is_found(sample: Path, module: str, line: str, breach: str) -> None:
    plant(sample, module, f"import {line}\n")
    status, output = lint(sample)
    assert status == 1, output
    assert breach in output


def test_a_domain_that_reaches_io_through_the_kernel_is_found(sample: Path) -> None:
    plant(sample, "kernel/writing/module.py", "import sqlalchemy")
    plant(sample, "kernel/writing/decider.py", "import kernel.writing.module")
    plant(sample, "settlement/encounters/domain.py", "from kernel.writing import decider")
    status, output = lint(sample)
    assert status == 1, output
    assert "settlement.encounters.domain is not allowed to import sqlalchemy" in output
    assert "kernel.writing.module -> sqlalchemy" in output


def test_two_neighbours_that_import_each_other_are_found(sample: Path) -> None:
    plant(sample, "law/methods/banded.py", "import law.methods.given")
    plant(sample, "law/methods/given.py", "import law.methods.banded")
    status, output = lint(sample)
    assert status == 1, output
    assert "No cycles are allowed in law.methods" in output
