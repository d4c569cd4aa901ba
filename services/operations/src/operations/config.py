"""What operations is configured with: the law that it measures by."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from law.packs import PackLibrary, load_library

POLICIES_SETTING: Final = "ONESTOP_POLICIES"
IDENTITY_SETTING: Final = "ONESTOP_IDENTITY_URL"
WATCH_SETTING: Final = "ONESTOP_CLOCK_WATCH_SECONDS"


class Config(msgspec.Struct, frozen=True):
    """The settings of operations. The packs of a place name its indicators, clocks, duties and service points."""

    library: PackLibrary = PackLibrary(())
    #: How often clocks are looked at.
    watch_seconds: float = 600.0
    #: Where identity is spoken to, for reports of which it alone knows what they say; empty where nobody asks for them.
    identity_url: str = ""


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_POLICIES`` names the folder of packs, ``ONESTOP_IDENTITY_URL`` where identity is.

    Raises KeyError, PackError, ValueError.
    """
    return Config(
        library=load_library(Path(environ[POLICIES_SETTING])),
        watch_seconds=float(environ.get(WATCH_SETTING, "600")),
        identity_url=environ.get(IDENTITY_SETTING, "").rstrip("/"),
    )
