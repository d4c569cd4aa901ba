"""Who may look into the books, and how they name what they look for."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query

from kernel.http import allow
from kernel.security import Principal, Role

Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS, by_division=True)]
AccountName = Annotated[str, Query(max_length=200, pattern=r"^[A-Za-z0-9._:/-]*$")]


def must_see(caller: Principal, accounts: Iterable[str]) -> None:
    """Refuse a caller who does not work for the counties in whose books these accounts stand."""
    for account in accounts:
        # Any text may be asked for, so the name is not taken apart as one of the chart: the county is last but one.
        caller.must_act_in(account.rpartition("/")[0].rpartition("/")[2])
