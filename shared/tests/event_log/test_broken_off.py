"""A start or an end that is broken off, as at the end of a process, leaves no connection to the broker open."""

import asyncio
import gc
import time
import warnings
from contextlib import suppress

import pytest

from kernel.messaging.event_log import Publisher
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.port import Reader
from kernel.testing.kafka_broker import KafkaBroker


@pytest.mark.parametrize("end", ["reader", "publisher"])
async def test_what_had_not_started_yet_is_closed(end: str) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.set()
        with suppress(ConnectionError):
            await reader.read()  # until the other side closes, and never an answer
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    async with asyncio.timeout(20), await asyncio.start_server(silent, "127.0.0.1", 0) as broker:
        host, port = broker.sockets[0].getsockname()
        log = KafkaEventLog(f"{host}:{port}")
        starting = asyncio.create_task(log.reader("topic", {0: 0}) if end == "reader" else log.publisher())
        await begun.wait()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            del starting, log
            gc.collect()
        await ended.wait()
    assert [str(warning.message) for warning in said if "Unclosed" in str(warning.message)] == []


@pytest.mark.kafka
@pytest.mark.parametrize("end", ["reader", "publisher"])
async def test_a_close_that_is_broken_off_leaves_no_connection_open(kafka_broker: KafkaBroker, end: str) -> None:
    log, topic = KafkaEventLog(kafka_broker.bootstrap), f"closed-{time.monotonic_ns()}"
    await log.create_topics([topic])
    opened: Reader | Publisher = await (log.reader(topic, {0: 0}) if end == "reader" else log.publisher())
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        closing = asyncio.create_task(opened.close())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        del opened, closing
        gc.collect()
    assert [str(warning.message) for warning in said if "Unclosed" in str(warning.message)] == []
