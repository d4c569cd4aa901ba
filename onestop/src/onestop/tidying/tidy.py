"""Everything that is tidied, in one go."""

from collections.abc import Mapping
from datetime import date

import asyncpg
import msgspec

from kernel.writing.database import administering
from onestop.desk.tables import tidy as tidy_desk
from onestop.services import SERVICES
from onestop.tidying.answers import DAYS_KEPT_MIN, TidiedAnswers, tidy_answers
from onestop.tidying.bus import trim_bus


class Tidied(msgspec.Struct, frozen=True):
    """What was made and dropped in each service, how many messages went, and which services were too busy."""

    answers: Mapping[str, TidiedAnswers]
    messages: int
    busy: tuple[str, ...]
    #: What-ifs of the desk that were kept long enough.
    what_ifs: int = 0


async def tidy(admin_url: str, today: date, days_kept: int = DAYS_KEPT_MIN) -> Tidied:
    """Tidy every service's answers and the embedded transport; what is busy is left for the next time.

    Raises TooShortError below 90 days.
    """
    answers, busy = {}, []
    for name, service in SERVICES.items():
        async with administering(admin_url, search_path=service.schema) as connection:
            try:
                answers[name] = await tidy_answers(connection, today, days_kept)
            except asyncpg.LockNotAvailableError:
                busy.append(name)
    async with administering(admin_url) as connection:
        messages = await trim_bus(connection)
        what_ifs = await tidy_desk(connection)
    return Tidied(answers, messages, tuple(busy), what_ifs)
