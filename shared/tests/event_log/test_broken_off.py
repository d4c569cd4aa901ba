"""A start that is broken off, such as at the end of a process, leaves no connection to the broker open."""

import asyncio
import gc
import warnings
from contextlib import suppress

import pytest

from kernel.messaging.event_log.kafka import KafkaEventLog


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
