"""Personal data as they are sent: their forms, and that they go no further than sealed columns."""

from typing import Annotated

import msgspec

from kernel.http.free_texts import SEALED

IdNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=32), SEALED]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60), SEALED]
Phone = Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9-]{5,20}$"), SEALED]
CardNumber = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{5,30}$"), SEALED]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=200), SEALED]
