"""At which window a case is handed in: of a kind that the county's document has, and only where the case belongs.

An out-of-county case belongs to the county's station and to no hospital's window (000 一(一)1, 001 二(四)).
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from kernel.values.refusals import Refused
from law.packs.rules import ServicePoint
from settlement.institutions.domain import Institution


class Window(msgspec.Struct, frozen=True):
    """A window: its kind as the document names it, and the institution in which it lies, if in any."""

    kind: str
    hospital_id: str | None = None


def check_said(county: str, asking: frozenset[str]) -> None:
    """A case without its window is taken in where the county does not ask for it; raises Refused WINDOW_MISSING."""
    if county in asking:
        detail = f"at {county} a bill on paper says at which window it is handed in: name the window"
        raise Refused("WINDOW_MISSING", detail)


def check_window(
    window: Window, place: str, county: str, kinds: Sequence[ServicePoint], lies_in: Institution | None, on: date
) -> None:
    """Whether a case of a place (``in_county`` or ``out_county``) belongs to a window of the county.

    Raises Refused WINDOW_UNKNOWN, WINDOW_OF_OTHERS.
    """
    rule = next((one for one in kinds if one.name == window.kind), None)
    if rule is None:
        known = "、".join(one.name for one in kinds) or "none"
        detail = f"the documents in force at {county} have no window {window.kind}; they have {known}"
        raise Refused("WINDOW_UNKNOWN", detail, about={"window": window.kind})
    _check_lies(window, rule, county, lies_in, on)
    if place not in rule.accepts:
        others = "、".join(one.name for one in kinds if place in one.accepts) or "none"
        told = "out of the county" if place == "out_county" else "in the county"
        detail = f"{window.kind} takes no bill of a hospital {told}; it belongs to {others} ({rule.clause})"
        raise Refused("WINDOW_OF_OTHERS", detail, about={"window": window.kind})


def _check_lies(window: Window, rule: ServicePoint, county: str, lies_in: Institution | None, on: date) -> None:
    """A kind that the document gives to hospitals of a level lies in one of the county's, under contract that day."""
    if not rule.levels and window.hospital_id is None:
        return
    if (
        lies_in is None
        or (rule.levels and lies_in.level not in rule.levels)
        or lies_in.division[:6] != county
        or not lies_in.designated_on(on)
    ):
        of_level = f" of level {' or '.join(rule.levels)}" if rule.levels else ""
        where = window.hospital_id or "no hospital"
        detail = f"{window.kind} lies in a designated hospital of {county}{of_level}, and not in {where}"
        raise Refused("WINDOW_UNKNOWN", detail, about={"window": window.kind})
