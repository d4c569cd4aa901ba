"""Taking over: what lies on the topic beyond the stored cursor is out, whoever sent it; it keeps its number for ever.

A relay that died between sending and storing may have been another program, which told the same events otherwise. So
they are not told again: the topic itself says how far it came.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from kernel.messaging.chain import PREVIOUS, SEAL, digest_of_message, has_signed, seal_of
from kernel.messaging.event_log import Message
from kernel.messaging.telling import Cursor
from kernel.security.signing_keys import PublicKey, SigningKey
from kernel.writing.database import Pool

_KNOWN_SQL: Final = """
SELECT count(*) FROM unnest($1::bigint[], $2::text[]) AS told(gseq, event_id)
JOIN event_log l ON l.gseq = told.gseq JOIN events e ON e.pos = l.pos AND e.event_id::text = told.event_id
"""


class TopicAheadError(Exception):
    """The topic holds messages of events that this database does not have: it was restored to an earlier day."""


class NoSigningKeyError(Exception):
    """The topic's messages are a chain, and this program has no key to go on with it."""


def begun(cursor: Cursor, key: SigningKey | None, beyond: Mapping[int, Sequence[Message]]) -> Cursor:
    """The cursor with a chain, where there is a key; raises NoSigningKeyError where there is a chain and no key."""
    out = any(PREVIOUS in message.headers for messages in beyond.values() for message in messages)
    if key is None and (cursor.heads is not None or out):
        raise NoSigningKeyError(
            "the messages of this service are signed and ONESTOP_SIGNING_KEY is not set: nothing is published without"
        )
    if key is None or cursor.heads is not None:
        return cursor
    return msgspec.structs.replace(cursor, heads=cursor.no_heads)


async def taken_over(
    pool: Pool, cursor: Cursor, beyond: Mapping[int, Sequence[Message]], keys: Mapping[str, PublicKey]
) -> Cursor:
    """The cursor behind what is out; ``keys`` are the service's own. Raises TopicAheadError."""
    begin = cursor.unchained
    ends = {
        at: end
        for at, messages in beyond.items()
        if (end := _end(messages, keys, None if begin is None else begin[at])) is not None
    }
    further = {at: end for at, end in ends.items() if end.pseq > cursor.pseqs[at]}
    gseqs = {at: int(end.headers["ce_gseq"]) for at, end in further.items()}
    ids = [end.headers["ce_id"] for end in further.values()]
    known = await pool.fetchval(_KNOWN_SQL, list(gseqs.values()), ids) if further else 0
    newer = [end for end in further.values() if int(end.headers["ce_epoch"]) >= cursor.election.epoch]
    if known < len(further) or newer:
        furthest = max(further.values(), key=lambda end: end.pseq)
        raise TopicAheadError(
            f"topic {furthest.topic} has messages of events that this database does not have, such as message "
            f"{furthest.pseq} of partition {furthest.partition} (event {furthest.headers['ce_id']}): the database was "
            "restored to an earlier day. Nothing is published until `onestop restore` has settled what to do with them"
        )
    pseqs, heads = list(cursor.pseqs), None if cursor.heads is None else list(cursor.heads)
    for at, end in ends.items():
        pseqs[at] = max(pseqs[at], end.pseq)
        if heads is not None and PREVIOUS in end.headers:
            heads[at] = digest_of_message(end)
    unchained = cursor.unchained
    if heads is not None and unchained is None:
        unchained = [_unchained(at, cursor, ends) for at in range(len(pseqs))]
    return msgspec.structs.replace(cursor, pseqs=pseqs, heads=heads, unchained=unchained, out=gseqs)


def to_be_known(cursor: Cursor, stored: Cursor) -> Cursor:
    """What of a cursor that was taken over is stored at once: its chain, where it is no further than ``stored``."""
    if cursor.heads is None:
        return stored
    before = stored.heads or stored.no_heads
    heads = [before[at] if at in cursor.out else head for at, head in enumerate(cursor.heads)]
    return msgspec.structs.replace(stored, heads=heads, unchained=cursor.unchained)


def _end(messages: Sequence[Message], keys: Mapping[str, PublicKey], unchained: int | None) -> Message | None:
    """The last message that counts: of a chain the last sealed one, for what is not sealed has not been said.

    Without a chain, or up to its beginning (``unchained``), any.
    """
    for message in reversed(messages):
        if SEAL in message.headers:
            seal = seal_of(message, digest_of_message(message))
            if has_signed(keys, seal, message.headers[SEAL]):
                return message
    before = [m for m in messages if PREVIOUS not in m.headers and (unchained is None or m.pseq <= unchained)]
    return before[-1] if before else None


def _unchained(partition: int, cursor: Cursor, ends: Mapping[int, Message]) -> int:
    end = ends.get(partition)
    if end is None or PREVIOUS in end.headers:
        return cursor.pseqs[partition]
    return end.pseq
