"""Which definitions the services really call: what is reached by name from a service's ``main`` or from ``onestop``.

A rule that only examples and tests call does nothing for anybody, however well it is tested. So names are followed
through the sources: what a module does at import, and from there every function and class that is named, with what
these name in turn. A function that is handed on as a value counts where its name stands.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

_SOURCES: Final = ("shared/src", "services/*/src", "onestop/src")
#: Decorators after which a function still waits to be named; any other hands it to somebody at import.
_QUIET: Final = frozenset({"lru_cache", "cache", "contextmanager", "asynccontextmanager", "overload"})
_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
#: A module, and the name of a definition in it; the empty name is what the module does at import.
_Place: TypeAlias = tuple[str, str]


class _Module:
    """A module's definitions, what it does at import, and what its imported names mean."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.definitions = {
            each.name: each for each in tree.body if isinstance(each, _Definition) and not _is_handed_over(each)
        }
        self.at_import = [each for each in tree.body if each not in self.definitions.values()]
        self.imported: dict[str, _Place] = {}
        self.imports: set[str] = set()
        for node in ast.walk(tree):
            match node:
                case ast.Import():
                    self.imports |= {alias.name for alias in node.names}
                    self.imported |= {_bound(alias): (_bound(alias), "") for alias in node.names}
                case ast.ImportFrom(module=str() as source):
                    self.imports |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
                    self.imported |= {alias.asname or alias.name: (source, alias.name) for alias in node.names}
                case _:
                    pass


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _is_handed_over(definition: _Definition) -> bool:
    names = [ast.unparse(decorator).partition("(")[0].rpartition(".")[2] for decorator in definition.decorator_list]
    return any(name not in _QUIET for name in names)


class Wiring:
    """What is reached in the tree under ``root``."""

    def __init__(self, root: Path) -> None:
        self._names: dict[str, str] = {}
        self._modules: dict[str, _Module] = {}
        for folder in (folder for pattern in _SOURCES for folder in root.glob(pattern)):
            for path in folder.rglob("*.py"):
                name = ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
                self._names[path.relative_to(root).as_posix()] = name
                self._modules[name] = _Module(path)
        self._reached: set[_Place] = set()
        self._attributes: set[str] = set()
        self._follow(self._beginnings())

    def calls(self, path: str, name: str) -> bool:
        """Whether a definition is reached, named as a reference does; also True for what services have no part in."""
        module = self._names.get(path)
        outer, _, inner = name.partition(".")
        return module is None or ((module, outer) in self._reached and (not inner or inner in self._attributes))

    def idle(self, *packages: str) -> dict[str, list[str]]:
        """The definitions in ``packages`` that nothing reaches, by their module."""
        found: dict[str, list[str]] = {}
        for name, module in self._modules.items():
            if name.partition(".")[0] in packages and ".migrations" not in name:
                for definition in module.definitions:
                    if (name, definition) not in self._reached:
                        found.setdefault(name, []).append(definition)
        return found

    def _beginnings(self) -> Iterator[_Place]:
        for path, name in self._names.items():
            if path.endswith("/main.py") or "/main/" in path or path.startswith("onestop/"):
                yield name, ""
                yield from ((name, definition) for definition in self._modules[name].definitions)

    def _follow(self, beginnings: Iterable[_Place]) -> None:
        waiting = list(beginnings)
        while waiting:
            place = waiting.pop()
            if place not in self._reached:
                self._reached.add(place)
                waiting.extend(self._named_by(*place))

    def _named_by(self, name: str, definition: str) -> Iterator[_Place]:
        module = self._modules[name]
        if definition:
            yield name, ""
        else:
            outer = {imported[:i] for imported in module.imports for i, c in enumerate(imported + ".") if c == "."}
            yield from ((each, "") for each in outer if each in self._modules)
        statements = [module.definitions[definition]] if definition else module.at_import
        for node in (node for statement in statements for node in ast.walk(statement)):
            match node:
                case ast.Name():
                    yield from self._resolved(name, node.id)
                case ast.Attribute():
                    self._attributes.add(node.attr)
                    yield from self._through(module, ast.unparse(node))
                case _:
                    pass

    def _through(self, module: _Module, dotted: str) -> Iterator[_Place]:
        """A definition that is named through modules, such as ``stories.stay`` or ``identity.main.build``."""
        first, *rest = dotted.split(".")
        if first in module.imported:
            path = [part for part in (*module.imported[first], *rest) if part]
            for i in range(len(path) - 1, 0, -1):
                if (outer := ".".join(path[:i])) in self._modules:
                    yield from self._resolved(outer, path[i])
                    return

    def _resolved(self, module: str, name: str) -> Iterator[_Place]:
        """Where a name is defined, through however many modules it is imported."""
        passed: set[_Place] = set()
        while (found := self._modules.get(module)) is not None and (module, name) not in passed:
            if name in found.definitions:
                yield module, name
                return
            passed.add((module, name))
            module, name = found.imported.get(name, ("", ""))


@lru_cache(maxsize=1)
def wiring(root: Path) -> Wiring:
    """The wiring of the tree under ``root``, read once."""
    return Wiring(root)
