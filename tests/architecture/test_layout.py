"""Every service is laid out as `.importlinter` declares, also where the linter does not look.

It overlooks folders without an ``__init__.py``, files that are not Python, a file beside a folder of the same name, and
packages that nobody has declared.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from configparser import ConfigParser
from pathlib import Path, PurePosixPath

import pytest
from tests.architecture.service_layout import PARTS, Topic, read_services

_SOURCE = re.compile(r"(?:services/(?P<service>[^/]+)|[^/]+)/src/(?P<package>[^/]+)/(?P<inside>.+)")
_BESIDE = frozenset({"__init__.py", "py.typed"})
#: What each operation answers (`onestop generate`), which is read when somebody asks for the document.
_GENERATED = frozenset({"operations.json"})
_VERSIONS = "migrations/versions"  # Alembic reads this folder by its path


def misplaced(paths: Iterable[str], services: Mapping[str, Mapping[str, Topic]]) -> Iterator[str]:
    """What among the files is not laid out as declared, each with what would be right."""
    packages: dict[str, set[str]] = {}
    for path in paths:
        if place := _SOURCE.fullmatch(path):
            package, service = place["package"], place["service"]
            packages.setdefault(package, set()).add(place["inside"])
            if service and package != service.replace("-", "_"):
                yield f"{path}: the package of {service} is {service.replace('-', '_')}"
    for package, files in sorted(packages.items()):
        yield from _unseen(package, files)
        if package in services:
            yield from _misnamed(package, files, services[package])


def _unseen(package: str, files: set[str]) -> Iterator[str]:
    yield from (f"{package}: {missing} is missing" for missing in sorted(_BESIDE - files))
    for folder in sorted({str(PurePosixPath(file).parent) for file in files if file.endswith(".py")} - {"."}):
        if f"{folder}/__init__.py" not in files and folder != _VERSIONS:
            yield f"{package}: {folder}/__init__.py is missing, so the linter does not look into {folder}"
    for file in sorted(files):
        if file.endswith(".py") and any(other.startswith(f"{file.removesuffix('.py')}/") for other in files):
            yield f"{package}: {file.removesuffix('.py')} is both a file and a folder"


def _misnamed(service: str, files: set[str], topics: Mapping[str, Topic]) -> Iterator[str]:
    folders = {"": {*PARTS, *topics}, **{f"{name}/": set(topic.words) for name, topic in topics.items()}}
    for folder, names in folders.items():
        inside = [file.removeprefix(folder).partition("/") for file in files if file.startswith(folder)]
        for entry in sorted({f"{name}{slash}" for name, slash, _ in inside} - _BESIDE - _GENERATED):
            name = entry.removesuffix("/").removesuffix(".py")
            if name not in names or not entry.endswith((".py", "/")):
                yield f"{service}: {folder}{entry} is none of {', '.join(sorted(names))}"
    yield from (f"{service}: {name} is always a folder" for name in ("migrations", *topics) if f"{name}.py" in files)


def undeclared(paths: Iterable[str], text: str) -> Iterator[str]:
    """The packages that the text of `.importlinter` leaves out somewhere, and where."""
    parser = ConfigParser()
    parser.read_string(text)
    lists = {
        "root_packages": set(parser["importlinter"]["root_packages"].split()),
        "the layers of outside": set(re.findall(r"\w+", parser["importlinter:contract:outside"]["layers"])),
        "the ancestors of cycles": set(parser["importlinter:contract:cycles"]["ancestors"].split()),
    }
    places = [place for place in map(_SOURCE.fullmatch, paths) if place]
    for package in sorted({place["package"] for place in places}):
        yield from (f"{package} is missing in {name} of .importlinter" for name in lists if package not in lists[name])
    services = read_services(text)
    for package in sorted({place["package"] for place in places if place["service"]} - services.keys()):
        yield f"{package} has no contract of type topics in .importlinter"


@pytest.fixture(scope="module")
def contracts(root: Path) -> str:
    """The text of `.importlinter`."""
    return (root / ".importlinter").read_text(encoding="utf-8")


def test_every_service_is_laid_out_as_declared(texts: dict[str, str], contracts: str) -> None:
    found = list(misplaced(texts, read_services(contracts)))
    assert not found, "\n".join(found)


def test_every_package_is_declared(texts: dict[str, str], contracts: str) -> None:
    found = list(undeclared(texts, contracts))
    assert not found, "\n".join(found)


_GOOD = (
    "services/fund-ledger/pyproject.toml",
    "services/fund-ledger/tests/test_anything.py",
    "services/fund-ledger/src/fund_ledger/__init__.py",
    "services/fund-ledger/src/fund_ledger/py.typed",
    "services/fund-ledger/src/fund_ledger/main.py",
    "services/fund-ledger/src/fund_ledger/reactions/__init__.py",
    "services/fund-ledger/src/fund_ledger/reactions/settlement.py",
    "services/fund-ledger/src/fund_ledger/migrations/__init__.py",
    "services/fund-ledger/src/fund_ledger/migrations/env.py",
    "services/fund-ledger/src/fund_ledger/migrations/versions/0001_first.py",
    "services/fund-ledger/src/fund_ledger/journals/__init__.py",
    "services/fund-ledger/src/fund_ledger/journals/commands.py",
    "services/fund-ledger/src/fund_ledger/journals/domain/__init__.py",
    "services/fund-ledger/src/fund_ledger/journals/domain/journal.py",
    "services/fund-ledger/src/fund_ledger/journals/api/__init__.py",
    "services/fund-ledger/src/fund_ledger/journals/api/letterhead.html",
)


def test_the_layout_itself_is_accepted(contracts: str) -> None:
    assert not list(misplaced(_GOOD, read_services(contracts)))
    assert not list(undeclared(_GOOD, contracts))


@pytest.mark.parametrize(
    ("planted", "reason"),
    [
        ("fund_ledger/utils.py", "utils.py is none of advances, bank, charts, config, event_types"),
        ("fund_ledger/fonts/kai.ttf", "fonts/ is none of advances, bank, charts, config, event_types"),
        ("fund_ledger/repositories/__init__.py", "repositories/ is none of advances, bank, charts, config"),
        ("fund_ledger/tables.sql", "tables.sql is none of advances"),
        ("fund_ledger/funds.py", "funds is always a folder"),
        ("fund_ledger/migrations.py", "migrations is always a folder"),
        ("fund_ledger/reactions.py", "reactions is both a file and a folder"),
        ("fund_ledger/journals/helpers.py", "journals/helpers.py is none of api, commands, domain, queries, rows"),
        ("fund_ledger/journals/helpers/__init__.py", "journals/helpers/ is none of api, commands, domain"),
        ("fund_ledger/journals/page.html", "journals/page.html is none of api"),
        ("fund_ledger/journals/domain.py", "journals/domain is both a file and a folder"),
        ("fund_ledger/journals/domain/parts/lines.py", "journals/domain/parts/__init__.py is missing, so the linter"),
        ("fund_ledger/funds/domain.py", "funds/__init__.py is missing, so the linter does not look into funds"),
        ("ledger/main.py", "the package of fund-ledger is fund_ledger"),
    ],
)
def test_what_the_linter_overlooks_is_found(contracts: str, planted: str, reason: str) -> None:
    found = "\n".join(misplaced([*_GOOD, f"services/fund-ledger/src/{planted}"], read_services(contracts)))
    assert reason in found


def test_an_untyped_package_is_found(contracts: str) -> None:
    untyped = [path for path in _GOOD if not path.endswith("py.typed")]
    assert list(misplaced(untyped, read_services(contracts))) == ["fund_ledger: py.typed is missing"]


def test_a_package_that_nobody_declared_is_found(contracts: str) -> None:
    assert list(undeclared(["services/listening/src/listening/main.py"], contracts)) == [
        "listening is missing in root_packages of .importlinter",
        "listening is missing in the layers of outside of .importlinter",
        "listening is missing in the ancestors of cycles of .importlinter",
        "listening has no contract of type topics in .importlinter",
    ]
