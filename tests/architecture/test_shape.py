"""Files and functions stay short, modules say what they are for, and no name says nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

_FILE_LINES_MAX = 300
_FUNCTION_LINES_MAX = 40
_NAMES_WITHOUT_MEANING = frozenset(
    {
        "base",
        "common",
        "core",
        "funcs",
        "helper",
        "helpers",
        "lib",
        "manager",
        "misc",
        "stuff",
        "tools",
        "util",
        "utils",
    }
)
# A migration lists tables, top to bottom: cutting it up would hide the order.
_LISTS = re.compile(r"/migrations/versions/")


def misshapen(path: str, source: str) -> Iterator[str]:
    """What is wrong with the shape of a Python file, as ``path:line: reason``."""
    lines = source.count("\n") + 1
    if lines > _FILE_LINES_MAX:
        yield f"{path}:1: {lines} lines, at most {_FILE_LINES_MAX}: let the file become a folder of the same name"
    if (name := PurePosixPath(path).stem) in _NAMES_WITHOUT_MEANING:
        yield f"{path}:1: the name {name!r} does not say what the file holds"
    tree = ast.parse(source)
    if not (ast.get_docstring(tree) or "").strip():
        yield f"{path}:1: no sentence that says what the module is for"
    if not _LISTS.search(path):
        yield from _long_functions(path, tree)


def _long_functions(path: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # A router's endpoints are functions inside a function: each counts for itself.
            lines = _lines(node) - sum(_lines(inner) for inner in _functions_within(node))
            if lines > _FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, at most {_FUNCTION_LINES_MAX}"


def _functions_within(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        else:
            yield from _functions_within(child)


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1 + len(node.decorator_list)


def test_every_python_file_has_a_good_shape(texts: dict[str, str]) -> None:
    python = {path: text for path, text in texts.items() if path.endswith(".py")}
    assert len(python) > 100, "the rule must find the project"
    found = [reason for path, text in sorted(python.items()) for reason in misshapen(path, text)]
    assert not found, "\n".join(found)


def _function(lines: int, inner: int = 0) -> str:
    body = "    x = 1\n" * (lines - 1) + ("    @route\n    def endpoint() -> None:\n" + "        y = 1\n" * 30) * inner
    return f'"""A module."""\n\n\ndef long() -> None:\n{body}'


@pytest.mark.parametrize(
    ("path", "source", "reason"),
    [
        ("shared/src/kernel/utils.py", '"""Things."""\n', "does not say what the file holds"),
        ("a.py", '"""A module."""\n' + "x = 1\n" * 300, "302 lines, at most 300"),
        ("a.py", _function(41), "long has 41 lines, at most 40"),
        ("a.py", _function(41).replace("def", "async def"), "long has 41 lines, at most 40"),
        ("a.py", _function(41, inner=2), "long has 41 lines, at most 40"),
        ("a.py", "x = 1\n", "no sentence that says what the module is for"),
        ("a.py", '""" """\n', "no sentence that says what the module is for"),
        ("a/__init__.py", "", "no sentence that says what the module is for"),
    ],
)
def test_a_bad_shape_is_found(path: str, source: str, reason: str) -> None:
    found = list(misshapen(path, source))
    assert len(found) == 1
    assert reason in found[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", _function(40)),
        ("a.py", _function(40, inner=3)),
        ("services/x/src/x/migrations/versions/0001_first.py", _function(80)),
        ("money.py", '"""Money in whole fen."""\n' + "x = 1\n" * 298),
    ],
)
def test_a_good_shape_is_not(path: str, source: str) -> None:
    assert not list(misshapen(path, source))
