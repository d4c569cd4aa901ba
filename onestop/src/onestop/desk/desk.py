"""What the desk is given from outside: where the platform's database is, whom it trusts, and what time it is."""

from datetime import date
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import msgspec

from kernel.http.languages import ENGLISH
from kernel.running.clock import Clock, system_clock
from kernel.security import Authenticator
from kernel.values.china_time import china_date
from onestop.desk.jobs import Jobs
from onestop.reconcile.topics import Where

NAME: Final = "desk"
PORT: Final = 8006
#: Years that every part of the way can say in every time zone; the platform is younger than the first.
YEARS: Final = range(1990, 2200)


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of the desk. ``database`` is the address of the platform's database as the desk's own role."""

    database: str
    authenticator: Authenticator
    clock: Clock = system_clock
    #: In which language refusals are told to callers who prefer neither: ``en`` or ``zh``.
    language: str = ENGLISH
    #: The administrator's address, for repairs that two people released and for runs that try repairs out; None where
    #: the desk only reads.
    mending: str | None = None
    #: Where Alertmanager is spoken to; None where there is none.
    alertmanager: str | None = None
    #: The broker whose topics a reconciliation reads, too; None where the platform runs on none.
    broker: Where | None = None
    #: How many processes answer a what-if of many settlements; each takes some 200 MB beside the desk.
    processes: int = 1
    jobs: Jobs = msgspec.field(default_factory=Jobs)

    @property
    def today(self) -> date:
        """Today's date in China."""
        return china_date(self.clock())


def as_role(url: str, role: str) -> str:
    """The same database's address for another role; a password in the address stays."""
    parts = urlsplit(url)
    account, _, place = parts.netloc.rpartition("@")
    _, colon, password = account.partition(":")
    return urlunsplit(parts._replace(netloc=f"{role}{colon}{password}@{place}"))
