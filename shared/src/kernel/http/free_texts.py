"""Free texts: whatever somebody writes into a body is checked before anything sees it, but what identity seals.

The rule is the other way round than a list of fields: a text of a body is free unless it says that it is ``SEALED``.
So a field that is added tomorrow is checked, too.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from kernel.http.problems import ProblemError
from kernel.values.personal import personal_in

_SEALED: Final = "sealed"
#: Marks a text that holds personal data by its nature and is kept sealed or not at all: ``Annotated[str, …, SEALED]``.
SEALED: Final = msgspec.Meta(extra={_SEALED: True})
#: Control characters but the line feed, characters without width, and those that turn the direction of reading.
_HIDDEN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

#: Looks through a value that stands at a path.
Check = Callable[[Any, str], None]


def check_of(struct: type) -> Check | None:
    """The check of all texts in a body, None where it has none. A check raises ProblemError (422)."""
    return _check_of(inspect.type_info(struct), set())


def check_text(text: str, path: str) -> None:
    """Raise PERSONAL_DATA_IN_TEXT or INVALID_FIELD for a free text."""
    if _HIDDEN.search(text):
        detail = f"{path} holds a character that is not seen (a control or direction character); write it anew"
        raise ProblemError("INVALID_FIELD", 422, detail, path=path)
    if text and not text.strip():
        raise ProblemError("INVALID_FIELD", 422, f"{path} is blank; say something or leave it out", path=path)
    found = personal_in(text)
    if found is not None:
        detail = f"{path} holds {found}: name the paper, not the person; personal data stay with identity"
        raise ProblemError("PERSONAL_DATA_IN_TEXT", 422, detail, path=path)


@lru_cache(maxsize=16_384)
def _is_plain(text: str) -> bool:
    """Whether nobody need look closer; bills repeat the same items all day long."""
    return text.isprintable() and not text.isspace() and not _HIDDEN.search(text) and personal_in(text) is None


def _check_sealed(text: str, path: str) -> None:
    if _HIDDEN.search(text) or "\n" in text:
        detail = f"{path} holds a character that is not seen (a control or direction character); write it anew"
        raise ProblemError("INVALID_FIELD", 422, detail, path=path)
    if text and not text.strip():
        raise ProblemError("INVALID_FIELD", 422, f"{path} is blank", path=path)


def _check_of(kind: inspect.Type, above: set[type]) -> Check | None:
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            return _check_sealed if extra and extra.get(_SEALED) else _check_of(inner, above)
        case inspect.StrType():
            return check_text
        case inspect.StructType(cls=cls, fields=fields) if cls not in above:
            return _of_struct(fields, above | {cls})
        case inspect.UnionType(types=types):
            return _of_union(types, above)
        case _:
            return _of_collection(kind, above)


def _of_collection(kind: inspect.Type, above: set[type]) -> Check | None:
    match kind:
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return _of_items(_check_of(item, above))
        case inspect.DictType(key_type=key, value_type=value):
            return _of_members(_check_of(key, above), _check_of(value, above))
        case _:
            return None


def _of_struct(fields: tuple[inspect.Field, ...], above: set[type]) -> Check | None:
    checks = [(f.name, f.encode_name, check) for f in fields if (check := _check_of(f.type, above)) is not None]

    def look(value: Any, path: str) -> None:
        for name, shown, check in checks:
            found = getattr(value, name)
            if found is None or found is msgspec.UNSET or (type(found) is str and _is_plain(found)):
                continue
            check(found, f"{path}.{shown}")

    return look if checks else None


def _of_items(check: Check | None) -> Check | None:
    def look(values: Any, path: str) -> None:
        assert check is not None
        for at, value in enumerate(values):
            check(value, f"{path}[{at}]")

    return None if check is None else look


def _of_members(of_key: Check | None, of_value: Check | None) -> Check | None:
    def look(members: Any, path: str) -> None:
        for key, value in members.items():
            if of_key is not None:
                of_key(key, f"{path}[...]")
            if of_value is not None:
                of_value(value, f"{path}[...]")

    return None if of_key is None and of_value is None else look


def _of_union(types: tuple[inspect.Type, ...], above: set[type]) -> Check | None:
    checks: dict[type, Check] = {}
    for kind in types:
        check = _check_of(kind, above)
        if check is not None:
            checks[_class_of(kind)] = check

    def look(value: Any, path: str) -> None:
        check = checks.get(type(value))
        if check is not None:
            check(value, path)

    return look if checks else None


def _class_of(kind: inspect.Type) -> type:
    """The class of the values that a text, struct or collection in a union has once it is decoded."""
    match kind:
        case inspect.Metadata(type=inner):
            return _class_of(inner)
        case inspect.StructType(cls=cls):
            return cls
        case inspect.ListType():
            return list
        case inspect.VarTupleType():
            return tuple
        case inspect.DictType():
            return dict
        case _:
            return str
