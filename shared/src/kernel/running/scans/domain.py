"""The scans of one thing, such as a referral: filed, and removed where they were wrong; and who looked at one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, conflict, not_found

#: Scans of one thing at a time, and in all its life. Both are samples: no document gives a figure.
STANDING_MAX: Final = 12
FILED_MAX: Final = 40


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A scan by what is known of it without opening it; the bytes lie sealed beside the events.

    ``filed_by`` is the organisation, or the user where there is none.
    """

    scan_id: str
    kind: str
    media_type: str
    size_bytes: int
    sha256: str
    filed_by: str
    filed_at: datetime


# Commands


class FileScan(msgspec.Struct, frozen=True):
    """File a scan."""

    scan: Scan


class RemoveScan(msgspec.Struct, frozen=True):
    """Take a scan away that is wrong, such as another person's card; ``by`` as in ``filed_by``, None for anybody's."""

    scan_id: str
    by: str | None
    reason: str


Command: TypeAlias = FileScan | RemoveScan


# Events


class ScanFiled(msgspec.Struct, frozen=True):
    """A scan was filed with the thing ``subject_id``."""

    subject_id: str
    scan: Scan


class ScanRemoved(msgspec.Struct, frozen=True):
    """A scan was removed, and its bytes with it."""

    subject_id: str
    scan_id: str
    reason: str


class ScanSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody opened a scan. ``seen_by`` is the user. Every look has a stream of its own: none grows."""

    look_id: str
    subject_id: str
    scan_id: str
    seen_by: str
    organisation: str | None
    roles: tuple[str, ...]


Event: TypeAlias = ScanFiled | ScanRemoved
ScanEvent: TypeAlias = ScanFiled | ScanRemoved | ScanSeen


class Scans(msgspec.Struct, frozen=True):
    """The scans that stand, by their ids, and how many were ever filed."""

    standing: Mapping[str, Scan] = msgspec.field(default_factory=dict)
    filed: int = 0


def decide(command: Command, scans: Scans, subject_id: str) -> Sequence[Event]:
    """What a command brings about; raises Refused SCANS_TOO_MANY, SCAN_UNKNOWN, SCAN_OF_ANOTHER.

    A paper that is there already is not filed twice.
    """
    match command:
        case FileScan(scan):
            return _file(scan, scans, subject_id)
        case RemoveScan(scan_id, by, reason):
            scan = known(scans, scan_id)
            if by is not None and scan.filed_by != by:
                raise conflict("SCAN_OF_ANOTHER", "another office filed this scan: ask it to remove it", scan=scan_id)
            return [ScanRemoved(subject_id, scan_id, reason)]
        case _:
            assert_never(command)


def _file(scan: Scan, scans: Scans, subject_id: str) -> Sequence[Event]:
    if same(scans, scan) is not None:
        return []
    if len(scans.standing) >= STANDING_MAX or scans.filed >= FILED_MAX:
        detail = f"at most {STANDING_MAX} scans stand, of {FILED_MAX} ever filed: remove one, or put pages into one PDF"
        raise conflict("SCANS_TOO_MANY", detail)
    return [ScanFiled(subject_id, scan)]


def same(scans: Scans, scan: Scan) -> Scan | None:
    """The scan that is there with the same content and kind; None where there is none."""
    return next((one for one in scans.standing.values() if (one.sha256, one.kind) == (scan.sha256, scan.kind)), None)


def known(scans: Scans, scan_id: str) -> Scan:
    """A scan that stands; raises Refused SCAN_UNKNOWN."""
    scan = scans.standing.get(scan_id)
    if scan is None:
        raise not_found("SCAN_UNKNOWN", "there is no such scan here, or it was removed", scan=scan_id)
    return scan


def scan_lost() -> Refused:
    """The refusal of a scan whose bytes cannot be read any more, because the person's data were erased."""
    return conflict("SCAN_ERASED", "the person's data were erased, and this scan with them")


def evolve(scans: Scans, event: Event) -> Scans:
    """The scans after an event."""
    match event:
        case ScanFiled(_, scan):
            return Scans({**scans.standing, scan.scan_id: scan}, scans.filed + 1)
        case ScanRemoved(_, scan_id, _):
            return Scans({i: scan for i, scan in scans.standing.items() if i != scan_id}, scans.filed)
        case _:
            assert_never(event)


def decider_of(subject_id: str) -> Decider[Command, Scans, Event]:
    """The decider of one thing's scans."""
    return Decider(Scans(), lambda command, scans: decide(command, scans, subject_id), evolve)
