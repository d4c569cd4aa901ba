"""The chain of a partition's messages, on both transports: what its publisher did not write stops it, loudly."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

import msgspec
import pytest
from shared.tests.event_log.signed import PARTITION, Signed, relay_of
from shared.tests.event_log.world import stored

from kernel.messaging.chain import PREVIOUS, SEAL, Head, Seal, digest_of, sealed
from kernel.messaging.consumer import Consumer
from kernel.messaging.event_log import Message, Outgoing, partition_of
from kernel.messaging.event_log.embedded import EmbeddedEventLog, NumberTakenError
from kernel.messaging.inbox import Inbox
from kernel.messaging.publisher_keys import PublisherKeys
from kernel.messaging.stops import RefusedMessageError
from kernel.messaging.taking_over import NoSigningKeyError, TopicAheadError
from kernel.running.runtime import Runtime
from kernel.security.signing_keys import SigningKey
from kernel.testing.deadline import eventually


async def test_messages_are_a_chain_that_the_consumer_follows_and_keeps_beside_its_position(signed: Signed) -> None:
    await signed.runtime.start()
    for n in range(1, 4):
        await signed.count(f"k{n}", "a", n)
        await signed.hears(n)
    messages = await signed.on_topic()
    assert [message.pseq for message in messages] == [1, 2, 3]
    assert messages[0].headers[PREVIOUS] == ""
    head = await signed.pool.fetchval("SELECT head FROM inbox_cursor WHERE partition = $1", PARTITION)
    timeline = await signed.pool.fetchval("SELECT name FROM timeline")

    async def relay_has_stored_it() -> bool:
        return Head.of_text(head) == Head(1, timeline, (await _heads(signed))[PARTITION])

    await eventually(relay_has_stored_it)


async def test_a_batch_is_proven_by_one_seal(signed: Signed) -> None:
    for n in range(1, 31):
        if n == 1:
            await signed.runtime.start(background=False)
        await signed.count(f"k{n}", "a", n)
    await signed.restart(signed.key)
    await signed.hears(30)
    assert sum(SEAL in message.headers for message in await signed.on_topic()) < 30


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "carries no signature"),
        ({PREVIOUS: "0" * 64, SEAL: "00000000.AAAA", "ce_epoch": "1", "ce_unchained": "0"}, "was not signed"),
        ({PREVIOUS: "0" * 64, SEAL: "nothing", "ce_epoch": "many"}, "cannot be read"),
    ],
)
async def test_a_message_that_the_publisher_did_not_write_stops_its_partition_and_the_others_go_on(
    signed: Signed, headers: dict[str, str], why: str
) -> None:
    await signed.runtime.start()
    await signed.count("k1", "a", 1)
    await signed.hears(1)
    await signed.forge(2, headers)
    assert why in str(await signed.stops(RefusedMessageError))
    other = next(name for name in map(str, range(99)) if partition_of(name) != PARTITION)
    await signed.count("k2", other, 2)
    assert await signed.hears(2) == [("a", 1), (other, 2)]
    assert await stored(signed, "recorder", PARTITION) == 1


async def test_what_was_changed_on_its_way_is_refused(signed: Signed) -> None:
    await signed.runtime.start()
    await signed.count("k1", "a", 1)
    await signed.hears(1)
    (true,) = await signed.on_topic()
    await signed.forge(2, true.headers, amount=50)
    assert "was not signed by its publisher as it stands" in str(await signed.stops(RefusedMessageError))


async def test_a_consumer_that_proves_takes_the_old_messages_without_signature_and_then_no_more(
    signed: Signed,
) -> None:
    signed.runtime = signed.another(None)
    await signed.runtime.start()
    await signed.count("k1", "a", 1)
    await signed.hears(1)
    await signed.restart(signed.key)
    await signed.count("k2", "a", 2)
    assert await signed.hears(2) == [("a", 1), ("a", 2)]
    old, new = await signed.on_topic()
    assert PREVIOUS not in old.headers
    assert new.headers["ce_unchained"].split(",")[PARTITION] == "1"
    # Whoever comes later reads the old one as well, from the start.
    assert await _read_all(signed, "late") == 2
    await signed.forge(3, {})
    assert "carries no signature" in str(await signed.stops(RefusedMessageError))


async def test_a_program_without_the_key_does_not_go_on_with_a_chain(signed: Signed) -> None:
    await signed.runtime.start()
    await signed.count("k1", "a", 1)
    await signed.hears(1)
    await signed.runtime.stop()
    relay = signed.another(None)
    await relay.start(background=False)
    with pytest.raises(NoSigningKeyError, match="ONESTOP_SIGNING_KEY"):
        await (await relay_of(relay)).run()
    await relay.stop()


async def test_a_key_is_changed_by_giving_everybody_the_new_public_one_first(signed: Signed) -> None:
    await signed.runtime.start()
    await signed.count("k1", "a", 1)
    await signed.hears(1)
    old, new = signed.key, SigningKey.generate("onestop/tally")
    await signed.runtime.stop()
    keys = PublisherKeys(new, {signed.topic: [old.public, new.public]})
    signed.runtime = Runtime(signed.runtime.parts, signed.database, signed.log, keys=keys)
    await signed.runtime.start()
    await signed.count("k2", "a", 2)
    assert await signed.hears(2) == [("a", 1), ("a", 2)]


async def test_a_publisher_that_was_restored_to_an_earlier_day_publishes_nothing(signed: Signed) -> None:
    await signed.runtime.start()
    for n in (1, 2):
        await signed.count(f"k{n}", "a", n)
        await signed.hears(n)
    await signed.runtime.stop()
    await _restore_to_before_the_first(signed)
    restored = signed.another(signed.key)
    await restored.start(background=False)
    with pytest.raises(TopicAheadError, match="restored to an earlier day"):
        await (await relay_of(restored)).run()
    await restored.stop()


async def test_another_timeline_of_the_publisher_stops_the_consumer(signed: Signed) -> None:
    await signed.runtime.start()
    await signed.count("k1", "a", 1)
    await signed.hears(1)
    await signed.pool.execute("UPDATE timeline SET name = 'another'")
    await signed.restart(signed.key)
    await signed.count("k2", "a", 2)
    assert "was restored" in await _trouble(signed)
    assert await signed.heard() == [("a", 1)]


async def test_numbers_that_come_round_again_stop_the_consumer(signed: Signed) -> None:
    await signed.runtime.start()
    for n in (1, 2):
        await signed.count(f"k{n}", "a", n)
        await signed.hears(n)
    # Another database of the same name and key, that begins to count from 1.
    heads = await signed.pool.fetchval("SELECT head FROM inbox_cursor WHERE partition = $1", PARTITION)
    timeline = Head.of_text(heads).timeline
    await signed.runtime.stop()
    if isinstance(signed.log, EmbeddedEventLog):
        with pytest.raises(NumberTakenError, match="did not write"):  # the bus itself keeps one message a number
            await _publish_as(signed, timeline, count=2)
        return
    await _publish_as(signed, timeline, count=2)
    await signed.restart(signed.key)
    assert "counts from an earlier day" in str(await signed.stops(RefusedMessageError))
    assert await signed.heard() == [("a", 1), ("a", 2)]


async def _trouble(signed: Signed) -> str:
    (consumer,) = signed.runtime.consumers

    async def troubled() -> str | None:
        return consumer.trouble

    return str(await eventually(troubled))


async def _heads(signed: Signed) -> list[str]:
    return msgspec.json.decode(await signed.pool.fetchval("SELECT heads FROM relay"), type=list[str])


async def _read_all(signed: Signed, consumer: str) -> int:
    seen: list[int] = []

    async def effects(_connection: object, messages: Sequence[Message]) -> None:
        seen.extend(message.pseq for message in messages)

    inbox = Inbox(signed.pool, consumer, signed.topic, effects)
    keys = PublisherKeys(None, {signed.topic: [signed.key.public]}).of(signed.topic)
    task = asyncio.create_task(Consumer(signed.log, inbox, clock=time.monotonic, keys=keys).run())

    async def all_seen() -> bool:
        return len(seen) == len(await signed.on_topic())

    await eventually(all_seen)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return len(seen)


async def _restore_to_before_the_first(signed: Signed) -> None:
    for sql in (
        "ALTER TABLE events DISABLE TRIGGER USER",
        "DELETE FROM events; DELETE FROM event_log",
        "UPDATE sequencer SET gseq = 0",
        "UPDATE relay SET gseq = 0, pseqs = '[0,0,0,0,0,0,0,0,0,0,0,0]', heads = NULL, unchained = NULL, epoch = 0",
    ):
        await signed.pool.execute(sql)


async def _publish_as(signed: Signed, timeline: str, *, count: int) -> None:
    previous = ""
    publisher = await signed.log.publisher()
    for pseq in range(1, count + 1):
        headers = {"ce_id": f"other-{pseq}", "ce_pseq": str(pseq), "ce_epoch": "7", "ce_timeline": timeline}
        digest = digest_of((signed.topic, PARTITION, pseq), "a", headers, b"{}", previous)
        seal = Seal(
            topic=signed.topic,
            partition=PARTITION,
            pseq=pseq,
            digest=digest,
            epoch=7,
            timeline=timeline,
            unchained="0",
        )
        headers |= {PREVIOUS: previous, "ce_unchained": "0", SEAL: sealed(seal, signed.key)}
        message = Outgoing(
            topic=signed.topic, partition=PARTITION, pseq=pseq, key="a", headers=tuple(headers.items()), body=b"{}"
        )
        await publisher.publish([message])
        previous = digest
    await publisher.close()
