"""The correlation id of a request: taken from the caller or made, and passed on to whatever the request causes."""

import re
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

_ACCEPTED: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
#: W3C Trace Context: who calls within a trace and says no correlation id has the trace's number for one.
_TRACE: Final = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
#: 18 digits in a row may be somebody's resident ID number, which must not travel as an id.
_RESIDENT_ID: Final = re.compile(rb"[0-9]{17}[0-9Xx]")

_correlation_id: Final = ContextVar("correlation_id", default="")


def current_correlation_id() -> str:
    """The correlation id of the work at hand, or an empty text outside of any."""
    return _correlation_id.get()


def correlate_request(headers: list[tuple[bytes, bytes]]) -> str:
    """Take the id from a request's headers, or make one when it is missing or unfit; returns it."""
    correlation_id = traced = ""
    for name, value in headers:
        if name == b"x-correlation-id" and _ACCEPTED.fullmatch(value) and not _RESIDENT_ID.search(value):
            correlation_id = value.decode("ascii")
        elif name == b"traceparent" and (found := _TRACE.fullmatch(value)) and not _RESIDENT_ID.search(found[1]):
            traced = found[1].decode("ascii")
    correlation_id = correlation_id or traced or str(uuid4())
    _correlation_id.set(correlation_id)
    return correlation_id
