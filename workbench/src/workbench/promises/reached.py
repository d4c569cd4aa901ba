"""Which codes of problems a function may come to, through everything of ours that it calls.

An endpoint holds the real commands, these hold what they were given, and the rest says its types. Of a
``match command`` only those arms count whose commands the caller makes.
"""

import ast
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeGuard

from typing_extensions import override

from kernel.values.decider import Decider
from workbench.promises.reading_code import (
    Bound,
    Definition,
    Names,
    Real,
    Typed,
    Value,
    at_place,
    attribute,
    class_names,
    classes_of,
    function_of,
    given,
    held,
    inherited,
    names_of,
    nodes_of,
    result,
)

_COMMAND: Final = "command"
_NESTED_MAX: Final = 3


class Found:
    """What one piece of code leads to: codes, further functions, commands that it makes, pieces that wait for one."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.calls: dict[object, Bound] = {}
        self.made: set[type] = set()
        self.waiting: list[tuple[frozenset[type], Found]] = []


class Reached:
    """Remembers what was read, so that many routes of one service are read once."""

    def __init__(self, codes: Iterable[str], packages: Iterable[str]) -> None:
        self._codes = frozenset(codes)
        self._packages = frozenset(packages)
        self._read: dict[object, Found] = {}
        self._kept: list[Bound] = []  # an id stays the object's as long as it lives

    def codes(self, starts: Iterable[Any], made: Iterable[type] = ()) -> frozenset[str]:
        """All codes that the functions may come to; ``made`` are commands that come from outside."""
        bounds = [bound for start in starts if (bound := function_of(start)) is not None]
        seen: set[object] = set()
        codes: set[str] = set()
        known = set(made)
        todo = [self._found(bound, seen) for bound in bounds]
        waiting: list[tuple[frozenset[type], Found]] = []
        while todo:
            found = todo.pop()
            codes |= found.codes
            known |= found.made
            todo += [self._found(bound, seen) for bound in found.calls.values()]
            waiting += found.waiting
            todo += [piece for kinds, piece in waiting if not kinds.isdisjoint(known)]
            waiting = [(kinds, piece) for kinds, piece in waiting if kinds.isdisjoint(known)]
        return frozenset(codes)

    def _found(self, bound: Bound, seen: set[object]) -> Found:
        key = bound.key
        if key in seen:
            return Found()
        seen.add(key)
        if key not in self._read:
            self._kept.append(bound)
            self._read[key] = Found()
            for tree in nodes_of(bound.function):
                reading = _Reading(bound, self._codes, self._packages, names_of(bound), self._read[key])
                reading.definition(tree)
        return self._read[key]


class _Reading(ast.NodeVisitor):
    """Reads one function; those that are defined within it count as part of it."""

    def __init__(
        self, bound: Bound, codes: frozenset[str], packages: frozenset[str], names: Names, found: Found
    ) -> None:
        self._bound = bound
        self._codes = codes
        self._packages = packages
        self._names = names
        self._found = found

    def definition(self, node: Definition) -> None:
        """The body, without annotations and decorators."""
        for each in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(each)

    @override
    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._nested(node)

    @override
    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._nested(node)

    def _nested(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            self._names[each.arg] = self._annotation(each.annotation)
        self.definition(node)

    @override
    def visit_Compare(self, node: ast.Compare) -> None:
        for each in (node.left, *node.comparators):  # a code that is compared with is not one that is answered
            if not isinstance(each, ast.Constant):
                self.visit(each)

    @override
    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value in self._codes:
            self._found.codes.add(node.value)

    @override
    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._bind(node.target, self._annotation(node.annotation))
        if node.value is not None:
            self.visit(node.value)

    @override
    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._bind(target, self._values(node.value))

    @override
    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._bind(node.target, self._values(node.value))

    @override
    def visit_For(self, node: ast.For) -> None:
        self._bind(node.target, self._items(node.iter))
        self.generic_visit(node)

    @override
    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._bind(node.target, self._items(node.iter))
        self.generic_visit(node)

    @override
    def generic_visit(self, node: ast.AST) -> None:
        for each in getattr(node, "generators", ()):  # they name what the rest of a comprehension speaks of
            self.visit(each)
        super().generic_visit(node)

    @override
    def visit_Name(self, node: ast.Name) -> None:
        self._meet(self._values(node))

    @override
    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._meet(self._values(node))
        self.visit(node.value)

    @override
    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in {"isinstance", "issubclass"}:
            return
        self.generic_visit(node)

    @override
    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        subject = self._values(node.subject)
        for case in node.cases:
            kinds = frozenset(kind for each in class_names(case.pattern) for kind in self._classes(each))
            for inner in ast.walk(case.pattern):
                if isinstance(inner, ast.MatchAs) and inner.name and inner.pattern:
                    self._names[inner.name] = tuple(Typed(kind) for kind in kinds) or subject
            pieces = [*([case.guard] if case.guard else []), *case.body]
            self._guarded(kinds if _is_command(node.subject) else frozenset(), pieces)

    @override
    def visit_If(self, node: ast.If) -> None:
        test = node.test
        is_kind = isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance"
        if is_kind and isinstance(test, ast.Call) and _is_command(test.args[0]):
            self._guarded(frozenset(self._classes(test.args[1])), node.body)
        else:
            self.visit(test)
            self._guarded(frozenset(), node.body)
        for each in node.orelse:
            self.visit(each)

    def _guarded(self, kinds: frozenset[type], pieces: Sequence[ast.AST]) -> None:
        """Read what runs for commands of ``kinds`` only; at once where there are none."""
        inner = self
        if kinds:
            later = Found()
            self._found.waiting.append((kinds, later))
            narrowed = {**self._names, _COMMAND: tuple(Typed(kind) for kind in kinds)}
            inner = _Reading(self._bound, self._codes, self._packages, narrowed, later)
        for each in pieces:
            inner.visit(each)

    def _bind(self, target: ast.expr, values: tuple[Value, ...]) -> None:
        if isinstance(target, ast.Name):
            self._names[target.id] = (*self._names.get(target.id, ()), *values)
        elif isinstance(target, ast.Tuple):
            hints = [value.hint for value in values if isinstance(value, Typed)]
            for place, each in enumerate(target.elts):
                self._bind(each, at_place(hints[0], place) if len(hints) == 1 else ())

    def _meet(self, values: Iterable[Value], depth: int = 0) -> None:
        for value in values:
            if isinstance(value, Bound):
                self._call(value)
            elif isinstance(value, Real):
                self._meet_object(value.of, depth)

    def _meet_object(self, thing: Any, depth: int) -> None:
        match thing:
            case str():
                self._found.codes |= {str(thing)} & self._codes
            case type():
                self._meet_class(thing)
            case Decider():
                self._meet((Real(thing.decide),))
            case dict() | tuple() | list() | set() | frozenset():
                inner = [*thing, *thing.values()] if isinstance(thing, dict) else thing
                self._meet(map(Real, inner if depth < _NESTED_MAX else ()), depth + 1)
            case _ if (bound := function_of(thing)) is not None:
                self._call(bound)
            case _ if callable(thing) and self._is_ours(type(thing)):
                self._meet(attribute(Real(thing), "__call__"))

    def _meet_class(self, kind: type) -> None:
        if self._is_ours(kind):
            self._found.made.add(kind)
            for name in ("__init__", "__post_init__", "__call__"):
                # The first is its own; those of kinds below it come with these.
                self._meet(value for value in attribute(Typed(kind), name)[:1] if isinstance(value, Bound))

    def _call(self, bound: Bound) -> None:
        if self._is_ours(bound.function):
            self._found.calls[bound.key] = bound

    def _is_ours(self, thing: Any) -> bool:
        return str(getattr(thing, "__module__", "")).partition(".")[0] in self._packages

    def _values(self, node: ast.AST) -> tuple[Value, ...]:
        match node:
            case ast.Name(id=name):
                there = self._bound.function.__globals__.get(name)
                return self._names.get(name, () if there is None else (Real(there),))
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
                found = [inherited(self._bound, name)]
            case ast.Attribute(value=base, attr=name):
                found = [attribute(given(value), name) for value in self._values(base)]
            case ast.Call(func=func):
                found = [(made,) for value in self._values(func) if (made := result(value)) is not None]
            case ast.Await(value=inner) | ast.NamedExpr(value=inner) | ast.IfExp(body=inner):
                found = [self._values(inner)]
            case ast.Subscript(value=inner):
                found = [self._items(inner)]
            case _:
                found = []
        return tuple(value for several in found for value in several)

    def _items(self, node: ast.AST) -> tuple[Value, ...]:
        return tuple(item for value in self._values(node) for item in held(given(value)))

    def _classes(self, node: ast.AST) -> list[type]:
        if isinstance(node, ast.Tuple):
            return [kind for each in node.elts for kind in self._classes(each)]
        if isinstance(node, ast.BinOp):
            return [*self._classes(node.left), *self._classes(node.right)]
        values = [value.of for value in self._values(node) if isinstance(value, Real)]
        return [kind for value in values for kind in classes_of(value)]

    def _annotation(self, node: ast.expr | None) -> tuple[Value, ...]:
        if node is None:
            return ()
        try:
            # Our own annotations, as Python itself would read them.
            return (Typed(eval(ast.unparse(node), self._bound.function.__globals__)),)  # noqa: S307
        except (NameError, TypeError, AttributeError, SyntaxError):
            return ()


def _is_command(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and node.id == _COMMAND
