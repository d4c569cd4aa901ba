"""What identity is configured with: its keys, the law, and whose changes need approval by whom."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from kernel.security import KeyRing, SealCipher
from law.packs import PackLibrary, load_library

KEYS_SETTING: Final = "ONESTOP_IDENTITY_KEYS"
CIPHER_SETTING: Final = "ONESTOP_IDENTITY_CIPHER"
BIRTH_YEARS_SETTING: Final = "ONESTOP_TELL_BIRTH_YEARS"
POLICIES_SETTING: Final = "ONESTOP_POLICIES"
APPROVAL_SETTING: Final = "ONESTOP_IDENTITY_APPROVAL_DEPARTMENTS"
MACHINE_FEEDS_SETTING: Final = "ONESTOP_IDENTITY_MACHINE_FEEDS"
ADMINISTRATORS_SETTING: Final = "ONESTOP_IDENTITY_ADMINISTRATORS"
TELL_DOCTORS_SETTING: Final = "ONESTOP_TELL_DOCTORS"
TELL_PUSHES_SETTING: Final = "ONESTOP_TELL_PUSHES"

FILE_BYTES_SETTING: Final = "ONESTOP_IDENTITY_FEED_BYTES_MAX"
CONFIRMED_BY_SETTING: Final = "ONESTOP_IDENTITY_CONFIRMED_BY"
KEPT_DAYS_SETTING: Final = "ONESTOP_IDENTITY_FEED_KEPT_DAYS"
ENDING_SHARE_SETTING: Final = "ONESTOP_IDENTITY_FEED_ENDING_BASIS_POINTS_MAX"


class FeedSettings(msgspec.Struct, frozen=True):
    """How files of departments are taken.

    ``ending_basis_points_max`` is the share of standing memberships, in hundredths of a percent, that a full list may
    end without a person; its 500 are a sample, no document gives a figure. ``group_lines`` are applied at once.
    ``kept_days`` is how long a file is kept for its receipt after its end: a sample, too, three months.
    """

    file_bytes_max: int = 512 * 1024**2
    ending_basis_points_max: int = 500
    group_lines: int = 250
    kept_days: int = 92
    #: Month and day in the year before, by which whom to support in a year is confirmed (004 五(一)1). It says
    #: 每年在城乡居民医保正常参保缴费前 and names no day: this one is a sample.
    confirmed_by: tuple[int, int] = (10, 31)


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Identity's settings.

    ``approval_departments``: whose direct changes need three people everywhere. Where a document asks for three people
    all do, but for ``machine_feeds``: the departments whose own systems upload what was confirmed in them.
    ``administrators``: the users who may approve in a county; every agency user where none are named.
    """

    keys: KeyRing
    cipher: SealCipher = SealCipher.AES_256_GCM
    #: Without packs every question for a rule is refused with POLICY_UNKNOWN.
    library: PackLibrary = PackLibrary(())
    approval_departments: frozenset[str] = frozenset()
    machine_feeds: frozenset[str] = frozenset()
    administrators: Mapping[str, frozenset[str]] = {}
    feeds: FeedSettings = FeedSettings()
    #: No while a release runs beside this one that does not tell who certified what was cancelled (decision 0063).
    tells_doctors: bool = True
    #: Off while an instance of a release without it runs beside (docs/runbooks/upgrade.md).
    tells_birth_years: bool = True
    #: The same of comparisons that were pushed (decision 0071).
    tells_pushes: bool = True


def config_from(environ: Mapping[str, str]) -> Config:
    """Read the settings. ``ONESTOP_IDENTITY_KEYS`` names the key file, ``ONESTOP_POLICIES`` the folder
    of packs; the others may be missing.

    ``ONESTOP_IDENTITY_APPROVAL_DEPARTMENTS`` and ``ONESTOP_IDENTITY_MACHINE_FEEDS`` list departments with commas,
    ``ONESTOP_IDENTITY_ADMINISTRATORS`` county=user pairs, a county once for each user; ``ONESTOP_IDENTITY_CIPHER`` is
    aes-256-gcm, which is what it is when left out, or sm4-gcm. ``ONESTOP_TELL_DOCTORS`` is ``no`` while a release
    from before operations heard who certified runs beside this one,
    ``ONESTOP_TELL_BIRTH_YEARS`` and ``ONESTOP_TELL_PUSHES`` while one from before they were told does.

    Raises KeyError, KeyTextError, PackError, ValueError.
    """
    return Config(
        keys=KeyRing.from_file(Path(environ[KEYS_SETTING])),
        cipher=SealCipher(environ.get(CIPHER_SETTING, SealCipher.AES_256_GCM)),
        library=load_library(Path(environ[POLICIES_SETTING])),
        approval_departments=frozenset(_listed(environ.get(APPROVAL_SETTING, ""))),
        machine_feeds=frozenset(_listed(environ.get(MACHINE_FEEDS_SETTING, ""))),
        administrators=_administrators(environ.get(ADMINISTRATORS_SETTING, "")),
        tells_birth_years=environ.get(BIRTH_YEARS_SETTING, "yes") != "no",
        feeds=FeedSettings(
            file_bytes_max=int(environ.get(FILE_BYTES_SETTING, "536870912")),
            ending_basis_points_max=int(environ.get(ENDING_SHARE_SETTING, "500")),
            kept_days=int(environ.get(KEPT_DAYS_SETTING, "92")),
            confirmed_by=_month_and_day(environ.get(CONFIRMED_BY_SETTING, "10-31")),
        ),
        tells_doctors=environ.get(TELL_DOCTORS_SETTING, "yes") != "no",
        tells_pushes=environ.get(TELL_PUSHES_SETTING, "yes") != "no",
    )


def _month_and_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    # Of a year with 28 days in February, so that the day is there each year.
    found = date(2001, int(month), int(day))
    return found.month, found.day


def _administrators(text: str) -> Mapping[str, frozenset[str]]:
    named: dict[str, set[str]] = {}
    for pair in _listed(text):
        county, equals, user = pair.partition("=")
        if not (county and equals and user):
            raise ValueError(f"{ADMINISTRATORS_SETTING} lists county=user pairs with commas, not {pair!r}")
        named.setdefault(county, set()).add(user)
    return {county: frozenset(users) for county, users in named.items()}


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
