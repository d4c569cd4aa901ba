"""Streams that larger questions bring along."""

from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store import Stream
from kernel.writing.event_store.inside_queries import stream_in


def test_a_stream_whose_events_were_all_left_out_stands_where_it_stands() -> None:
    row = {"types": None, "schema_versions": None, "data": None, "version": 3, "chain": b"c"}
    assert stream_in(row, "thing/1", EventRegistry([])) == (Stream("thing/1", 3, b"c"), [])
