"""Pages of lists: a bounded limit and an opaque cursor that says after which row the next page starts."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import date
from types import GenericAlias
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

import msgspec
from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from kernel.http.answers import Json, answer
from kernel.http.parts import Part
from kernel.http.problems import ProblemError
from kernel.http.wire import Wire

T = TypeVar("T")
LIMIT_MAX: Final = 500
LIMIT_DEFAULT: Final = 100
_CURSOR_CHARACTERS_MAX: Final = 512

CursorKey = tuple[str | int | date, ...]
KeyType = type[str] | type[int] | type[date]


class PageRequest(msgspec.Struct, frozen=True):
    """How many rows, and after which sort key, whose values have the list's key types; None on the first page."""

    limit: int
    after: tuple[Any, ...] | None = None


class Page(Wire, Generic[T], frozen=True, kw_only=True):
    """One page of a list. ``next`` is the cursor of the next page, absent on the last."""

    items: list[T]
    next: str | None = None


class PageRequestPart(Part):
    """Reads ``limit`` and ``after`` from the query; ``after`` must have one value per ``key_types``."""

    query = frozenset({"limit", "after"})

    def __init__(self, *key_types: KeyType) -> None:
        self._decoder = msgspec.json.Decoder[CursorKey](GenericAlias(tuple, key_types))

    @override
    async def __call__(self, request: Request) -> PageRequest:
        return PageRequest(_limit(request.query_params.get("limit")), self._after(request.query_params.get("after")))

    def _after(self, cursor: str | None) -> CursorKey | None:
        if cursor is None:
            return None
        try:
            key: CursorKey = self._decoder.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (ValueError, msgspec.MsgspecError) as error:
            raise _invalid_cursor() from error
        if len(cursor) > _CURSOR_CHARACTERS_MAX or any(_is_out_of_range(value) for value in key):
            raise _invalid_cursor()
        return key

    @override
    def parameters(self) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT}
        after = {"type": "string", "maxLength": _CURSOR_CHARACTERS_MAX}
        return [
            {"name": "limit", "in": "query", "required": False, "schema": limit},
            {"name": "after", "in": "query", "required": False, "schema": after, "description": "`next` of a page"},
        ]


def paging(*key_types: KeyType) -> Any:
    """Dependency for lists sorted by a key of these types: ``page: Annotated[PageRequest, paging(str)]``."""
    return Depends(PageRequestPart(*key_types))


#: The page of a list that is sorted by one id, or from whose last id its place is found.
ById: TypeAlias = Annotated[PageRequest, paging(str)]


def page_of(rows: list[T], request: PageRequest, key: Callable[[T], CursorKey]) -> Page[T]:
    """One page from ``limit + 1`` rows read: the extra row only says that there is more."""
    items = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(items=items, next=write_cursor(key(items[-1])) if more else None)


def paged(rows: list[T], request: PageRequest, *key: str) -> Json[Page[T]]:
    """The answer with such a page; ``key`` names the fields of the sort key."""
    return answer(page_of(rows, request, lambda row: tuple(getattr(row, name) for name in key)))


def write_cursor(key: CursorKey) -> str:
    """The opaque text of a sort key."""
    return urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def read_number(cursor: str) -> int:
    """The number of a cursor that came in a body, of a list sorted by one. Raises INVALID_CURSOR (422)."""
    try:
        (number,) = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=tuple[int])
    except (ValueError, msgspec.MsgspecError) as error:
        raise _invalid_cursor() from error
    if _is_out_of_range(number):
        raise _invalid_cursor()
    return number


def _is_out_of_range(value: str | int | date) -> bool:
    # What PostgreSQL could not even compare with must not reach it; numbers in lists are rows, lines and years.
    return "\0" in value if isinstance(value, str) else isinstance(value, int) and not 0 <= value < 2**31


def _invalid_cursor() -> ProblemError:
    detail = "after must be the value of `next` in an earlier page of this list"
    return ProblemError("INVALID_CURSOR", 422, detail, about={"parameter": "after"})


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT_DEFAULT
    if text.isascii() and text.isdigit() and len(text) <= len(str(LIMIT_MAX)) and 1 <= int(text) <= LIMIT_MAX:
        return int(text)
    detail = f"limit must be a whole number from 1 to {LIMIT_MAX}"
    raise ProblemError("INVALID_PARAMETER", 422, detail, about={"parameter": "limit"})
