"""Handing over in memory: nothing is skipped, nothing doubled, and a reader that fell behind reads the table again."""

from kernel.messaging.event_log import Message
from kernel.messaging.event_log.handing import Handed, Readers


def _messages(*offsets: int, partition: int = 0) -> list[Message]:
    return [
        Message(topic="t", partition=partition, offset=n, pseq=n + 1, key="k", headers={}, body=b"") for n in offsets
    ]


def _offsets(found: dict[int, list[Message]]) -> dict[int, list[int]]:
    return {partition: [message.offset for message in messages] for partition, messages in found.items()}


def test_what_follows_the_position_is_taken_and_moves_it() -> None:
    handed, positions = Handed(), {0: 3, 1: 0}
    handed.hand([*_messages(3, 4), *_messages(0, partition=1)])
    assert _offsets(handed.take(positions)) == {0: [3, 4], 1: [0]}
    assert positions == {0: 5, 1: 1}
    assert handed.take(positions) == {}


def test_what_was_sent_again_is_dropped() -> None:
    handed, positions = Handed(), {0: 3}
    handed.hand(_messages(1, 2, 3))
    assert _offsets(handed.take(positions)) == {0: [3]}


def test_a_hole_sends_the_reader_to_the_table() -> None:
    handed, positions = Handed(), {0: 3}
    handed.behind = False
    handed.hand(_messages(3, 5, 6))
    assert _offsets(handed.take(positions)) == {0: [3]}
    assert handed.behind
    assert positions == {0: 4}


def test_a_notice_of_another_process_sends_every_reader_of_the_topic_to_the_table() -> None:
    readers = Readers()
    ours, theirs = readers.join("ours"), readers.join("theirs")
    ours.behind = theirs.behind = False
    readers.notice("ours")
    assert (ours.behind, theirs.behind) == (True, False)


def test_a_reader_that_takes_nothing_does_not_fill_the_memory() -> None:
    handed, positions = Handed(), {0: 0}
    handed.behind = False
    handed.hand(_messages(*range(5_001)))
    assert handed.behind
    assert handed.take(positions) == {}
