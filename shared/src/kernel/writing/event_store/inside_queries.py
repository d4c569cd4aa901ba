"""Streams inside larger questions: one round trip for a stream together with the rows that belong to it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.archived import at_hand_sql
from kernel.writing.event_store.stream import Stream


class Emptied(msgspec.Struct, frozen=True):
    """A stored type of which one list, that makes it heavy, comes empty; ``kept`` are its other fields."""

    type: str
    field: str
    kept: tuple[str, ...]


def lateral_stream(
    stream_id: str, *, leaving_out: Sequence[str] = (), emptied: Emptied | None = None, alias: str = "stream"
) -> str:
    """A JOIN LATERAL that brings a stream along, to be read with ``stream_in``; it selects ``{alias}.*``.

    ``stream_id`` is an SQL expression over what was joined before, such as ``'encounter/' || e.encounter_id``.
    ``leaving_out`` names stored types that make a stream heavy and do not matter to the question; of ``emptied`` only
    a list is left behind. Reading it raises ArchivedError where a stream's events are not at hand.
    """
    left_out = ", ".join(f"'{name}'" for name in leaving_out)
    kept = f" FILTER (WHERE type NOT IN ({left_out}))" if left_out else ""
    data = "data::text" if emptied is None else _without(emptied)
    return f"""JOIN LATERAL (
  SELECT array_agg(type ORDER BY version){kept} AS types,
         array_agg(schema_version ORDER BY version){kept} AS schema_versions,
         array_agg({data} ORDER BY version){kept} AS data, max(version) AS version,
         (array_agg(chain ORDER BY version DESC))[1] AS chain
  FROM events WHERE stream_id = {stream_id}
) {alias} ON {at_hand_sql(stream_id)}"""


def _without(emptied: Emptied) -> str:
    columns = ", ".join(f"{field} json" for field in emptied.kept)
    fields = ", ".join(f"'{field}', r.{field}" for field in emptied.kept)
    found = f"SELECT json_build_object({fields}, '{emptied.field}', '[]'::json)::text"
    return (
        f"CASE type WHEN '{emptied.type}' THEN ({found} FROM json_to_record(data) AS r({columns})) ELSE data::text END"
    )


def stream_in(row: Any, stream_id: str, registry: EventRegistry) -> tuple[Stream, list[Any]]:
    """The standing and the events of the stream that a row brought along; none where all of them were left out."""
    events = [
        registry.decode(name, version, data)
        for name, version, data in zip(row["types"] or (), row["schema_versions"] or (), row["data"] or (), strict=True)
    ]
    return Stream(stream_id, row["version"], row["chain"]), events
