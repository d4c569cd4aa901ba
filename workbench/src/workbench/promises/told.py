"""What each released version of a stored event is told the others as: pinned to the byte.

Messages are numbered by counting, and each covers the digest of the one before. An event of before that were told in
other words, under another key or not at all by a newer program could not be sent again, and a relay that takes over in
a rolling upgrade would go on in another count.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from kernel.messaging.envelope import registry_of
from kernel.writing.event_store.stream import RecordedEvent
from onestop.services import SERVICES
from workbench.promises.samples import Sample

_MOMENT: Final = datetime(2019, 7, 1, 8, tzinfo=UTC)
_EVENT_ID: Final = UUID("00000000-0000-4000-8000-000000000001")


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stored event by ``head``, and its message; none where nobody is told of it."""

    head: str
    type: str | None = None
    key: str | None = None
    body: str | None = None


def told(sample: Sample) -> Told:
    """The message of a sample, as today's program makes it."""
    parts = SERVICES[sample.service].parts
    event = parts.registry.decode(sample.name, sample.version, bytes(sample.data))
    recorded = RecordedEvent(stream_id="sample/1", version=1, event_id=_EVENT_ID, occurred_at=_MOMENT, event=event)
    published = parts.publish(recorded)
    if published is None:
        return Told(sample.head)
    name, version, body = registry_of(parts.publishes).encode(published.event)
    return Told(sample.head, f"{name}.v{version}", published.key, body.decode())


def told_otherwise(pinned: Iterable[Told], samples: Iterable[Sample]) -> Iterator[str]:
    """Each pinned message that today's program makes otherwise, as a sentence."""
    by_head = {sample.head: sample for sample in samples}
    for was in pinned:
        now = told(by_head[was.head])
        if now != was:
            yield f"{was.head} is told otherwise than it was: {_words(was)} became {_words(now)}"


def _words(message: Told) -> str:
    return "nothing" if message.type is None else f"{message.type} under {message.key}: {message.body}"
