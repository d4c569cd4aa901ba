"""What is sent of a fact: its detail in the words of the request, its days, and the paper behind it."""

from datetime import date
from typing import Annotated

import msgspec

from identity.facts.domain.facts import Detail, Fact, HouseholdRole
from identity.persons.domain.categories import Department, Group
from kernel.http import RequestBody, Yuan
from kernel.http.fields import Text
from kernel.http.free_texts import SEALED

HandbookNumber = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{4,30}$", description="Number of a poverty handbook (扶贫手册)"), SEALED
]
HouseholdId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{1,40}$", description="The feed's number (户编号)")]


class HouseholdBody(RequestBody, frozen=True, tag="household", tag_field="kind"):
    """The household that the person belongs to."""

    household_id: HouseholdId
    role: HouseholdRole


class DisabilityBody(RequestBody, frozen=True, tag="disability", tag_field="kind"):
    """The grade of the person's disability: 1 is the severest."""

    grade: Annotated[int, msgspec.Meta(ge=1, le=4)]


class LowIncomeBody(RequestBody, frozen=True, tag="low_income_test", tag_field="kind"):
    """A family's income per head and assets, the local line and limit; the rule of the place says what comes of it."""

    income_fen: Yuan
    assets_fen: Yuan
    local_line_fen: Yuan
    asset_limit_fen: Yuan
    group: Group | None = None


class HandbookBody(RequestBody, frozen=True, tag="handbook", tag_field="kind"):
    """The number of the poverty handbook that names the person; it is kept as a keyed hash only."""

    number: HandbookNumber


DetailBody = HouseholdBody | DisabilityBody | LowIncomeBody | HandbookBody


class Telling(msgspec.Struct, frozen=True):
    """A fact as it is sent, without an id and without who tells it."""

    detail: DetailBody
    valid_from: date
    evidence: Text
    valid_to: date | None = None

    def fact(self, fact_id: str, department: Department, detail: Detail) -> Fact:
        """The fact of an id; ``detail`` is what this one's comes to."""
        return Fact(
            fact_id=fact_id,
            department=department,
            detail=detail,
            valid_from=self.valid_from,
            evidence=self.evidence,
            valid_to=self.valid_to,
        )


def brings_benefit(detail: DetailBody) -> bool:
    """Whether somebody may get more because of such a fact: a household only says who lives together."""
    return not isinstance(detail, HouseholdBody)
