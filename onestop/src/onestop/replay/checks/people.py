"""People's keys and number tokens: whoever was not erased has a key, and a token that a number leads to."""

from typing import Final

from kernel.writing.database import SingleConnection
from onestop.replay.difference import SAID_MAX, Difference

_KEYLESS_SQL: Final = """
SELECT person_id FROM identity.personal_data d
WHERE NOT EXISTS (SELECT FROM identity.person_keys k WHERE k.person_id = d.person_id)
ORDER BY person_id LIMIT $1
"""
_UNFOUND_SQL: Final = """
SELECT person_id FROM identity.personal_data d
WHERE NOT EXISTS (SELECT FROM identity.number_tokens t WHERE t.token = d.number_token)
ORDER BY person_id LIMIT $1
"""


async def lost_people(live: SingleConnection) -> list[Difference]:
    """Those whose data can no longer be opened, or who are found no more, without an erasure."""
    keyless = await live.fetch(_KEYLESS_SQL, SAID_MAX)
    unfound = await live.fetch(_UNFOUND_SQL, SAID_MAX)
    return [
        *(
            Difference(f"key of person {row[0]}", "no such key", "a key: nobody has erased this person")
            for row in keyless
        ),
        *(
            Difference(f"number token of person {row[0]}", "no such token", "a token: nobody has erased this person")
            for row in unfound
        ),
    ]
