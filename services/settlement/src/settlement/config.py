"""What settlement is configured with: the law it decides by, and the papers of a case."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from law.packs import PackLibrary, load_library

POLICIES_SETTING: Final = "ONESTOP_POLICIES"
CASE_PAPERS_SETTING: Final = "ONESTOP_CASE_PAPERS"


class Config(msgspec.Struct, frozen=True):
    """Settlement's settings; ``case_papers`` are those without which a case is not complete."""

    library: PackLibrary
    #: None for the usual ones.
    case_papers: frozenset[str] | None = None


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_POLICIES`` names the folder of packs, ``ONESTOP_CASE_PAPERS`` papers with commas.

    Raises KeyError, PackError.
    """
    asked = environ.get(CASE_PAPERS_SETTING)
    papers = None if asked is None else frozenset(kind.strip() for kind in asked.split(",") if kind.strip())
    return Config(load_library(Path(environ[POLICIES_SETTING])), papers)
