"""Which services and which of their projections a verification looks at: all, unless somebody says so."""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.running.service import Service
from onestop.services import SERVICES

#: What the ledger booked is held against what these were told to owe.
_MONEY: Final = ("identity", "settlement", "fund-ledger")


class ChosenError(ValueError):
    """There is no such service or projection; says which there are."""


class Chosen(msgspec.Struct, frozen=True):
    """The names of services, and of their read tables; all where none is named. Raises ChosenError."""

    services: tuple[str, ...] = ()
    projections: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if unknown := [name for name in self.services if name not in SERVICES]:
            raise ChosenError(f"there is no service {unknown[0]}; there are {', '.join(SERVICES)}")
        there = {str(table.name) for name in self.names for table in SERVICES[name].read_model.tables}
        if unknown := [name for name in self.projections if name not in there]:
            raise ChosenError(f"{', '.join(self.names)} keep no {unknown[0]}; they keep {', '.join(sorted(there))}")

    @property
    def names(self) -> tuple[str, ...]:
        """The services whose tables are compared."""
        return tuple(name for name in SERVICES if name in self.services) or tuple(SERVICES)

    @property
    def passes(self) -> tuple[str, ...]:
        """Whose logs are read: theirs, and those of whom they hear."""
        read = set(self.names)
        for name in self.names:
            read |= _heard_by(SERVICES[name])
        if "fund-ledger" in self.names:
            read |= set(_MONEY)
        return tuple(name for name in SERVICES if name in read)

    @property
    def judges_all(self) -> bool:
        """Whether more is looked at than some tables: decisions, messages, people, the books."""
        return not self.projections

    def tables_of(self, service: Service) -> Sequence[str]:
        """Those of a service's tables that are compared."""
        names = [str(table.name) for table in service.read_model.tables]
        return [name for name in names if name in self.projections] if self.projections else names


def _heard_by(service: Service) -> set[str]:
    topics = {heard.contract.topic for heard in service.parts.heard}
    return {name for name, other in SERVICES.items() if other.parts.topic in topics}


EVERYTHING: Final = Chosen()
