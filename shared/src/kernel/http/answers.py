"""Answers: JSON responses that carry the type of their body, so that OpenAPI can name it."""

from typing import Any, Final, Generic, TypeVar

from starlette.responses import Response, StreamingResponse

from kernel.http.wire import encode
from kernel.writing.command_path import Answered

T = TypeVar("T")
JSON_MEDIA_TYPE: Final = "application/json"
_REPLAYED: Final = {"Idempotency-Replayed": "true"}


class Pdf(Response):
    """A document to be printed."""

    media_type = "application/pdf"


class CsvText(Response):
    """A table for spreadsheet programs, whole."""

    media_type = "text/csv; charset=utf-8"


class XmlText(Response):
    """A document in XML, whole."""

    media_type = "application/xml"


class CsvLines(StreamingResponse):
    """A table for spreadsheet programs, row by row."""

    media_type = "text/csv; charset=utf-8"


class Workbook(StreamingResponse):
    """A workbook for spreadsheet programs, piece by piece."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Json(Response, Generic[T]):
    """A JSON response whose body is a ``T``. Make it with ``answer`` or ``stored_answer``."""

    media_type = JSON_MEDIA_TYPE


def answer(value: T, *, status: int = 200) -> Json[T]:
    """Answer with ``value``."""
    return Json(encode(value), status_code=status)


def stored_answer(status: int, response: str | bytes, *, replayed: bool) -> Json[Any]:
    """Answer with JSON kept under an idempotency key; ``replayed`` tells the caller it was answered before."""
    return Json(response, status_code=status, headers=_REPLAYED if replayed else None)


def answered(done: Answered) -> Json[Any]:
    """Answer with what a command came to."""
    return stored_answer(done.status, done.body, replayed=done.replayed)
