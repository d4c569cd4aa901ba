"""Fields that the bodies and queries of several paths have, with their bounds."""

from typing import Annotated

import msgspec
from fastapi import Path, Query

from kernel.http.paging import PageRequest
from kernel.security import Principal

#: The name that some system gave to a person, a hospital, a bill.
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
#: A name of ours in a path; ours are longer where they are put together of several.
NameInPath = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9._:-]+$")]
DivisionCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$", description="Six-digit division code (区划代码)")]
Year = Annotated[int, msgspec.Meta(ge=2000, le=2100)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

YearQuery = Annotated[int, Query(ge=2000, le=2100, description="The year of the insurance")]
CountyQuery = Annotated[str, Query(pattern=r"^[0-9]{6}$", description="Six-digit division code of a county")]
#: A county, or nothing for all of the caller's.
CountyFilter = Annotated[str, Query(pattern=r"^([0-9]{6})?$")]
AreaQuery = Annotated[str, Query(pattern=r"^[0-9]{6}$", description="Division code of a county, city or province")]


def counties_of(caller: Principal, county: str | None) -> list[str]:
    """What to look for, for SQL's ``LIKE ANY``: one county, or all of the caller's. Raises Refused DIVISION_FOREIGN."""
    if county is None:
        return caller.division_patterns
    caller.must_act_in(county)
    return [county]


def after_of(page: PageRequest) -> str:
    """The id after which a page begins; empty on the first."""
    return "" if page.after is None else str(page.after[0])
