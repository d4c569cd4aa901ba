"""Who may look into the books, and how they name what they look for."""

from typing import Annotated

from fastapi import Query

from kernel.http import allow
from kernel.security import Principal, Role

Reader = Annotated[Principal, allow(Role.FINANCE, Role.AGENCY, Role.OPERATIONS)]
#: Six digits, or nothing for all counties.
County = Annotated[str, Query(pattern=r"^([0-9]{6})?$")]
AccountName = Annotated[str, Query(max_length=200, pattern=r"^[A-Za-z0-9._:/-]*$")]
