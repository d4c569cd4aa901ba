"""Small projects planted in a temporary folder, laid out as ours, on which programs and the import linter run."""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.service_layout import PARTS, read_services

_ROOT = Path(__file__).resolve().parents[2]
_SHARED = frozenset({"kernel", "contracts", "law"})
#: The list of methods as it is written, with the first one alone.
_REGISTER = "from law.methods.given import Given\n\nAnyLayer = (\n    Given\n)\n"
_LAW = (
    *("rows", "certificate", "figures", "trace", "claim", "plan", "course", "methods/given", "packs/module"),
    *("clocks/module", "conditions", "standing", "waterfall", "wording", "favourable", "statement"),
)
_MODULES = {
    **{
        f"kernel/{name}/module.py": ""
        for name in ("values", "writing", "security", "messaging", "http", "printing", "running")
    },
    # The one use of test code that is allowed.
    "kernel/testing/kafka_broker.py": "",
    "onestop/main.py": "import kernel.testing.kafka_broker\n",
    "onestop/platform.py": "",
    "contracts/identity.py": "",
    "contracts/settlement.py": "",
    **{f"law/{name}.py": "" for name in _LAW},
    "law/methods/register.py": _REGISTER,
    "workbench/demo.py": "",
}


def plant(folder: Path, path: str, text: str = "") -> None:
    """Write a file, and what its folders need to be packages, from the one below ``src`` or from the top on."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    top = folder / path.partition("/src/")[0] / "src" if "/src/" in path else folder
    for package in target.relative_to(top).parents[:-1]:
        (top / package / "__init__.py").touch()
    target.write_text(text, encoding="utf-8")


def source(module: str) -> str:
    """Where a module's file lies in our project: ``law/claim.py`` in ``shared/src``, and so on."""
    package = module.partition("/")[0]
    if package in _SHARED:
        return f"shared/src/{module}"
    member = package if package in {"onestop", "workbench"} else f"services/{package.replace('_', '-')}"
    return f"{member}/src/{module}"


def plant_project(folder: Path, contracts: str) -> None:
    """Our packages, services and topics as the text of `.importlinter` declares them, with nothing in them."""
    modules = dict(_MODULES)
    for service, topics in read_services(contracts).items():
        for part in PARTS:
            modules[f"{service}/{part}{'/module' if part in {'reactions', 'migrations'} else ''}.py"] = ""
        modules |= {f"{service}/{name}/{word}.py": "" for name, topic in topics.items() for word in topic.words}
    for module, text in modules.items():
        plant(folder, source(module), text)
        plant(folder, source(f"{module.partition('/')[0]}/py.typed"))
    (folder / ".importlinter").write_text(contracts, encoding="utf-8")


def run(folder: Path, program: str) -> tuple[int, str]:
    """A Python program's status and words (each space one blank); the folder's packages hide the installed ones.

    Our own root stands behind them, because the linter takes its contract type from `tests.architecture`.
    """
    path = [folder, *sorted(folder.glob("*/src")), *sorted(folder.glob("services/*/src")), _ROOT]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def lint(folder: Path) -> tuple[int, str]:
    """What `lint-imports` answers about the project in the folder by the folder's own `.importlinter`."""
    arguments = ["lint-imports", "--no-cache", "--no-logo", "--config", ".importlinter"]
    program = "from importlinter.cli import lint_imports_command as main; main()"
    return run(folder, f"import sys; sys.argv = {arguments!r}; {program}")
