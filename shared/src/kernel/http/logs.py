"""Structured logs: one JSON object a line to stderr, with the correlation id and without personal data."""

import logging
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec
import structlog
from typing_extensions import override

from kernel.http.correlation import current_correlation_id
from kernel.values.redaction import looks_personal, redact_value
from kernel.writing.correlated import trace_number
from kernel.writing.tracing import is_told

_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)
_FRAMES_MAX: Final = 6
_QUIET_SECONDS: Final = 60.0
_SAID_MAX: Final = 1_000

EventDict = MutableMapping[str, Any]


def configure_logging(*, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's logs to ``stream`` (stderr) as JSON lines. Call once in main."""
    target = stream if stream is not None else sys.stderr
    structlog.configure(
        processors=[_add_context, _render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    handler = _ForwardingHandler()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))


def describe_exception(error: BaseException) -> dict[str, Any]:
    """Type and place of an error, never its message: a message may quote a row, and a row is a person."""
    walked = deque(traceback.walk_tb(error.__traceback__), maxlen=_FRAMES_MAX)
    codes = [(frame.f_code, line) for frame, line in walked]
    places = [f"{'/'.join(Path(code.co_filename).parts[-3:])}:{line} {code.co_name}" for code, line in codes]
    described: dict[str, Any] = {"exception_type": type(error).__qualname__, "frames": places}
    for attribute in ("sqlstate", "constraint_name", "table_name", "errno"):
        value = getattr(error, attribute, None)
        if value is not None:
            described[attribute] = value
    return described


def _add_context(_logger: Any, level: str, event: EventDict) -> EventDict:
    event["level"] = level
    event["time"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    correlation_id = current_correlation_id()
    if correlation_id:
        event.setdefault("correlation_id", correlation_id)
        if is_told(correlation_id):
            event.setdefault("trace_id", f"{trace_number(correlation_id):032x}")
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event.update(describe_exception(error))
    elif error:
        raised = sys.exc_info()[1]
        event.update(describe_exception(raised) if raised is not None else {})
    return event


def _render(_logger: Any, _level: str, event: EventDict) -> str:
    line = _ENCODER.encode(event)
    text = line.decode()
    if not looks_personal(text):
        return text
    # Rare, so it may be slow: blotting out a number in the finished line would leave a line that is no JSON.
    return _ENCODER.encode(redact_value(msgspec.json.decode(line))).decode()


class _ForwardingHandler(logging.Handler):
    """Passes records of libraries (uvicorn, aiokafka, SQLAlchemy) through the same rendering.

    A library that cannot reach its server says so at every attempt. What was said in the last minute is not said again,
    and what comes again after that says how often it was left out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    @override
    def emit(self, record: logging.LogRecord) -> None:
        raised = repr(record.exc_info[0]) if record.exc_info else ""  # asyncio says False where nothing was raised
        now, key = self._clock(), (record.name.partition(".")[0], f"{record.msg} {raised}")
        last, left_out = self._said.get(key, (float("-inf"), 0))
        if now - last < _QUIET_SECONDS:
            self._said[key] = now, left_out + 1
            return
        if len(self._said) >= _SAID_MAX:
            self._said.clear()
        self._said[key] = now, 0
        fields: dict[str, Any] = {"logger": record.name}
        if left_out:
            fields["left_out_before"] = left_out
        if record.exc_info and record.exc_info[1] is not None:
            fields |= describe_exception(record.exc_info[1])
        structlog.get_logger().log(record.levelno, record.getMessage().replace("%", "%%"), **fields)
