"""Large structs are built by name, and an ``__init__.py`` holds no logic: a call says what it fills."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, NamedTuple

import pytest

_POSITIONAL_MAX: Final = 5
#: Structs that may stay positional although they are large: path::name → why.
_LISTED: Final[Mapping[str, str]] = {}
_STRUCT: Final = "msgspec.Struct"
_DECORATORS: Final = frozenset({"dataclasses.dataclass"})


class _Class(NamedTuple):
    """A class as its file shows it, every name written out in full."""

    path: str
    line: int
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    fields: tuple[str, ...]
    kw_only: bool


def built_by_position(texts: Mapping[str, str]) -> Iterator[str]:
    """The structs of more than five fields, inherited ones included, that a call may fill by position."""
    classes = {name: one for path, text in texts.items() for name, one in _classes(path, text)}
    for name, one in sorted(classes.items(), key=lambda item: (item[1].path, item[1].line)):
        fields = _fields(name, classes)
        # Without fields of its own, kw_only would change nothing: the class that has them is reported.
        if not one.fields or one.kw_only or len(fields) <= _POSITIONAL_MAX or not _is_struct(name, classes):
            continue
        if (place := f"{one.path}::{name.rpartition('.')[2]}") not in _LISTED:
            yield f"{place} (line {one.line}) has {len(fields)} fields, so it must say kw_only=True"


def _classes(path: str, text: str) -> Iterator[tuple[str, _Class]]:
    module = _module(path)
    tree = ast.parse(text)
    known = dict(_imported(tree, module if path.endswith("/__init__.py") else module.rpartition(".")[0]))
    known |= {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            decorators = [call.func if isinstance(call, ast.Call) else call for call in node.decorator_list]
            told = [keyword for call in node.decorator_list if isinstance(call, ast.Call) for keyword in call.keywords]
            yield (
                f"{module}.{node.name}" if node in tree.body else f"{module}.{node.lineno}.{node.name}",
                _Class(
                    path=path,
                    line=node.lineno,
                    bases=tuple(_full_name(base, known) for base in node.bases),
                    decorators=tuple(_full_name(decorator, known) for decorator in decorators),
                    fields=tuple(_own_fields(node)),
                    kw_only=any(
                        keyword.arg == "kw_only" and isinstance(keyword.value, ast.Constant) and keyword.value.value
                        for keyword in (*node.keywords, *told)
                    ),
                ),
            )


def _module(path: str) -> str:
    inside = path.rpartition("/src/")[2] if "/src/" in path else path
    return inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(tree: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            source = ".".join(part for part in (above, node.module) if part)
            yield from ((alias.asname or alias.name, f"{source}.{alias.name}") for alias in node.names)


def _full_name(node: ast.expr, known: Mapping[str, str]) -> str:
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=name):
            return f"{_full_name(value, known)}.{name}"
        case ast.Subscript(value=value):
            return _full_name(value, known)
        case _:
            return ""


def _own_fields(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        match line:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                if not re.search(r"\b(ClassVar|KW_ONLY)\b", ast.unparse(annotation)):
                    yield name
            case _:
                continue


def _is_struct(name: str, classes: Mapping[str, _Class]) -> bool:
    if name not in classes:
        return name == _STRUCT
    return bool(_DECORATORS & {*classes[name].decorators}) or any(_is_struct(b, classes) for b in classes[name].bases)


def _fields(name: str, classes: Mapping[str, _Class]) -> set[str]:
    if name not in classes or not _is_struct(name, classes):
        return set()
    return {*classes[name].fields, *(field for base in classes[name].bases for field in _fields(base, classes))}


def logic(text: str) -> Iterator[str]:
    """What else than a docstring, imports and ``__all__`` stands in the text of an ``__init__.py``."""
    for position, node in enumerate(ast.parse(text).body):
        match node:
            case ast.Import() | ast.ImportFrom():
                continue
            case ast.Expr(value=ast.Constant(value=str())) if position == 0:
                continue
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(target=ast.Name(id="__all__")):
                continue
            case _:
                yield f"{node.lineno}: {ast.unparse(node).splitlines()[0][:60]}"


def test_every_large_struct_is_built_by_name(texts: dict[str, str]) -> None:
    found = list(built_by_position({path: text for path, text in texts.items() if path.endswith(".py")}))
    assert not found, "\n".join([f"{len(found)} structs can be built by position:", *found])


def test_no_init_holds_logic(texts: dict[str, str]) -> None:
    inits = {path: text for path, text in texts.items() if PurePosixPath(path).name == "__init__.py"}
    assert len(inits) > 10, "the rule must find the project"
    found = [f"{path}:{reason}" for path, text in sorted(inits.items()) for reason in logic(text)]
    assert not found, "\n".join([f"{len(found)} lines belong into a module with a name:", *found])


_SIX = "".join(f"    field_{number}: int\n" for number in range(6))
_FIVE = _SIX.replace("    field_5: int\n", "")
_BASES = f"import msgspec\nclass Bill(msgspec.Struct, frozen=True):\n{_FIVE}"


@pytest.mark.parametrize(
    "bad",
    [
        f"import msgspec\nclass A(msgspec.Struct):\n{_SIX}",
        f"import msgspec as ms\nclass A(ms.Struct, frozen=True):\n{_SIX}",
        f"from msgspec import Struct\nclass A(Struct, kw_only=False):\n{_SIX}",
        f"from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A:\n{_SIX}",
        f"import dataclasses\n@dataclasses.dataclass\nclass A:\n{_SIX}",
        f"import msgspec\ndef f():\n    class A(msgspec.Struct):\n{_SIX.replace('    ', '        ')}",
        "from sample.bills import Bill\nclass A(Bill):\n    sixth: int\n",
        "from sample import bills\nclass A(bills.Bill):\n    sixth: int\n",
        "import sample.bills\nclass A(sample.bills.Bill):\n    sixth: int\n",
        "from .bills import Bill\nclass A(Bill):\n    sixth: int\n",
        f"from typing import Generic\nimport msgspec\nclass A(msgspec.Struct, Generic[T]):\n{_SIX}",
        f"import msgspec\nclass A(msgspec.Struct, array_like=True):\n{_SIX}",
    ],
)
def test_a_large_struct_that_may_be_built_by_position_is_found(bad: str) -> None:
    (found,) = built_by_position({"x/src/sample/bills.py": _BASES, "x/src/sample/module.py": bad})
    assert found.startswith("x/src/sample/module.py::A (line ")
    assert found.endswith(" has 6 fields, so it must say kw_only=True")


@pytest.mark.parametrize(
    "good",
    [
        f"import msgspec\nclass A(msgspec.Struct, kw_only=True):\n{_SIX}",
        f"from dataclasses import dataclass\n@dataclass(kw_only=True)\nclass A:\n{_SIX}",
        f"import msgspec\nclass A(msgspec.Struct):\n{_FIVE}    kind: ClassVar[str] = 'a'\n",
        f"class A:\n{_SIX}",
        f"class A(NamedTuple):\n{_SIX}",
        "from sample.bills import Bill\nclass A(Bill):\n    field_4: int\n",
        "from sample.bills import Bill\nclass A(Bill, kw_only=True):\n    sixth: int\n",
        "from sample.bills import Bill\nclass A(Bill):\n    def sixth(self) -> int: ...\n",
    ],
)
def test_a_small_struct_or_one_built_by_name_is_not(good: str) -> None:
    assert not list(built_by_position({"x/src/sample/bills.py": _BASES, "x/src/sample/module.py": good}))


@pytest.mark.parametrize(
    "bad",
    [
        "def publish() -> None: ...",
        "class Config: ...",
        "LIMIT = 5",
        "if TYPE_CHECKING:\n    import a",
        "register(a)",
        "import a\n'a second sentence'",
    ],
)
def test_logic_in_an_init_is_found(bad: str) -> None:
    assert len(list(logic(f'"""A package."""\n\n{bad}\n'))) == 1


def test_imports_and_all_are_no_logic() -> None:
    assert not list(logic('"""A package."""\n\nimport a\nfrom b import c\n\n__all__ = ["a", "c"]\n'))
