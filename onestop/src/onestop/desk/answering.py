"""The process that answers one what-if of the desk, and ends with it: ``python -m onestop.desk.answering``.

It is told on its standard input where the database is and what is asked. That input stays open for as long as the desk
lives; when it ends, this process and whatever it has started end at once.
"""

import asyncio
import os
import signal
import sys
import threading
from typing import Final

import msgspec

from kernel.values.refusals import Refused
from kernel.writing.database import administering
from law.packs import PackError
from onestop.desk.asking import Told, WhatIfState
from onestop.desk.tables import SCHEMA
from onestop.what_if.run import Answer, what_if
from onestop.what_if.sums import Row

#: A year of a large province; a file of so many rows is made in memory, a hundred megabytes of it.
ROWS_MAX: Final = 200_000
#: The services come first.
_NICE: Final = 10
_ENDED_SQL: Final = f"""
UPDATE {SCHEMA}.what_ifs SET state = 'ENDED', ended_at = clock_timestamp(), settlements = $2, changed = $3, refused = $4
WHERE what_if_id = $1 AND state = 'RUNNING' RETURNING what_if_id
"""
_OTHERWISE_SQL: Final = f"""
UPDATE {SCHEMA}.what_ifs SET state = $2, ended_at = clock_timestamp(), code = $3, detail = $4
WHERE what_if_id = $1 AND state = 'RUNNING'
"""


def main() -> None:
    """Answer the one question that is told."""
    told = msgspec.json.decode(sys.stdin.buffer.readline(), type=Told)
    threading.Thread(target=_end_with_the_desk, daemon=True).start()
    os.nice(_NICE)
    asyncio.run(_answer(told))


def _end_with_the_desk() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


async def _answer(told: Told) -> None:
    try:
        answer = await what_if(told.address, told.question, told.processes)
        if len(answer.rows) > ROWS_MAX:
            said = f"the answer has {len(answer.rows)} rows, more than {ROWS_MAX}: ask of a shorter period"
            await _otherwise(told, WhatIfState.REFUSED, "TOO_MANY_ROWS", said)
        else:
            await _keep(told, answer)
    except Refused as refused:
        await _otherwise(told, WhatIfState.REFUSED, refused.code, refused.detail)
    except PackError as error:
        await _otherwise(told, WhatIfState.REFUSED, "PACK_UNUSABLE", str(error))
    except Exception as error:  # its words may be anything, also of a person
        await _otherwise(told, WhatIfState.FAILED, "ANSWER_FAILED", type(error).__name__)


async def _keep(told: Told, answer: Answer) -> None:
    refused = msgspec.json.encode(answer.refused).decode()
    async with administering(told.address) as session, session.transaction():
        ended = await session.fetchval(_ENDED_SQL, told.what_if_id, answer.settlements, answer.changed, refused)
        if ended is None:
            return  # called off meanwhile
        await session.copy_records_to_table(
            "what_if_rows",
            schema_name=SCHEMA,
            columns=["what_if_id", "number", *Row.__struct_fields__],
            records=((told.what_if_id, at, *msgspec.structs.astuple(row)) for at, row in enumerate(answer.rows, 1)),
        )


async def _otherwise(told: Told, state: WhatIfState, code: str, detail: str) -> None:
    async with administering(told.address) as session:
        await session.execute(_OTHERWISE_SQL, told.what_if_id, state.value, code, detail)


if __name__ == "__main__":
    main()
