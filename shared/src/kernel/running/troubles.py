"""Troubles: what holds a service's background jobs up now. One line is logged a change of state, not one an attempt."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial
from typing import Final

import msgspec
import structlog

from kernel.messaging.event_log import TransportAwayError
from kernel.writing.passing import passes_by_itself
from kernel.writing.progress import Progress

_log: Final = structlog.get_logger(__name__)


class Cause(StrEnum):
    """Why a job does not get on: something is away and comes back, or something is wrong and somebody must look."""

    DATABASE = "database"
    TRANSPORT = "transport"
    FAULT = "fault"


def cause_of(error: BaseException) -> Cause:
    """What an error of a job means."""
    if isinstance(error, TransportAwayError):
        return Cause.TRANSPORT
    return Cause.DATABASE if passes_by_itself(error) else Cause.FAULT


class Trouble(msgspec.Struct, frozen=True):
    """What holds a job up, in words, and since when (of the clock given)."""

    cause: Cause
    text: str
    since: float


class Troubles:
    """One service's troubles by job. Several jobs that miss the same thing are one state, and one line."""

    def __init__(self, service: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        #: What holds which job up now, and how often each has failed since the start. For metrics.
        self.current: dict[str, Trouble] = {}
        self.failures: Counter[str] = Counter()

    def failed(self, job: str, error: BaseException) -> None:
        """A job did not get on."""
        self.failures[job] += 1
        cause, text = cause_of(error), str(error) or repr(error)
        was = self.current.get(job)
        known = was is not None and was.text == text if cause is Cause.FAULT else self._some(cause)
        since = was.since if was is not None and was.cause is cause else self._clock()
        self.current[job] = Trouble(cause, text, since)
        if known:
            return
        if cause is Cause.FAULT:
            said = {"error": text} if _is_ours(error) else {}
            _log.error("job fails", service=self._service, job=job, exc_info=error, **said)
        else:
            _log.warning("jobs are held up", service=self._service, missing=cause, job=job, error=text)

    def works(self, job: str) -> None:
        """A job gets on."""
        was = self.current.pop(job, None)
        if was is not None and (was.cause is Cause.FAULT or not self._some(was.cause)):
            seconds = round(self._clock() - was.since, 1)
            _log.info("jobs go on", service=self._service, job=job, missing=was.cause, after_seconds=seconds)

    def forget(self, jobs: Iterable[str]) -> None:
        """These jobs are another instance's now, and so are their troubles."""
        for job in jobs:
            self.current.pop(job, None)

    def of(self, job: str) -> Progress:
        """What a job is given to tell how it gets on."""
        return Progress(works=partial(self.works, job), held_up=partial(self.failed, job))

    def _some(self, cause: Cause) -> bool:
        return any(trouble.cause is cause for trouble in self.current.values())


def _is_ours(error: BaseException) -> bool:
    """Errors of the kernel name places and numbers; what others say may quote a row, and a row is a person."""
    return type(error).__module__.startswith("kernel.")
