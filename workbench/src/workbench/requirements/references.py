"""References: to code, to a test, to a place in a policy pack, to a worked example; each is looked up."""

import ast
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

#: What names an item of a list in a pack, so that ``layers.MA`` finds the layer whose payer is MA.
_NAMING: Final = ("payer", "code", "name", "rule", "owner", "ambiguity", "account", "reason", "person", "fund")
EXAMPLE: Final = "example:"


def unresolved(reference: str, root: Path, examples: Collection[str], *, test: bool) -> str | None:
    """Why a reference leads nowhere, None where it is right. ``test``: it must prove, so be a test or an example.

    ``path.py::name`` (``::outer.inner`` for what is defined inside), ``policies/….yaml#key.path`` or ``#text that
    occurs``, ``example:ID``.
    """
    if reference.startswith(EXAMPLE):
        name = reference.removeprefix(EXAMPLE)
        if not test:
            return "an example proves; it meets nothing"
        return None if name in examples else f"there is no worked example {name}"
    path, mark, name = reference.partition("::")
    if mark:
        return _code(root, path, name, test=test)
    path, mark, name = reference.partition("#")
    if mark and path.startswith("policies/"):
        return "a pack meets; a test must prove it" if test else _pack(root, path, name)
    return "write path.py::name, policies/….yaml#key or example:ID"


def _code(root: Path, path: str, name: str, *, test: bool) -> str | None:
    if not (root / path).is_file():
        return f"there is no file {path}"
    is_test = "tests" in Path(path).parts
    if is_test != test or (test and not name.startswith("test_")):
        return "only a function test_… under tests/ proves" if test else "a test meets nothing; name it as proof"
    if not _defines(_definitions(root / path), name.split(".")):
        return f"{path} defines no {name}"
    return None


@lru_cache(maxsize=512)
def _definitions(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _defines(node: ast.AST, names: Sequence[str]) -> bool:
    if not names:
        return True
    return any(
        isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and inner.name == names[0]
        and _defines(inner, names[1:])
        for inner in ast.iter_child_nodes(node)
    )


def _pack(root: Path, path: str, name: str) -> str | None:
    if not (root / path).is_file():
        return f"there is no file {path}"
    text = (root / path).read_text(encoding="utf-8")
    if name and (_leads(_yaml(text), name.split(".")) or name in text):
        return None
    return f"{path} has no {name or 'place without a name'}"


@lru_cache(maxsize=32)
def _yaml(text: str) -> Any:
    return yaml.safe_load(text)


def _leads(value: Any, names: Sequence[str]) -> bool:
    if not names:
        return True
    match value:
        case dict():
            return names[0] in value and _leads(value[names[0]], names[1:])
        case list():
            named = [item for item in value if isinstance(item, dict) and _is_named(item, names[0])]
            return any(_leads(item, names[1:]) for item in named)
        case _:
            return False


def _is_named(item: dict[str, Any], name: str) -> bool:
    return any(str(item.get(key)) == name for key in _NAMING)
