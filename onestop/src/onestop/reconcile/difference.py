"""A difference that was found: its class, whose it is, and what is proposed to mend it."""

import hashlib
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

_RESTORING: Final = "then docs/runbooks/backup-and-restore.md"
#: What to do where an event is there that nobody may have written: no row says which is right.
NO_GROUND: Final = f"onestop verify-chain --against CHECKPOINTS says what was added; {_RESTORING}"


def event_lost(service: str) -> str:
    """What to do where an event of a service is gone: whatever followed from it is right, and stays."""
    return (
        "onestop verify-chain --against CHECKPOINTS says what was removed; "
        f"onestop recover {service} writes it back from its topic, else the backup does: {_RESTORING}"
    )


def booked_otherwise(settlement_id: str) -> str:
    """What to do where the books have another amount than the bill, and both have their events."""
    return (
        f"onestop trace {settlement_id}; {NO_GROUND}; where no byte was changed, the agency revokes {settlement_id}, "
        "which takes its journals back as they are, and it is settled and booked anew"
    )


class State(StrEnum):
    """How far a difference has come."""

    OPEN = "OPEN"  # found, and nobody has proposed its repair
    PROPOSED = "PROPOSED"  # somebody proposes the repair; another one may release it
    RELEASED = "RELEASED"  # another one released the repair; the next run looks
    MENDED = "MENDED"  # a later run did not find it any more


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag="rows"):
    """One row is made again from the events of its stream; without events it goes."""

    service: str
    table: str
    stream: str
    key: str


class Sums(msgspec.Struct, frozen=True, tag="sums"):
    """An account's entries and sums are made again from its journals."""

    account: str


class Redelivery(msgspec.Struct, frozen=True, kw_only=True, tag="redelivery"):
    """A stream's newest message of these types is given to a consumer again, by way of its parked ones."""

    publisher: str
    stream: str
    event_id: str
    service: str
    consumer: str


class Position(msgspec.Struct, frozen=True, kw_only=True, tag="position"):
    """A consumer that stands beyond what was ever sent goes back to the last message sent."""

    service: str
    consumer: str
    topic: str
    partition: int
    pseq: int


class Clearance(msgspec.Struct, frozen=True, tag="clearance"):
    """Messages of the embedded transport that are not their publisher's go; ``onestop republish`` sends those."""

    topic: str
    partition: int
    first: int
    last: int


class ByHand(msgspec.Struct, frozen=True, tag="by hand"):
    """No program may decide this: what to do is said."""

    do: str


Repair: TypeAlias = Rows | Sums | Redelivery | Position | Clearance | ByHand


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. ``kind`` is its class, ``owner`` who has to see to it, ``then`` what follows its release."""

    kind: str
    subject: str
    owner: str
    says: str
    repair: Repair
    then: str = ""

    @property
    def difference_id(self) -> str:
        """The same difference has the same name in every run."""
        return hashlib.sha256(f"{self.kind} {self.subject}".encode()).hexdigest()[:12]

    @property
    def command(self) -> str:
        """What mends it, in one line."""
        match self.repair:
            case ByHand(do=do):
                return do
            case _:
                released = f"onestop reconcile release {self.difference_id}"
                return f"{released}; {self.then}" if self.then else released
