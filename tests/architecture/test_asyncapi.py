"""The AsyncAPI document says what the envelope really carries."""

from datetime import UTC, datetime
from uuid import UUID

from contracts.identity import CONTRACT, EntitlementChanged
from kernel.messaging.chain import PREVIOUS, SEAL, UNCHAINED
from kernel.messaging.envelope import Election, Published, headers_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.event_store.stream import LoggedEvent
from onestop.services import SERVICES
from workbench.promises.asyncapi import CONTRACTS, asyncapi_document

DOCUMENT = asyncapi_document()


def test_every_service_s_topic_is_a_channel() -> None:
    assert (
        set(DOCUMENT["channels"])
        == {service.parts.topic for service in SERVICES.values()}
        == {each.topic for each in CONTRACTS}
    )


def test_every_header_that_is_sent_is_written_down() -> None:
    event = EntitlementChanged(person_id="P1", revision=1, change="ADDED", county="445202")
    now = datetime(2019, 8, 1, tzinfo=UTC)
    recorded = RecordedEvent(stream_id="person/P1", version=1, event_id=UUID(int=1), occurred_at=now, event=event)
    headers, _ = headers_of(Published("P1", event), CONTRACT, LoggedEvent(1, "any", 1, recorded), 1, Election(1, "one"))
    known = DOCUMENT["components"]["messageTraits"]["cloudevent"]["headers"]["properties"]
    assert {name for name, _ in headers} | {PREVIOUS, SEAL, UNCHAINED} == set(known)


def test_every_reference_leads_somewhere() -> None:
    def walk(value: object) -> list[str]:
        if isinstance(value, dict):
            here = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return here + [ref for part in value.values() for ref in walk(part)]
        return [ref for part in value for ref in walk(part)] if isinstance(value, list) else []

    for ref in walk(DOCUMENT):
        found = DOCUMENT
        for name in ref.removeprefix("#/").split("/"):
            assert name in found, ref
            found = found[name]
