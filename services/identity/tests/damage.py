"""Files damaged by chance, as mail, disks and programs damage them: bits, bytes, parts, cells, and what they unpack to.

The same seed gives the same file.
"""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from services.identity.tests.feed_cases import SOME
from services.identity.tests.office import csv_of, person, workbook

from identity.intake.readers.kinds import CSV, ODS, XLS, XLSX

_KINDS: Final = {".csv": CSV, ".xlsx": XLSX, ".xls": XLS, ".ods": ODS}
_ODD: Final = (
    b"<", b">", b"&#x0;", b"\x00", b"\xff\xfe", b"'\"", b"r=\"XFD1048576\"", b"r=\"A99999999\"", b"<v>1e309</v>",
    b"<v>99999999</v>", b"t=\"s\"", b"t=\"d\"", b"\"", b"\r", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x05\x06",
    "合计".encode(), "姓名".encode("gb18030"), b",,,,,,,,", b"<row hidden=\"1\" r=\"2\">",
)  # fmt: skip


def damaged(seed: int) -> tuple[bytes, str]:
    """A file and its declared kind."""
    chance = random.Random(seed)
    content, media_type = _whole(chance)
    for _ in range(chance.randint(1, 4)):
        content = chance.choice(_WAYS)(content, chance)
    if chance.random() < 0.1:
        media_type = chance.choice(list(_KINDS.values()))
    return content, media_type


def _whole(chance: random.Random) -> tuple[bytes, str]:
    rows = [person(n) for n in range(1, chance.randint(2, 40))]
    if chance.random() < 0.3:
        return csv_of(*rows), CSV
    if chance.random() < 0.5:
        return workbook([["身份证号", "姓名", "县区", "认定时间"], *rows]), XLSX
    path: Path = chance.choice(sorted(SOME.iterdir()))
    return path.read_bytes(), _KINDS[path.suffix]


def _bit(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(_ODD) + content[at:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    first, last = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:last] + content[first:last] * chance.randint(1, 3) + content[last:]


def _part(content: bytes, chance: random.Random) -> bytes:
    """Damage one part of a packed file inside, and pack it well again."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
    except Exception:
        return _insert(content, chance)
    if not parts:
        return content
    name = chance.choice(sorted(parts))
    way = chance.choice((_bit, _cut, _insert, _repeat))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for other, inside in parts.items():
            if other != name or chance.random() < 0.95:
                packed.writestr(other, way(inside, chance) if other == name else inside)
    return made.getvalue()


_WAYS: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (_bit, _cut, _insert, _repeat, _part, _part, _part)
