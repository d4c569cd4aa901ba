"""The library of packs: which one is in force at a place on a day."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from kernel.values.divisions import around
from kernel.values.refusals import Refused
from law.packs.loading import load_pack
from law.packs.model import Pack
from law.packs.policy import Policy
from law.packs.source import PackError

#: What lies beside a pack: its own examples, and what the county decides for itself.
BESIDE_PACKS: Final = (".examples.yaml", ".settings.yaml")


class PackLibrary:
    """All packs of an installation. ``configured`` holds, by pack id, figures that documents leave open."""

    def __init__(self, packs: Iterable[Pack], configured: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.packs = tuple(sorted(packs, key=lambda pack: (pack.file.in_force_from, pack.pack_id)))
        self._configured = dict(configured or {})
        self._policies: dict[tuple[str, date], Policy] = {}

    def candidates(self, division: str, on: date) -> tuple[Policy, ...]:
        """Every policy in force at a place on a day: county before city before province, newest first.

        Where a county keeps an older rule, more than one may apply (AMB-D6): who settles takes the one that is
        better for the patient.
        """
        places = around(division)
        found = [pack for pack in self.packs if pack.file.division in places and pack.in_force(on)]
        found.sort(key=lambda pack: (places.index(pack.file.division), -pack.file.in_force_from.toordinal()))
        return tuple(self._policy(pack, on) for pack in found)

    def newest(self, division: str, on: date) -> tuple[Policy, ...]:
        """The newest candidate of each place, county first; raises Refused POLICY_UNKNOWN where there is none."""
        first = self.in_force(division, on)
        newest = {first.file.division: first}
        for policy in self.candidates(division, on):
            newest.setdefault(policy.file.division, policy)
        return tuple(newest.values())

    def in_force(self, division: str, on: date) -> Policy:
        """The first of the candidates; raises Refused POLICY_UNKNOWN where there is none."""
        found = self.candidates(division, on)
        if not found:
            raise Refused(
                "POLICY_UNKNOWN",
                f"no policy pack is in force at {division} on {on}; add one under policies/",
                about={"division": division, "on": on.isoformat()},
            )
        return found[0]

    def pack(self, pack_id: str) -> Pack:
        """A pack by its id; raises Refused POLICY_UNKNOWN."""
        for pack in self.packs:
            if pack.pack_id == pack_id:
                return pack
        raise Refused("POLICY_UNKNOWN", f"there is no policy pack {pack_id!r}", about={"policy": pack_id})

    def _policy(self, pack: Pack, on: date) -> Policy:
        # A policy changes only on the days that its time lines name, but a day is as good a key and simpler.
        policy = self._policies.get((pack.pack_id, on))
        if policy is None:
            policy = Policy(pack, on, self._configured.get(pack.pack_id))
            self._policies[(pack.pack_id, on)] = policy
        return policy


def pack_paths(directory: Path) -> list[Path]:
    """The files of packs under a folder, in order; not what lies beside them."""
    return sorted(path for path in directory.glob("*-*/*.yaml") if not path.name.endswith(BESIDE_PACKS))


def load_library(directory: Path) -> PackLibrary:
    """All packs under a folder: ``<division code>-<name>/<year>-<document>.yaml``; raises PackError.

    Settings without a pack beside them are an error: a county would believe that they count.
    """
    for settings in sorted(directory.glob("*-*/*.settings.yaml")):
        pack = settings.name.replace(".settings.yaml", ".yaml")
        if not settings.with_name(pack).exists():
            raise PackError(settings.name, 1, f"no pack {pack} lies beside these settings: name them as it is named")
    return PackLibrary([load_pack(path) for path in pack_paths(directory)])
