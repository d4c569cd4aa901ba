"""Lists of referrals: what is asked for together becomes one statement that walks along one index."""

from datetime import date
from typing import Any, Final

import msgspec

from kernel.values.divisions import counties_in

_CONDITIONS: Final = {
    "state": "state = {}",
    "sending_hospital": "sending_hospital = {}",
    "receiving_hospital": "receiving_hospital = {}",
    "person_id": "person_id = {}",
    "county": "county = {}",
    "divisions": "county LIKE ANY({}::text[])",
    "signed_from": "signed_on >= {}",
    "signed_to": "signed_on <= {}",
}
#: A referral's day of signature never changes, so the row that a page ended with says where the next one begins.
_NEWEST_FIRST: Final = (
    "(signed_on, referral_id) < (SELECT signed_on, referral_id FROM referrals WHERE referral_id = {})"
)
_LONGEST_FIRST: Final = "(waiting_since, referral_id) > ({}, {})"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; None is anything. Both days of signature are included.

    ``approved_only`` leaves out what the agency never approved; ``divisions`` are patterns of counties' codes.
    """

    state: str | None = None
    sending_hospital: str | None = None
    receiving_hospital: str | None = None
    person_id: str | None = None
    county: str | None = None
    signed_from: date | None = None
    signed_to: date | None = None
    approved_only: bool = False
    divisions: list[str] | None = None


def listing(columns: str, wanted: Wanted, after: str | None, limit: int) -> tuple[str, list[Any]]:
    """The statement and its parameters for a page of referrals, the newest signature first."""
    conditions, values = _conditions(msgspec.structs.replace(wanted, divisions=None))
    if after is not None:
        conditions.append(_NEWEST_FIRST.format(_place(values, after)))
    order = f"ORDER BY signed_on DESC, referral_id DESC LIMIT {_place(values, limit)}"
    counties = ""
    if wanted.divisions is not None:
        counties = counties_in("referrals", _place(values, wanted.divisions))
        conditions.append("county = c.own_county")
    rows = f"SELECT * FROM referrals {'WHERE ' if conditions else ''}{' AND '.join(conditions)} {order}"
    if counties:
        # Each county's newest along its own index; of these the newest of all.
        rows = f"SELECT r.* FROM {counties} AS c(own_county) CROSS JOIN LATERAL ({rows}) r {order}"
    return f"SELECT {columns} FROM ({rows}) listed {order}", values


def waiting(columns: str, wanted: Wanted, after: tuple[Any, ...] | None, limit: int) -> tuple[str, list[Any]]:
    """The same for what waits for somebody's act, the longest wait first."""
    conditions, values = _conditions(wanted)
    conditions.append("waiting_since IS NOT NULL")
    if after is not None:
        conditions.append(_LONGEST_FIRST.format(_place(values, after[0]), _place(values, after[1])))
    where = f"WHERE {' AND '.join(conditions)}"
    order = f"ORDER BY waiting_since, referral_id LIMIT {_place(values, limit)}"
    return f"SELECT {columns} FROM referrals {where} {order}", values


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(condition.format(_place(values, value)))
    if wanted.approved_only:
        conditions.append("approved_on IS NOT NULL")
    return conditions, values


def _place(values: list[Any], value: Any) -> str:
    values.append(value)
    return f"${len(values)}"
