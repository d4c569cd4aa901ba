"""What settlement is configured with: the law it decides by, and the papers of a case."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final

import msgspec

from kernel.security import KeyRing, SealCipher
from law.packs import PackLibrary, load_library

POLICIES_SETTING: Final = "ONESTOP_POLICIES"
CASE_PAPERS_SETTING: Final = "ONESTOP_CASE_PAPERS"
CASE_WINDOWS_SETTING: Final = "ONESTOP_CASE_WINDOWS"
SECONDED_SETTING: Final = "ONESTOP_CASE_SECONDED"
SCAN_KEYS_SETTING: Final = "ONESTOP_SCAN_KEYS"
SCAN_CIPHER_SETTING: Final = "ONESTOP_SCAN_CIPHER"
WEBHOOK_NETWORKS_SETTING: Final = "ONESTOP_WEBHOOK_NETWORKS"
WEBHOOK_TRUSTED_SETTING: Final = "ONESTOP_WEBHOOK_CA"
TELL_STAYS_SETTING: Final = "ONESTOP_TELL_STAYS"
TELL_CASES_SETTING: Final = "ONESTOP_TELL_CASES"


class WebhookSettings(msgspec.Struct, frozen=True):
    """How hospitals' webhooks are called.

    ``networks`` that are not public may be called, such as 医保专网; ``trusted`` is a file with the certificates of
    those who vouch for machines there. ``plain`` lets http pass, and is no setting: it is for tests.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    trusted: str | None = None
    plain: bool = False
    look_seconds: float = 1.0


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Settlement's settings; ``case_papers`` are those without which a case is not complete.

    Without ``scan_keys`` no scans are kept.
    """

    library: PackLibrary
    #: None for the usual ones.
    case_papers: frozenset[str] | None = None
    #: Counties where a case must say at which window it is handed in.
    case_windows: frozenset[str] = frozenset()
    scan_keys: KeyRing | None = None
    scan_cipher: SealCipher = SealCipher.AES_256_GCM
    webhooks: WebhookSettings = WebhookSettings()
    #: Who signs cases for which department: triples of county, department and user.
    seconded: tuple[tuple[str, str, str], ...] = ()
    #: No while a release that does not tell stays runs beside this one (decision 0052).
    tells_stays: bool = True
    #: No while a release runs beside this one that tells neither paper cases nor how far a stay was.
    tells_cases: bool = True


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings; ``ONESTOP_POLICIES`` names the folder of packs, ``ONESTOP_CASE_PAPERS`` papers with commas,
    ``ONESTOP_SCAN_KEYS`` the key file of scans, ``ONESTOP_WEBHOOK_NETWORKS`` networks that are not public,
    ``ONESTOP_CASE_WINDOWS`` counties where a case must name its window, with commas,
    ``ONESTOP_CASE_SECONDED`` who signs for whom, as county/department=user with commas, and ``ONESTOP_TELL_STAYS`` is
    ``no`` while a release from before operations heard of stays runs beside this one, as ``ONESTOP_TELL_CASES`` while
    one from before it heard of paper cases and of how far a stay was.

    Raises KeyError, KeyTextError, PackError, ValueError.
    """
    asked = environ.get(CASE_PAPERS_SETTING)
    papers = None if asked is None else frozenset(kind.strip() for kind in asked.split(",") if kind.strip())
    scan_keys, networks = environ.get(SCAN_KEYS_SETTING), environ.get(WEBHOOK_NETWORKS_SETTING, "")
    return Config(
        library=load_library(Path(environ[POLICIES_SETTING])),
        case_papers=papers,
        case_windows=frozenset(filter(None, map(str.strip, environ.get(CASE_WINDOWS_SETTING, "").split(",")))),
        scan_keys=KeyRing.from_file(Path(scan_keys)) if scan_keys else None,
        scan_cipher=SealCipher(environ.get(SCAN_CIPHER_SETTING, SealCipher.AES_256_GCM)),
        webhooks=WebhookSettings(
            networks=tuple(ip_network(part.strip()) for part in networks.split(",") if part.strip()),
            trusted=environ.get(WEBHOOK_TRUSTED_SETTING) or None,
        ),
        seconded=tuple(_seconded(environ.get(SECONDED_SETTING, ""))),
        tells_stays=environ.get(TELL_STAYS_SETTING, "yes") != "no",
        tells_cases=environ.get(TELL_CASES_SETTING, "yes") != "no",
    )


def _seconded(text: str) -> Iterator[tuple[str, str, str]]:
    for entry in filter(None, map(str.strip, text.split(","))):
        place, equals, user = entry.partition("=")
        county, slash, department = place.partition("/")
        if not (equals and slash and county and department and user):
            raise ValueError(f"{SECONDED_SETTING} lists county/department=user with commas, not {entry!r}")
        yield county, department, user
