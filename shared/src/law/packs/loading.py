"""Loading packs: from text to a checked value, or an error that names the file, the line and what would be right."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from law.packs.checks import check, check_settings
from law.packs.diseases import with_own
from law.packs.model import Pack, PackFile, Settings
from law.packs.population import Identification, SaidBy
from law.packs.readings import ReadingError, in_force, with_readings
from law.packs.source import PackError, Source
from law.rows import Dated

#: Between a pack and the settings of the county, in the text that is kept: all that is needed to decide by it.
_SETTINGS_FOLLOW: Final = "\n--- # settings of the county\n"
#: Stands where a fact of the document is still missing.
_TODO: Final = "TODO"
_SCHEMA: Final = "policies/pack.schema.json"
_PATH: Final = re.compile(r" - at `(?P<path>[^`]*)`$")


def load_pack(path: Path) -> Pack:
    """Read and check a pack file that must lie where its name says; raises PackError."""
    pack = read_pack(path)
    place = f"{path.parent.name}/{path.stem}"
    if pack.pack_id != place:
        line = Source(_read(path), path.name).line("$.pack")
        raise PackError(path.name, line, f"pack is {pack.pack_id!r}, but the file lies at {place!r}: name it so")
    return pack


def read_pack(path: Path) -> Pack:
    """Read and check a pack file wherever it lies, with the ``.settings.yaml`` beside it; raises PackError."""
    text = _read(path)
    settings = path.with_suffix(".settings.yaml")
    if settings.exists():
        text = f"{text}{_SETTINGS_FOLLOW}{_read(settings)}"
    return parse_pack(text, path.name)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PackError(path.name, 1, f"the file is not UTF-8 ({error.reason} at byte {error.start})") from error


def parse_pack(text: str, source_name: str, *, adopted: bool = False) -> Pack:
    """Read and check a pack from its text; raises PackError. The text is all that is needed to decide by it.

    ``adopted`` says that it was read here before: an earlier release took anchors, which are refused by now.
    """
    law, _, settings_text = text.partition(_SETTINGS_FOLLOW)
    source = Source(law, source_name, adopted=adopted)
    _check_filled_in(source)
    try:
        file = msgspec.convert(source.value, PackFile)
    except msgspec.ValidationError as error:
        raise located(error, source, _SCHEMA) from error
    check(file, source)
    settings = _settings(settings_text, source_name.replace(".yaml", ".settings.yaml"), file, adopted=adopted)
    return Pack(_as_settled(file, settings), text, hashlib.sha256(text.encode()).hexdigest(), settings)


def _as_settled(file: PackFile, settings: Settings) -> PackFile:
    """The pack as the county reads it."""
    read = with_own(with_readings(file, settings.readings), settings.disease_lists)
    read = _said_here(read, settings.said_by)
    if settings.certification is not None:
        read = msgspec.structs.replace(read, certification=settings.certification)
    rule = read.referral
    if rule is None:
        return read
    if settings.referral_valid_days is not None:
        rule = msgspec.structs.replace(rule, valid_days=settings.referral_valid_days)
    scanned = rule.scanned or settings.referral_scanned
    return msgspec.structs.replace(read, referral=msgspec.structs.replace(rule, scanned=scanned))


def _said_here(file: PackFile, said_by: tuple[SaidBy, ...]) -> PackFile:
    """The pack with the county's own owners of categories in the place of the document's."""
    if not said_by:
        return file
    own = {(said.category, said.group) for said in said_by}
    rule = file.identification or Identification()
    left = tuple(said for said in rule.said_by if (said.category, said.group) not in own)
    return msgspec.structs.replace(file, identification=msgspec.structs.replace(rule, said_by=(*left, *said_by)))


def _check_filled_in(source: Source) -> None:
    """A pack that was begun with ``onestop policy new`` is refused until every place is filled in."""
    places = list(_unfilled(source.value, "$"))
    if places:
        what = f"{_TODO} is still to be filled in: write what the document says ({len(places)} such places)"
        raise source.error(places[0], what)


def _unfilled(value: Any, path: str) -> Iterator[str]:
    match value:
        case str() if value.startswith(_TODO):
            yield path
        case list():
            for i, item in enumerate(value):
                yield from _unfilled(item, f"{path}[{i}]")
        case dict():
            for key, item in value.items():
                yield from _unfilled(item, f"{path}.{key}")
        case _:
            return


def reread(pack: Pack, readings: Mapping[str, str]) -> Pack:
    """A pack under other readings of the law, as if its settings said so. Raises ReadingError."""
    settings = msgspec.structs.replace(pack.settings, readings=pack.settings.readings | dict(readings))
    return msgspec.structs.replace(pack, file=with_readings(pack.file, readings), settings=settings)


def _settings(text: str, source_name: str, file: PackFile, *, adopted: bool) -> Settings:
    if not text.strip():
        return Settings()
    source = Source(text, source_name, adopted=adopted)
    _check_entries(source)
    try:
        settings = msgspec.convert(source.value, Settings)
    except msgspec.ValidationError as error:
        raise located(error, source, _SCHEMA) from error
    for ambiguity, value in settings.readings.items():
        try:
            in_force(file, {ambiguity: value})
        except ReadingError as error:
            raise source.error(f"$.readings.{ambiguity}", str(error)) from error
    check_settings(settings, file, source)
    return settings


def _check_entries(source: Source) -> None:
    """Each time line by itself: of a table with free names msgspec does not say under which one an error stands."""
    configured = source.value.get("configured") if isinstance(source.value, dict) else None
    for name, values in configured.items() if isinstance(configured, dict) else ():
        try:
            msgspec.convert(values, tuple[Dated, ...])
        except msgspec.ValidationError as error:
            raise located(error, source, _SCHEMA, at=f"$.configured.{name}") from error


def located(error: msgspec.ValidationError, source: Source, schema: str, *, at: str = "$") -> PackError:
    """A msgspec error as an error with a line; ``schema`` says where the known keys are written down.

    ``at`` is the path of what was converted, where that is not the whole text.
    """
    message = str(error)
    found = _PATH.search(message)
    path = found["path"].replace("$", at, 1) if found else at
    what = _PATH.sub("", message)
    unknown = re.search(r"unknown field `([^`]*)`", what)
    if unknown:
        path, what = f"{path}.{unknown[1]}", f"the key {unknown[1]!r} is not known here; {_known(source, path, schema)}"
    missing = re.search(r"missing required field `([^`]*)`", what)
    if missing:
        what = f"the key {missing[1]!r} is missing; {_known(source, path + '._', schema)}"
    return source.error(path, f"{what} (at {path})")


def _known(source: Source, path: str, schema: str) -> str:
    beside: Any = source.value
    for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", path.rpartition(".")[0]):
        try:
            beside = beside[name or int(index)]
        except (KeyError, TypeError):
            break  # a name that holds a dot; what was reached is near enough
    tag = next((beside[key] for key in ("method", "kind", "op") if key in beside), None)
    return f"see {schema} for the keys of {tag or 'this part'}"
