"""A run: the period's settlements in one picture of the database, shared among processes where there are many."""

import asyncio
import gc
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

import msgspec

from kernel.values.refusals import conflict
from kernel.writing.database import SingleConnection
from kernel.writing.snapshots import export, snapshot
from onestop.what_if.deciding import decide_again, law_book
from onestop.what_if.question import Question, check
from onestop.what_if.sums import Refusal, Row, Sums

#: Whose tables a question is about.
SCHEMA: Final = "settlement"
_COUNT_SQL: Final = "SELECT count(*) FROM settlements WHERE discharged_on BETWEEN $1 AND $2"
#: Below so many one process is faster than starting several.
_WORTH_PROCESSES: Final = 5_000


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What would have come otherwise. ``settlements`` were decided again, ``changed`` of them to other amounts."""

    settlements: int
    changed: int
    rows: tuple[Row, ...]
    refused: tuple[Refusal, ...] = ()


async def what_if(admin_url: str, question: Question, processes: int | None = None) -> Answer:
    """Decide a period again under another law, while the services go on; nothing is stored.

    Raises Refused as ``check`` does, NOTHING_SETTLED, NOTHING_TO_COMPARE, and OTHER_LAW_REFUSES where it cannot decide
    all of them and the question does not leave those out: what is half known is not shown as the whole. Raises
    PackError.
    """
    async with snapshot(admin_url, SCHEMA) as picture:
        count = await answerable(picture, question)
        many = processes or (min(os.cpu_count() or 1, 8) if count > _WORTH_PROCESSES else 1)
        sums = Sums()
        for one in await _shares(picture, admin_url, question, many):
            sums.plus(one)
    if not sums.took_place:
        raise conflict("NOTHING_TO_COMPARE", "nobody was settled in the period by law of the place that the pack is of")
    if sums.refused and not question.leave_out:
        raise _refused(sums)
    rows, refused = tuple(sums.rows()), tuple(sums.refused.values())
    return Answer(settlements=sums.settlements, changed=sums.changed, rows=rows, refused=refused)


async def answerable(picture: SingleConnection, question: Question) -> int:
    """How many settlements a question is about, as far as that is known before it is answered.

    Raises Refused as ``check`` does, and NOTHING_SETTLED; raises PackError.
    """
    book, digests = await law_book(picture)
    # Reading all law again takes a moment, in which others are served.
    await asyncio.to_thread(lambda: check(question, {digest: book.pack(digest) for digest in digests}))
    count: int = await picture.fetchval(_COUNT_SQL, question.since, question.until)
    if not count:
        said = f"nobody was discharged and settled from {question.since} to {question.until}"
        raise conflict("NOTHING_SETTLED", said)
    return count


async def _shares(picture: SingleConnection, admin_url: str, question: Question, many: int) -> Sequence[Sums]:
    if many == 1:
        return [await decide_again(picture, question, (0, 1))]
    name, loop = await export(picture), asyncio.get_running_loop()
    with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
        shares = [(share, many) for share in range(many)]
        return await asyncio.gather(
            *(loop.run_in_executor(pool, _share, admin_url, name, question, share) for share in shares)
        )


def _share(admin_url: str, picture: str, question: Question, share: tuple[int, int]) -> Sums:
    """One share, in a process of its own."""
    gc.disable()  # what is decided lives for one settlement and has no cycles

    async def decided() -> Sums:
        async with snapshot(admin_url, SCHEMA, picture) as connection:
            return await decide_again(connection, question, share)

    return asyncio.run(decided())


def _refused(sums: Sums) -> Exception:
    count = sum(refusal.settlements for refusal in sums.refused.values())
    reasons = "; ".join(
        f"{one.code} {one.settlements}, such as {one.first}: {one.detail}" for one in sums.refused.values()
    )
    said = f"the other law cannot decide {count} of {sums.settlements + count} settlements: {reasons}"
    return conflict("OTHER_LAW_REFUSES", said)
