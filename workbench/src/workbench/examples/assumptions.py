"""What an example assumes: readings of the law, of those that its pack can be switched by."""

from collections.abc import Iterable

from kernel.values.refusals import Refused
from law.packs import Pack
from law.packs.readings import SWITCHABLE


def assumed_of(assumes: Iterable[str], pack: Pack) -> dict[str, str]:
    """The readings named as ``AMB-L1:single``; raises Refused READING_UNKNOWN for a value that there is not."""
    own = {reading.ambiguity for reading in pack.file.readings}
    found = {}
    for assumption in assumes:
        ambiguity, _, value = assumption.removeprefix("AMB-").partition(":")
        if ambiguity not in own or ambiguity not in SWITCHABLE:
            continue
        if value not in SWITCHABLE[ambiguity]:
            known = ", ".join(SWITCHABLE[ambiguity])
            raise Refused("READING_UNKNOWN", f"{ambiguity} cannot be read as {value!r}; it is one of {known}")
        found[ambiguity] = value
    return found
