"""People's keys and number tokens as checkpoints count them: only what a confirmed erasure names may be missing."""

from typing import Final

from kernel.writing.event_store.sources import Source, spread


def _erased(named: str, column: str, table: str) -> str:
    """Those that a confirmed erasure names and that are gone."""
    confirmed = f"SELECT DISTINCT unnest({named}) AS {column} FROM erasures WHERE state = 'CONFIRMED'"
    return (
        f"SELECT {column} FROM ({confirmed}) e WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.{column} = e.{column})"
    )


IN_CHECKPOINTS: Final = (
    Source(
        name="person-keys",
        table="person_keys",
        columns=("person_id", "key_id", "encode(sealed, 'hex')"),
        part=spread("person_id"),
        gone=_erased("records", "person_id", "person_keys"),
    ),
    Source(
        name="number-tokens",
        table="number_tokens",
        columns=("id_number_hash", "token"),
        part=spread("token"),
        gone=_erased("number_tokens", "token", "number_tokens"),
    ),
)
