"""Request bodies: JSON decoded straight into a frozen struct, with the path of whatever is wrong in it."""

import functools
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeAlias, TypeVar

import msgspec
from fastapi import Depends
from starlette.requests import Request
from typing_extensions import override

from kernel.http.amounts import InvalidAmountError, decode_hook
from kernel.http.answers import JSON_MEDIA_TYPE
from kernel.http.choices import choices_at
from kernel.http.free_texts import check_of
from kernel.http.named_once import check_named_once
from kernel.http.parts import Part
from kernel.http.problems import ProblemError
from kernel.http.raw_bodies import BODY_BYTES_MAX, DECODED, bounded_body, check_utf8, media_type_of

T = TypeVar("T")

_JSON_ONLY: Final = (JSON_MEDIA_TYPE,)
_WHERE: Final = re.compile(r" - at `([^`]*)`$")
_FIELD: Final = re.compile(r"Object (?:(missing required)|contains unknown) field `(.*)`", re.DOTALL)
#: PostgreSQL keeps no U+0000 in a text, so it is refused here with a clear word and not there with a failure.
_NUL: Final = b"\\u0000"


class Body(Part, Generic[T]):
    """Reads a JSON body of at most ``bytes_max`` bytes into a ``T``."""

    def __init__(self, struct: type[T], bytes_max: int) -> None:
        self.struct = struct
        self._bytes_max = bytes_max
        self._check = check_of(struct)
        self._decoder = msgspec.json.Decoder(struct, dec_hook=decode_hook)

    @override
    async def __call__(self, request: Request) -> T:
        media_type_of(request, _JSON_ONLY)
        check_utf8(request)
        content = await bounded_body(request, self._bytes_max)
        if _NUL in content:
            raise ProblemError("INVALID_FIELD", 422, "the body contains the character U+0000, which cannot be kept")
        try:
            decoded = self._decoder.decode(content)
            check_named_once(content)
        except msgspec.ValidationError as error:
            raise _field_problem(error, self.struct) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProblemError("MALFORMED_JSON", 400, _malformed_detail(error)) from error
        if self._check is not None:
            self._check(decoded, "$")
        request.scope[DECODED] = decoded
        return decoded


@functools.cache
def body(struct: type[T], *, bytes_max: int = BODY_BYTES_MAX) -> Any:
    """Dependency that reads the JSON body: ``command: Annotated[Admit, body(Admit)]``."""
    return Depends(Body(struct, bytes_max))


if TYPE_CHECKING:
    Sent: TypeAlias = Annotated[T, "read from the body"]
else:

    class Sent:
        """The JSON body of the ordinary size: ``command: Sent[Admit]``."""

        def __class_getitem__(cls, struct: type) -> Any:
            return Annotated[struct, body(struct)]


def _field_problem(error: msgspec.ValidationError, struct: type) -> ProblemError:
    text = str(error)
    found = _WHERE.search(text)
    path = found.group(1) if found else "$"
    reason = text[: found.start()] if found else text
    code = "INVALID_FIELD"
    named = _FIELD.fullmatch(reason)
    if named is not None:
        code = "MISSING_FIELD" if named.group(1) else "UNKNOWN_FIELD"
        path = f"{path}.{named.group(2)}"
    if isinstance(error.__cause__, InvalidAmountError):
        code = error.__cause__.code
    choices = ", ".join(choices_at(struct, path)) if code == "INVALID_FIELD" else ""
    if choices:
        return ProblemError(code, 422, f"{path}: {reason}; it must be one of {choices}", path=path)
    return ProblemError(code, 422, f"{path}: {reason}", path=path)


def _malformed_detail(error: Exception) -> str:
    if isinstance(error, msgspec.DecodeError):
        return f"the body is not JSON: {error}"
    return "the body is not JSON in UTF-8 of a sensible depth"
