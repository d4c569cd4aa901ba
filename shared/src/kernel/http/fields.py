"""Fields that the bodies of several paths have."""

from typing import Annotated

import msgspec

#: The name that some system gave to a person, a hospital, a bill.
Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
