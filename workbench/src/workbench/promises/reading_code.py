"""What an expression of our code stands for: objects that are there already, and types of those that come."""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from types import FunctionType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints


class Real(NamedTuple):
    """An object that is there when the application is built, such as a module's function or a part of a route."""

    of: Any


class Typed(NamedTuple):
    """Some value of a type, such as a parameter's."""

    hint: Any


class Bound(NamedTuple):
    """A function of our code, and what stands for its ``self`` where it has one."""

    #: A FunctionType, which mypy would take for a method of this class.
    function: Any
    owner: "Value | None"

    @property
    def key(self) -> tuple[int, object]:
        """The same for the same function on the same object or class."""
        owner = self.owner
        standing = id(owner.of) if isinstance(owner, Real) else repr(owner)
        return id(self.function), standing


Value = Real | Typed | Bound
Names = dict[str, tuple[Value, ...]]


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def nodes_of(function: FunctionType) -> Sequence[Definition]:
    """The function's text as a tree; several for lambdas that share a line, none where there is no text."""
    code = function.__code__
    return _functions_in(code.co_filename).get((code.co_name, code.co_firstlineno), ())


@cache
def _functions_in(filename: str) -> Mapping[tuple[str, int], Sequence[Definition]]:
    path = Path(filename)
    if not path.exists():
        return {}
    found: dict[tuple[str, int], list[Definition]] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            found.setdefault((node.name, first), []).append(node)
        elif isinstance(node, ast.Lambda):
            found.setdefault(("<lambda>", node.lineno), []).append(node)
    return found


def names_of(bound: Bound) -> Names:
    """What a function's names stand for where it begins: its closure and its parameters."""
    function = bound.function
    names: Names = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            names[name] = (Real(cell.cell_contents),)
        except ValueError:  # not filled yet
            continue
    names |= {name: (Typed(hint),) for name, hint in hints_of(function).items() if name != "return"}
    if bound.owner is not None and function.__code__.co_argcount:
        names[function.__code__.co_varnames[0]] = (bound.owner,)
    return names


@cache
def hints_of(thing: Any) -> Mapping[str, Any]:
    """The annotations of a function or class; none where they cannot be read."""
    try:
        return get_type_hints(thing)
    except (NameError, TypeError, AttributeError):
        return {}


def classes_of(hint: Any) -> Iterator[type]:
    """The classes that a value of the type may be of."""
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        for each in get_args(hint):
            yield from classes_of(each)
    elif origin is Annotated:
        yield from classes_of(get_args(hint)[0])
    elif inspect.isclass(origin or hint) and hint is not type(None):
        yield origin or hint


def items_of(hint: Any) -> tuple[Value, ...]:
    """What a value of the type holds: the items of a sequence, the values of a mapping."""
    held = [each for each in get_args(hint) if each is not Ellipsis]
    return (Typed(held[-1]),) if held else ()


def function_of(thing: Any) -> Bound | None:
    """The function behind a method, a partial call or a wrapper; None where there is none."""
    while isinstance(thing, partial):
        thing = thing.func
    if isinstance(thing, staticmethod | classmethod):
        thing = thing.__func__
    thing = inspect.unwrap(thing) if callable(thing) else thing
    owner = Real(thing.__self__) if inspect.ismethod(thing) else None
    function = thing.__func__ if inspect.ismethod(thing) else thing
    return Bound(function, owner) if type(function) is FunctionType else None


def attribute(base: Value, name: str) -> tuple[Value, ...]:
    """What ``base.name`` stands for; a property is its function, on ``base``."""
    if isinstance(base, Real) and not inspect.isclass(base.of):
        found = _declared(type(base.of), name, base)
        if found:
            return found
        try:
            return (Real(getattr(base.of, name)),)
        except Exception:  # not there yet, such as what a runtime has once it is started
            return _of_class(type(base.of), name)
    if isinstance(base, Real):
        there = inspect.getattr_static(base.of, name, None)
        bound = function_of(there)
        return (Bound(bound.function, base),) if bound else (Real(there),) if there is not None else ()
    if isinstance(base, Typed):
        return tuple(value for each in classes_of(base.hint) for value in _of_class(each, name))
    return ()


