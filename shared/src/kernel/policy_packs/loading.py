"""Loading packs: from text to a checked value, or an error that names the file, the line and what would be right."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

import msgspec

from kernel.policy_packs.checks import check
from kernel.policy_packs.model import Pack, PackFile
from kernel.policy_packs.source import PackError, Source

_PATH: Final = re.compile(r" - at `(?P<path>[^`]*)`$")


def load_pack(path: Path) -> Pack:
    """Read and check a pack file; raises PackError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PackError(path.name, 1, f"the file is not UTF-8 ({error.reason} at byte {error.start})") from error
    pack = parse_pack(text, path.name)
    place = f"{path.parent.name}/{path.stem}"
    if pack.pack_id != place:
        line = Source(text, path.name).line("$.pack")
        raise PackError(path.name, line, f"pack is {pack.pack_id!r}, but the file lies at {place!r}: name it so")
    return pack


def parse_pack(text: str, source_name: str) -> Pack:
    """Read and check a pack from its text; raises PackError. The text is all that is needed to decide by it."""
    source = Source(text, source_name)
    try:
        file = msgspec.convert(source.value, PackFile)
    except msgspec.ValidationError as error:
        raise located(error, source, "policies/pack.schema.json") from error
    check(file, source)
    return Pack(file, text, hashlib.sha256(text.encode()).hexdigest())


def located(error: msgspec.ValidationError, source: Source, schema: str) -> PackError:
    """A msgspec error as an error with a line; ``schema`` says where the known keys are written down."""
    message = str(error)
    found = _PATH.search(message)
    path = found["path"] if found else "$"
    what = _PATH.sub("", message)
    unknown = re.search(r"unknown field `([^`]*)`", what)
    if unknown:
        path, what = f"{path}.{unknown[1]}", f"the key {unknown[1]!r} is not known here; {_known(source, path, schema)}"
    return source.error(path, f"{what} (at {path})")


def _known(source: Source, path: str, schema: str) -> str:
    beside: Any = source.value
    for name, index in re.findall(r"\.([a-z_0-9]+)|\[(\d+)\]", path.rpartition(".")[0]):
        beside = beside[name] if name else beside[int(index)]
    tag = next((beside[key] for key in ("method", "kind", "op") if key in beside), None)
    return f"see {schema} for the keys of {tag or 'this part'}"
