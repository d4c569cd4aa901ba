"""Which indicators the documents in force at a place have watched, and which leave some bills out."""

from collections.abc import Iterator
from datetime import date

from law.packs import PackLibrary
from law.packs.rules import Indicator
from operations.indicators.domain.measures import MEASURES


def watched(library: PackLibrary, place: str, on: date) -> Iterator[tuple[Indicator, str]]:
    """Each indicator with its document, the county's own document first; one that two documents name comes once.

    What no bill says is left out here: identity compares who is enrolled (003 一).
    """
    known: set[str] = set()
    for policy in library.candidates(place, on):
        for one in policy.file.indicators:
            if one.name in MEASURES and one.name not in known:
                known.add(one.name)
                yield one, policy.file.document.cited_as


def assessing(library: PackLibrary, flag: str) -> tuple[str, ...]:
    """The policies whose bills count only with a flag (001 三(三) 不纳入健康扶贫考核范畴)."""
    packs = library.packs
    return tuple(p.pack_id for p in packs if p.file.referral is not None and flag in p.file.referral.flags)
