"""No question of operations walks along a table that grows, but for those over a period, which say that they do."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, Final

import operations
from kernel.running import migrations
from kernel.writing.database import administering, session_settings

#: Read over whole periods and places, as reports are (decision 0011).
OVER_PERIODS: Final = {"_SUMS_SQL", "_HANDLED_SQL", "_TREATED_SQL", "_LINES_SQL", "_SHORT_SQL"}
#: One row for each institution, or partition.
SMALL: Final = {"institutions", "inbox_cursor"}
WALKS: Final = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}


def questions() -> Iterator[tuple[str, str]]:
    """Each question by its name, from all modules of queries."""
    for module in pkgutil.walk_packages(operations.__path__, "operations."):
        if module.name.endswith(".queries"):
            found = importlib.import_module(module.name)
            for name, sql in vars(found).items():
                if name.endswith("_SQL") and isinstance(sql, str) and name not in OVER_PERIODS:
                    yield f"{module.name}.{name}", sql


QUESTIONS: Final = dict(questions())


def steps(step: dict[str, Any], *, bounded: bool) -> Iterator[str]:
    """The steps that read something from one end to the other."""
    kind, bounded = step["Node Type"], bounded or step["Node Type"] == "Limit"
    of = step.get("Relation Name", step.get("Index Name"))
    if kind in WALKS and "Index Cond" not in step and not bounded and of not in SMALL:
        yield f"{kind} of {of}"
    for below in step.get("Plans", ()):
        yield from steps(below, bounded=bounded)


async def test_no_question_walks_along_a_table(database: str) -> None:
    assert len(QUESTIONS) > 15, "the rule must find the questions"
    await migrations.prepare(database, ["operations"])
    await migrations.upgrade(database, "operations", "operations")
    async with administering(database, **session_settings("operations")) as connection:
        for number, (name, sql) in enumerate(QUESTIONS.items()):
            nothing = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", sql))))
            await connection.execute(f"PREPARE asked{number} AS {sql}")
            call = f"asked{number}({nothing})" if nothing else f"asked{number}"
            plan = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE {call}"))[0]["Plan"]
            assert list(steps(plan, bounded=False)) == [], f"{name}\n{sql}"
