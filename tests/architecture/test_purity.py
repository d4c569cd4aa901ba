"""A domain decides by its arguments alone, and so do the law and the contracts: no floats, clocks, chance or IO.

Every division says how it rounds. Only the law's packs are read from files.
"""

import ast
import re
from collections.abc import Iterator

import pytest

_DOMAIN = re.compile(r"services/[^/]+/src/[^/]+/[^/]+/domain(\.py|/.+\.py)")
_SHARED = re.compile(r"shared/src/(contracts|law(?!/packs[/.]))/.+\.py")
_MODULES = frozenset(
    {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess", "sys", "time"}
)
_CALLS = frozenset({"hash", "id", "input", "open", "print"})
_CLOCKS = frozenset({"now", "utcnow", "today"})
_CHANCE = frozenset({"uuid1", "uuid4", "uuid6", "uuid7"})


def impurities(source: str) -> Iterator[str]:
    """What makes ``source`` unfit for a domain, as ``line: reason``."""
    for node in ast.walk(ast.parse(source)):
        reason = _reason(node)
        if reason is not None:
            yield f"{getattr(node, 'lineno', 0)}: {reason}"


def _reason(node: ast.AST) -> str | None:
    return _inexact(node) or _uncommanded(node) or _outside(node)


def _inexact(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=float() | complex()) | ast.Name(id="float" | "complex"):
            return "a float; write whole fen, or a Decimal from a string"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) | ast.Call(func=ast.Name(id="round")):
            return "a division that does not say how it rounds; use the kernel's divide"
        case _:
            return None


def _uncommanded(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) if name in _CLOCKS:
            return f"{name}(): the time arrives in the command"
        case ast.Attribute(value=ast.Name(id="date" | "datetime"), attr=name) if name in _CLOCKS:
            return f"{name}: the time arrives in the command"
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in _CHANCE:
            return f"{name}: ids arrive in the command"
        case _:
            return None


def _outside(node: ast.AST) -> str | None:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            return f"{name}(), which does IO or differs from run to run"
        case ast.Import(names=names) if taken := _MODULES & {alias.name.split(".")[0] for alias in names}:
            return f"an import of {', '.join(sorted(taken))}"
        case ast.ImportFrom(module=str(module)) if module.split(".")[0] in _MODULES:
            return f"an import from {module}"
        case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
            return "asynchronous code; a decision waits for nothing"
        case _:
            return None


def must_be_pure(path: str) -> bool:
    """Whether a file is part of a domain, of the law or of the contracts."""
    return bool(_DOMAIN.fullmatch(path) or _SHARED.fullmatch(path))


def test_every_domain_is_pure(texts: dict[str, str]) -> None:
    pure = {path: text for path, text in texts.items() if must_be_pure(path)}
    members = {path.split("/src/")[0] for path in texts if path.startswith("services/") and "/src/" in path}
    missed = {*members, "shared"} - {path.split("/src/")[0] for path in pure}
    assert not missed, f"the rule must find the domains that it is for, also in {', '.join(sorted(missed))}"
    found = [f"{path}:{reason}" for path, text in sorted(pure.items()) for reason in impurities(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "pure"),
    [
        ("services/identity/src/identity/persons/domain.py", True),
        ("services/fund-ledger/src/fund_ledger/journals/domain/journal.py", True),
        ("services/identity/src/identity/persons/commands.py", False),
        ("services/identity/src/identity/intake/spool.py", False),
        ("services/identity/tests/persons/domain.py", False),
        ("shared/src/law/waterfall.py", True),
        ("shared/src/law/methods/catastrophic.py", True),
        ("shared/src/law/packs/library.py", False),
        ("shared/src/contracts/identity.py", True),
        ("shared/src/kernel/values/money.py", False),
    ],
)
def test_the_rule_knows_what_must_be_pure(path: str, pure: bool) -> None:
    assert must_be_pure(path) == pure


@pytest.mark.parametrize(
    "bad",
    [
        "rate = 0.8",
        "rate = float('0.8')",
        "def share(value: float) -> int: ...",
        "half = total_fen / 2",
        "total_fen /= 2",
        "rounded = round(amount)",
        "import random",
        "import os.path",
        "from time import time",
        "from pathlib import Path",
        "now = datetime.now(UTC)",
        "default_factory = datetime.now",
        "moment = datetime.datetime.now(tz=UTC)",
        "day = date.today()",
        "day = datetime.utcnow()",
        "key = uuid.uuid4()",
        "from uuid import uuid4\nkey = uuid4()",
        "text = open('law.yaml').read()",
        "bucket = hash(person) % 8",
        "async def decide(): ...",
    ],
)
def test_an_impure_line_is_found(bad: str) -> None:
    assert list(impurities(f"{bad}\n"))


@pytest.mark.parametrize(
    "good",
    [
        "rate = Decimal('0.8')",
        "months = days // 30",
        "key = uuid5(NAMESPACE, 'person')",
        "from datetime import date\nstart = date(2019, 7, 2)",
        "day = command.today",
        "at = command.now",
        "path = 'ledger/hospital'",
    ],
)
def test_a_pure_line_is_not(good: str) -> None:
    assert not list(impurities(f"{good}\n"))