def inherited(bound: Bound, name: str) -> tuple[Value, ...]:
    """What ``super().name`` stands for within a method."""
    owner = bound.owner
    kinds = (
        [type(owner.of)]
        if isinstance(owner, Real)
        else list(classes_of(owner.hint))
        if isinstance(owner, Typed)
        else []
    )
    for kind in kinds[:1]:
        chain = kind.__mro__
        own = next((at for at, each in enumerate(chain) if bound.function in vars(each).values()), 0)
        above = next((vars(each)[name] for each in chain[own + 1 :] if name in vars(each)), None)
        found = function_of(above)
        return (Bound(found.function, owner),) if found else ()
    return ()


def _of_class(kind: type, name: str) -> tuple[Value, ...]:
    return _declared(kind, name, Typed(kind)) or _annotated(kind, name) or _assigned(kind).get(name, ())


def _declared(kind: type, name: str, owner: Value) -> tuple[Bound, ...]:
    there = inspect.getattr_static(kind, name, None)
    if isinstance(there, property):
        there = there.fget
    bound = function_of(there) if there is not None else None
    if bound is None:
        return ()
    # Some value of a type may be of a kind below it, which does it in its own way.
    below: list[type] = [] if isinstance(owner, Real) else type.__subclasses__(kind)
    further = [found for each in below for found in _declared(each, name, Typed(each))]
    return (Bound(bound.function, owner), *(found for found in further if found.function is not bound.function))


def _annotated(kind: type, name: str) -> tuple[Value, ...]:
    hint = hints_of(kind).get(name)
    return () if hint is None else (Typed(hint),)


@cache
def _assigned(kind: type) -> Mapping[str, tuple[Value, ...]]:
    """What ``__init__`` puts into attributes, where it comes straight from a parameter."""
    made = function_of(inspect.getattr_static(kind, "__init__", None))
    if made is None:
        return {}
    names = names_of(Bound(made.function, None))
    return {
        node.targets[0].attr: names.get(node.value.id, ())
        for tree in nodes_of(made.function)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        if isinstance(node.targets[0], ast.Attribute) and isinstance(node.value, ast.Name)
    }


def given(value: Value) -> Value:
    """A property stands for what it gives."""
    return (result(value) or value) if isinstance(value, Bound) else value


def result(value: Value) -> Value | None:
    """What calling it gives."""
    if isinstance(value, Real) and isinstance(value.of, type):
        return Typed(value.of)
    bound = function_of(value.of) if isinstance(value, Real) else value
    returned = hints_of(bound.function).get("return") if isinstance(bound, Bound) else None
    return None if returned is None else Typed(returned)


def held(value: Value) -> tuple[Value, ...]:
    """What it holds, where it is a sequence or a mapping."""
    if isinstance(value, Real):
        things = value.of.values() if isinstance(value.of, dict) else value.of
        return tuple(map(Real, things)) if isinstance(value.of, dict | list | tuple) else ()
    return items_of(value.hint) if isinstance(value, Typed) else ()


def at_place(hint: Any, place: int) -> tuple[Value, ...]:
    """What stands at a place of a tuple of that type."""
    parts = get_args(hint)
    return (Typed(parts[place]),) if place < len(parts) and parts[-1] is not Ellipsis else ()


def class_names(pattern: ast.pattern) -> list[ast.expr]:
    """The names of the classes that a pattern asks for."""
    match pattern:
        case ast.MatchClass(cls=name):
            return [name]
        case ast.MatchOr(patterns=several):
            return [name for each in several for name in class_names(each)]
        case ast.MatchAs(pattern=inner) if inner is not None:
            return class_names(inner)
    return []
