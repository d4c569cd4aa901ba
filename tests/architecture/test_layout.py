"""Every service has the same eleven names inside and no other, so that who knows one knows all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

_NAMES = frozenset(
    {
        "main",
        "config",
        "api",
        "consumers",
        "handlers",
        "domain",
        "projections",
        "queries",
        "integration_events",
        "event_types",
        "migrations",
    }
)
_ALWAYS_FOLDERS = frozenset({"api", "domain", "migrations"})
_BESIDE = frozenset({"__init__.py", "py.typed"})


def misplaced(paths: Iterable[str]) -> Iterator[str]:
    """What among the files of services does not follow the layout, each with what would be right."""
    modules: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        match path.split("/"):
            case ["services", service, "src", package, *_] if package != service.replace("-", "_"):
                yield f"{path}: the package of {service} is {service.replace('-', '_')}"
            case ["services", service, "src", _, *inside] if inside:
                modules[service].add(inside[0] if len(inside) == 1 else f"{inside[0]}/")
    for service, found in sorted(modules.items()):
        yield from _misnamed(service, found)


def _misnamed(service: str, found: set[str]) -> Iterator[str]:
    for entry in sorted(found - _BESIDE):
        name = entry.removesuffix("/").removesuffix(".py")
        if name not in _NAMES or not entry.endswith((".py", "/")):
            yield f"{service}: {entry} is none of the eleven names: {', '.join(sorted(_NAMES))}"
        elif name in _ALWAYS_FOLDERS and not entry.endswith("/"):
            yield f"{service}: {name} is always a folder"
        elif entry.endswith("/") and f"{name}.py" in found:
            yield f"{service}: {name} is both a file and a folder"
    for missing in sorted(_BESIDE - found):
        yield f"{service}: {missing} is missing"


def test_every_service_has_the_same_layout(texts: dict[str, str]) -> None:
    found = list(misplaced(texts))
    assert not found, "\n".join(found)


_GOOD = (
    "services/fund-ledger/pyproject.toml",
    "services/fund-ledger/tests/test_anything.py",
    "services/fund-ledger/src/fund_ledger/__init__.py",
    "services/fund-ledger/src/fund_ledger/py.typed",
    "services/fund-ledger/src/fund_ledger/main.py",
    "services/fund-ledger/src/fund_ledger/domain/journal.py",
    "services/fund-ledger/src/fund_ledger/handlers/__init__.py",
)


def test_the_layout_itself_is_accepted() -> None:
    assert not list(misplaced(_GOOD))


@pytest.mark.parametrize(
    ("planted", "reason"),
    [
        ("fund_ledger/utils.py", "utils.py is none of the eleven names"),
        ("fund_ledger/repositories/journal.py", "repositories/ is none of the eleven names"),
        ("fund_ledger/main.sql", "main.sql is none of the eleven names"),
        ("fund_ledger/domain.py", "domain is always a folder"),
        ("fund_ledger/handlers.py", "handlers is both a file and a folder"),
        ("ledger/main.py", "the package of fund-ledger is fund_ledger"),
    ],
)
def test_a_stray_name_is_found(planted: str, reason: str) -> None:
    assert reason in "\n".join(misplaced([*_GOOD, f"services/fund-ledger/src/{planted}"]))


def test_an_untyped_package_is_found() -> None:
    assert list(misplaced(path for path in _GOOD if not path.endswith("py.typed"))) == [
        "fund-ledger: py.typed is missing"
    ]
