"""Files as departments' clerks really keep them: the collection that lies beside the checkout, and a part of it here.

``feed_cases.tsv`` says of each file what reading it comes to: rows that are good and rows refused by their code, or the
code that refuses the file; its notices; and words that its clerk is told.
"""

from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from identity.feeds.domain.row import FileDescription
from identity.intake.readers.kinds import CSV, XLS, XLSX
from identity.persons.domain.categories import Category, Department

HERE: Final = Path(__file__).parent
ALL: Final = HERE.parents[3] / "shared" / "cases" / "feeds"
SOME: Final = HERE / "fixtures" / "feeds"
MEDIA_TYPES: Final = {".csv": CSV, ".xlsx": XLSX, ".xls": XLS}
#: The day on which the files come: in the month before the year that one of them is for.
TODAY: Final = date(2026, 12, 10)
_OF_THE_POOR: Final = ("poverty", "moved", "full-list-other")


class Case(msgspec.Struct, frozen=True):
    """A file, and what it comes to."""

    name: str
    outcome: str
    notices: str
    words: tuple[str, ...]

    @property
    def path(self) -> Path | None:
        """Where the file lies, if it is here."""
        return next((place / self.name for place in (ALL, SOME) if (place / self.name).exists()), None)

    @property
    def media_type(self) -> str:
        """How the file is sent."""
        return MEDIA_TYPES[Path(self.name).suffix]

    @property
    def department(self) -> Department:
        """Who sends the file."""
        poor = Path(self.name).name.startswith(_OF_THE_POOR)
        return Department.POVERTY_ALLEVIATION if poor else Department.CIVIL_AFFAIRS

    @property
    def category(self) -> Category | None:
        """The category that the file is sent for; None where its rows say theirs."""
        if "category-" in self.name:
            return None
        return Category.DIBAO if self.department is Department.CIVIL_AFFAIRS else Category.REGISTERED_POOR

    @property
    def description(self) -> FileDescription:
        """The file as a batch describes it."""
        return FileDescription(
            department=self.department, category=self.category, evidence="feed 1", stated="20261210", today=TODAY
        )


def cases() -> list[Case]:
    """Every case."""
    lines = (HERE / "feed_cases.tsv").read_text("utf-8").splitlines()[1:]
    told = (line.split("\t") for line in lines)
    return [
        Case(name, outcome, "" if notices == "-" else notices, () if words == "-" else tuple(words.split("|")))
        for name, outcome, notices, words in told
    ]
