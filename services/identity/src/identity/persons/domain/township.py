"""Township: the nine-digit division in which a person lives, for coverage by township (003 一(二))."""

import msgspec

from kernel.values.refusals import Refused


class TownshipRecorded(msgspec.Struct, frozen=True):
    """The person lives in a township of the own county."""

    person_id: str
    township: str


def record(person_id: str, county: str, township: str) -> TownshipRecorded:
    """Place a person; raises Refused TOWNSHIP_FOREIGN."""
    if not township.startswith(county):
        raise Refused(
            "TOWNSHIP_FOREIGN",
            f"township {township} is not in the person's county {county}; correct one of the two",
            about={"township": township, "county": county},
        )
    return TownshipRecorded(person_id, township)
