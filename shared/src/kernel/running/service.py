"""A service as others see it: what it is made of, and how it is built from settings."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
from fastapi import FastAPI

from kernel.http import ErrorCode
from kernel.running.hosting import Host
from kernel.running.runtime import ServiceParts
from kernel.writing.read_model import ReadModel


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What each service's ``main`` gives under the name ``SERVICE``; ``port`` is its usual one.

    ``ends`` are the kinds of streams whose things end, which may be archived when they have rested: what lives on, such
    as a person or the law, is never put away.
    """

    parts: ServiceParts
    read_model: ReadModel
    port: int
    codes: Sequence[ErrorCode]
    build: Callable[[Host, Mapping[str, str]], FastAPI]
    ends: Sequence[str] = ()

    @property
    def schema(self) -> str:
        """Schema, role and package share one name."""
        return self.parts.schema
